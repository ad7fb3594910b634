//! Journeys as files: out, in, and out again the same; folders of Markdown; and what anybody could put into an archive.

use std::collections::BTreeMap;

use waymark::domains::journeys::building::transfer::archive::{self, Archive};
use waymark::domains::journeys::building::transfer::intake;

use super::building::{filled, key, order};
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

async fn import(who: &Actor, fields: &[(&str, &str)], bytes: &[u8]) -> Page {
    let page = who.get("/journeys/import").await.expect_ok();
    let mut form = page.form("form[enctype='multipart/form-data']");
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.attach("file", "journey.zip", "application/zip", bytes)
        .submit(who)
        .await
}

/// What is read of an archive, as a form does.
fn read(bytes: &[u8]) -> Result<waymark::domains::journeys::building::transfer::book::Book, String> {
    intake::read(&mut Archive::open(std::io::Cursor::new(bytes), 1 << 30)?, "")
}

fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let files: BTreeMap<String, Vec<u8>> = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
        .collect();
    archive::packed(&files).unwrap()
}

#[tokio::test]
async fn what_is_taken_out_and_brought_in_is_taken_out_the_same() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    let (one, four) = (key(&portal, "One"), key(&portal, "Four"));
    let rules = format!("{journey}/nodes/{four}/rules");
    let page = coach.get(&format!("{rules}?kind=done")).await;
    page.form("#rule")
        .set("argument", &one)
        .submit(&coach)
        .await
        .expect_see_other(&rules);
    let out = coach.download(&format!("{journey}/export")).await;
    let again = coach.download(&format!("{journey}/export")).await;
    assert!(out == again, "the same journey gives the same bytes");
    let answer = import(&coach, &[], &out).await.expect_see_other("/journeys/");
    let copy = answer
        .location()
        .unwrap()
        .path()
        .trim_end_matches("/build")
        .to_owned();
    assert_ne!(copy, journey);
    let back = coach.download(&format!("{copy}/export")).await;
    assert!(out == back, "byte by byte");
    let stranger = portal.neighbour("stranger").await;
    stranger
        .get(&format!("{journey}/export"))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn a_folder_of_markdown_becomes_milestones_and_lessons() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let folder = packed(&[
        ("guide/02-go-on/01-third.md", "Third words."),
        ("guide/01-begin/02-second_one.md", "No heading here."),
        ("guide/01-begin/01-first.md", "# The first lesson\n\nHello."),
        ("guide/01-begin/picture.png", "x"),
        ("guide/.git/config", "x"),
    ]);
    import(&coach, &[("title", "From a folder")], &folder)
        .await
        .expect_see_other("/journeys/")
        .follow(&coach)
        .await
        .expect_text("One file that is no Markdown was left out");
    assert_eq!(order(&portal), "Begin The first lesson Second one Go on Third");
    assert_eq!(
        portal.look("SELECT body FROM journey_nodes WHERE title = 'The first lesson'"),
        "Hello."
    );
    assert_eq!(portal.look("SELECT title FROM journeys"), "From a folder");
}

#[tokio::test]
async fn what_is_no_journey_is_refused_with_a_sentence_and_what_was_typed() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let refused = import(&coach, &[("title", "Mine")], b"no archive")
        .await
        .expect_status(422);
    assert_eq!(
        refused
            .expect_field_error("file")
            .form("form[enctype='multipart/form-data']")
            .value("title"),
        Some("Mine")
    );
    for book in [
        "{",
        r#"{"format":"other","edition":1,"title":"x"}"#,
        r#"{"format":"waymark.journey","edition":1,"title":""}"#,
        r#"{"format":"waymark.journey","edition":1,"title":"x","milestones":[{"title":"m","opens":[[{"kind":"done","about":"nobody"}]]}]}"#,
        r#"{"format":"waymark.journey","edition":1,"title":"x","milestones":[{"title":"m","lessons":[{"title":"l","goal":"watched","content":{"kind":"text"}}]}]}"#,
    ] {
        assert!(read(&packed(&[("journey.json", book)])).is_err(), "{book}");
    }
    assert!(read(&packed(&[("a.txt", "x")])).is_err());
    assert_eq!(portal.look("SELECT count(*) FROM journeys"), "0");
    portal
        .person("member")
        .await
        .get("/journeys/import")
        .await
        .expect_status(403);
}
