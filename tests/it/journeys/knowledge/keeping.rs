//! Who keeps it, and what becomes of what they keep.

use reqwest::Method;
use serde_json::json;

use super::{add, page, path_of};
use crate::support::portal::Portal;
use crate::tasks::api::Program;

const LISTENING: &str = "# Listening\n\nCount to five before you answer. **Silence** invites people to go on.\n\n# Asking\n\nOpen questions begin with what and how.";

#[tokio::test]
async fn a_page_is_written_changed_archived_and_brought_back() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    coach
        .get("/journeys/knowledge")
        .await
        .expect_text("Nothing is here yet");
    let fields = [
        ("title", "Talking it over"),
        ("body", LISTENING),
        ("tags", "Talks, first"),
    ];
    let path = path_of(&add(&coach, "page", &fields).await);
    let shown = coach.get(&path).await.expect_ok();
    shown
        .expect_text("Count to five")
        .expect_element("#passage-2 .prose");
    assert_eq!(shown.one("#passage-1 strong").text, "Silence");
    coach
        .get("/journeys/knowledge?tag=talks")
        .await
        .expect_text("Talking it over");

    let form = coach.get(&format!("{path}/edit")).await.expect_ok();
    let edit = form.form("form[action$='/edit']").set("body", "Only this now.");
    edit.submit(&coach).await.expect_see_other(&path);
    coach
        .get(&path)
        .await
        .expect_text("Only this now")
        .expect_no_text("Count to five");
    // From the window that shows what was there before.
    let late = form
        .form("form[action$='/edit']")
        .set("body", "Mine.")
        .without("_key")
        .forge("_key", &uuid::Uuid::now_v7().to_string())
        .submit(&coach)
        .await;
    late.expect_status(422).expect_field_error("title");
    assert_eq!(late.one("textarea[name=body]").text, "Mine.");
    late.form("form[action$='/edit']")
        .submit(&coach)
        .await
        .expect_see_other(&path);

    let confirm = coach.get(&format!("{path}/archive")).await.expect_ok();
    confirm
        .form("form[action$='/archive']")
        .submit(&coach)
        .await
        .expect_see_other("/journeys/knowledge");
    coach
        .get("/journeys/knowledge")
        .await
        .expect_no_text("Talking it over");
    coach
        .get("/journeys/knowledge?q=mine")
        .await
        .expect_text("Nothing says that");
    coach
        .get("/journeys/knowledge?archived=yes")
        .await
        .expect_text("Talking it over");
    let archived = coach.get(&path).await.expect_ok();
    archived
        .form("form[action$='/restoration']")
        .submit(&coach)
        .await
        .expect_see_other(&path);
    coach
        .get("/journeys/knowledge?q=mine")
        .await
        .expect_text("Talking it over");
    assert_eq!(
        portal.look("SELECT string_agg(DISTINCT event_type, ' ' ORDER BY event_type) FROM events WHERE event_type LIKE 'journeys.knowledge.%'"),
        "journeys.knowledge.added journeys.knowledge.archived journeys.knowledge.changed journeys.knowledge.read journeys.knowledge.restored"
    );
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let refused = add(&coach, "page", &[("title", ""), ("body", "# Only a heading")]).await;
    refused.expect_status(422).expect_field_error("title");
    assert_eq!(refused.one("textarea[name=body]").text, "# Only a heading");
    add(&coach, "page", &[("title", "x"), ("body", "# Only a heading")])
        .await
        .expect_status(422)
        .expect_field_error("body");
    for address in [
        "example.org",
        "ftp://example.org/",
        "https://10.0.0.1/",
        "https://a:b@example.org/",
        "http://example.org/",
    ] {
        let refused = add(&coach, "link", &[("url", address)]).await;
        refused.expect_status(422).expect_field_error("url");
        assert_eq!(refused.one("input[name=url]").attr("value"), Some(address));
    }
    assert_eq!(portal.look("SELECT count(*) FROM knowledge_documents"), "0");
}

#[tokio::test]
async fn team_leaders_read_members_know_nothing_of_it_and_others_find_nothing() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let path = page(&coach, "Talking it over", LISTENING).await;
    let leader = portal.person("leader").await;
    leader
        .get("/journeys/knowledge")
        .await
        .expect_ok()
        .expect_no_text("New page");
    leader
        .get("/journeys/knowledge?q=silence")
        .await
        .expect_text("Talking it over");
    leader.get(&path).await.expect_ok();
    for closed in [
        "/journeys/knowledge/new",
        &format!("{path}/edit"),
        &format!("{path}/archive"),
    ] {
        leader.get(closed).await.expect_status(403);
    }
    let member = portal.person("member").await;
    for hidden in ["/journeys/knowledge", path.as_str()] {
        member.get(hidden).await.expect_status(404);
    }
    let neighbour = portal.neighbour("stranger").await;
    neighbour.get(&path).await.expect_status(404);
    neighbour
        .get("/journeys/knowledge?q=silence")
        .await
        .expect_text("Nothing says that");
}

#[tokio::test]
async fn the_list_goes_on_page_by_page_at_ten_thousand() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    portal.force(&format!(
        "INSERT INTO knowledge_documents (org_id, id, kind, title, language, body, state, read_at, words, added_by, added_at, changed_at) \
           SELECT '{org}', gen_random_uuid(), 'page', 'Note ' || n, 'en', 'x', 'ready', now(), 'note', '{coach}', now(), now() - n * interval '1 minute' FROM generate_series(1, 10000) n; \
         INSERT INTO knowledge_passages (org_id, document_id, number, text, language, search) \
           SELECT org_id, id, 1, title || ' says hello', 'en', app.knowledge_vector('en', title, '', title || ' says hello') FROM knowledge_documents; ANALYZE knowledge_passages;",
        org = portal.organization("local"),
        coach = portal.member("coach")
    ));
    for start in ["/journeys/knowledge", "/journeys/knowledge?q=hello"] {
        let first = coach.get(start).await.expect_ok();
        let titles = |page: &crate::support::page::Page| -> Vec<String> {
            page.select(".rows a.row__title")
                .into_iter()
                .map(|one| one.text)
                .collect()
        };
        let next = first.one("a[rel=next]");
        let second = coach.get(next.attr("href").unwrap()).await.expect_ok();
        let (first, second) = (titles(&first), titles(&second));
        assert_eq!((first.len(), second.len()), (30, 30));
        assert!(first.iter().all(|title| !second.contains(title)));
    }
    coach
        .get("/journeys/knowledge?q=4711")
        .await
        .expect_text("Note 4711");
}

#[tokio::test]
async fn a_program_adds_finds_and_cites() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let program = Program::of(&portal, &coach, &["journeys:read", "journeys:write"]).await;
    let wanted = json!({ "kind": "page", "title": "Talking it over", "language": "en", "body": LISTENING, "tags": ["talks"] });
    let made = program
        .call(Method::POST, "/api/journeys/knowledge", wanted)
        .await
        .expect_status(201);
    assert_eq!(made.at("/state"), "ready");
    let id = made.at("/id").as_str().unwrap().to_owned();
    let found = program
        .get("/api/journeys/knowledge/passages?q=questions")
        .await
        .expect_ok();
    assert_eq!(
        found.at("/data/0/path"),
        &json!(format!("/journeys/knowledge/{id}#passage-2"))
    );
    assert_eq!(found.at("/data/0/heading"), "Asking");
    program.get("/api/journeys/knowledge").await.expect_ok();
    program
        .get(&format!("/api/journeys/knowledge/{id}"))
        .await
        .expect_ok();
    program
        .call(
            Method::POST,
            "/api/journeys/knowledge",
            json!({ "kind": "link", "language": "en", "url": "https://10.0.0.1/" }),
        )
        .await
        .expect_status(422);
}
