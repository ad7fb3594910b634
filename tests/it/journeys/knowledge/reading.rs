//! What is read: files, pages out there, and what is found in them.

use super::{add, page, path_of, pdf, upload};
use crate::support::fakes::server::{Reply, Server};
use crate::support::portal::Portal;

#[tokio::test]
async fn a_pdf_is_read_by_and_by_and_cited_by_its_page() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let file = pdf(&[
        &["A first conversation opens with their story."],
        &["Boundaries protect both of you.", "Say what you can promise."],
    ]);
    let path = path_of(&upload(&coach, "field_guide.pdf", &file).await);
    coach
        .get(&path)
        .await
        .expect_text("Waits to be read")
        .expect_text("field guide");
    portal.settle().await;
    let shown = coach.get(&path).await.expect_ok();
    shown
        .expect_text("2 pages")
        .expect_text("Say what you can promise");
    let found = coach.get("/journeys/knowledge?q=boundary").await.expect_ok();
    found.expect_text("page 2");
    assert_eq!(found.one(".snippet mark").text, "Boundaries");
    let href = found.one(".row__title").attr("href").unwrap().to_owned();
    assert_eq!(href, format!("{path}#passage-2"));
    shown.expect_element("#passage-2");
    assert_eq!(coach.download(&format!("{path}/file")).await, file);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_says_why_and_can_be_tried_again() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let broken = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF";
    let empty = pdf(&[&[]]);
    for (name, bytes, why) in [
        ("broken.pdf", broken.as_slice(), "damaged"),
        ("pictures.pdf", empty.as_slice(), "no text in the file"),
    ] {
        let path = path_of(&upload(&coach, name, bytes).await);
        portal.settle().await;
        let shown = coach
            .get(&path)
            .await
            .expect_text("It could not be read")
            .expect_text(why);
        shown
            .form("form[action$='/reading']")
            .submit(&coach)
            .await
            .expect_see_other(&path);
        coach.get(&path).await.expect_text("Waits to be read");
        portal.settle().await;
        coach.get(&path).await.expect_text(why);
    }
    upload(&coach, "not.pdf", b"just words")
        .await
        .expect_status(422)
        .expect_field_error("file");
    assert_eq!(portal.look("SELECT count(*) FROM knowledge_passages"), "0");
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'journeys.knowledge.failed'"),
        "4"
    );
}

#[tokio::test]
async fn a_link_is_fetched_once_and_again_only_when_asked_for() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let server = Server::start(|request| {
        let mut reply = Reply::new(200).with("content-type", "text/html; charset=utf-8");
        reply.body = match request.path.as_str() {
            "/guide" => b"<title>A guide</title><h1>Rest</h1><p>Organisers rest too. <script>x</script><img src=x onerror=alert(1)></p>".to_vec(),
            _ => return Reply::new(404),
        };
        reply
    })
    .await;
    let base = server.base().to_string();
    let path = path_of(&add(&coach, "link", &[("url", &format!("{base}guide"))]).await);
    portal.settle().await;
    let shown = coach.get(&path).await.expect_ok();
    shown
        .expect_text("A guide")
        .expect_text("Organisers rest too")
        .expect_text("Last read");
    shown
        .expect_no_element(".passages img")
        .expect_no_element(".passages script");
    assert_eq!(server.requests().len(), 1);
    coach.get(&path).await;
    coach
        .get("/journeys/knowledge?q=organiser")
        .await
        .expect_text("A guide");
    assert_eq!(server.requests().len(), 1);
    shown
        .form("form[action$='/reading']")
        .submit(&coach)
        .await
        .expect_see_other(&path);
    portal.settle().await;
    assert_eq!(server.requests().len(), 2);
    let gone = path_of(&add(&coach, "link", &[("url", &format!("{base}gone"))]).await);
    portal.settle().await;
    coach.get(&gone).await.expect_text("There is no such page");
}

#[tokio::test]
async fn the_best_passage_comes_first_in_any_form_and_grammar() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    page(&coach, "Listening", "# Silence\n\nListening begins with silence.").await;
    page(
        &coach,
        "Meetings",
        "A meeting opens with a round. Somebody listens at the door. Nobody else does anything of note.",
    )
    .await;
    let french = [
        ("title", "Écouter"),
        ("body", "Les conversations commencent par une écoute attentive."),
        ("language", "fr"),
    ];
    add(&coach, "page", &french).await.expect_status(303);
    let found = coach.get("/journeys/knowledge?q=listened").await.expect_ok();
    let titles: Vec<String> = found
        .select(".row__title")
        .into_iter()
        .map(|one| one.text)
        .collect();
    assert_eq!(titles, ["Listening", "Meetings"]);
    let found = coach
        .get("/journeys/knowledge?q=conversation+ecoute")
        .await
        .expect_ok();
    let marks: Vec<String> = found.select("mark").into_iter().map(|one| one.text).collect();
    assert_eq!(marks, ["conversations", "écoute"]);
    // Where nothing has all words, what has some is shown, and said to.
    coach
        .get("/journeys/knowledge?q=silence+door+zebra")
        .await
        .expect_text("No passage has all of these words")
        .expect_text("Meetings");
    for odd in ["%22", "-", "or", "%00", "a%27%3Ab", "%3C%3E%26%7C%21%28%29"] {
        coach.get(&format!("/journeys/knowledge?q={odd}")).await;
    }
}
