//! Notes over the API: the same sight and the same log of readings as the pages.

use reqwest::Method;
use serde_json::json;

use crate::cases;
use crate::people::give;
use crate::support::portal::Portal;
use crate::tasks::api::Program;

#[tokio::test]
async fn programs_write_list_and_read_what_their_people_may() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    let case = cases::open(&portal, &steward, "member").await;
    let program = Program::of(&portal, &steward, &["notes:read", "notes:write"]).await;
    let member = portal.member("member");

    let written = program
        .call(
            Method::POST,
            "/api/notes",
            json!({ "member_id": member, "kind": "grievance", "case_id": case, "said": "quiet-words" }),
        )
        .await
        .expect_status(201);
    let path = format!("/api/notes/{}", written.at("/id").as_str().unwrap());
    let list = program.get("/api/notes").await.expect_status(200);
    assert_eq!(list.at("/data/0/visibility"), "case");
    assert!(
        !list.at("").to_string().contains("quiet-words"),
        "a list says what no list says"
    );
    assert_eq!(portal.look("SELECT count(*) FROM note_reads"), "0");
    let note = program.get(&path).await.expect_status(200);
    assert_eq!(note.at("/said"), "quiet-words");
    assert_eq!(
        portal.look("SELECT string_agg(purpose::text, ' ') FROM note_reads"),
        "case"
    );

    let other = Program::of(&portal, &coach, &["notes:read", "notes:write"]).await;
    other.get(&path).await.expect_status(404);
    other
        .call(
            Method::POST,
            "/api/notes",
            json!({ "member_id": member, "kind": "contact" }),
        )
        .await
        .expect_status(404);
    let reader = Program::of(&portal, &steward, &["notes:read"]).await;
    reader
        .call(
            Method::POST,
            "/api/notes",
            json!({ "member_id": member, "kind": "contact" }),
        )
        .await
        .expect_status(403);
    program
        .call(
            Method::POST,
            "/api/notes",
            json!({ "member_id": member, "kind": "contact", "support": 9, "visibility": "case" }),
        )
        .await
        .expect_status(422);
}

#[tokio::test]
async fn notes_of_programs_that_know_two_words_only_get_the_stricter_level() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let program = Program::of(&portal, &steward, &["notes:read", "notes:write"]).await;
    let member = portal.member("member");
    let note = |said: &str, words: serde_json::Value| {
        let mut note = json!({ "member_id": member, "kind": "contact", "said": said, "occurred_at": "2019-05-01T10:00:00Z" });
        note.as_object_mut()
            .unwrap()
            .extend(words.as_object().unwrap().clone());
        note
    };
    for (words, level) in [
        (json!({ "isPrivate": false, "isConfidential": false }), "team"),
        (json!({ "isPrivate": true }), "private"),
        (json!({ "isPrivate": true, "isConfidential": true }), "officers"),
    ] {
        let sent = note(level, words);
        let path = "/api/notes";
        program.call(Method::POST, path, sent).await.expect_status(201);
        assert_eq!(
            portal.look("SELECT visibility::text || extract(year FROM occurred_at) FROM field_notes ORDER BY received_at DESC LIMIT 1"),
            format!("{level}2019")
        );
    }
    for wrong in [
        json!({ "isPrivate": true, "visibility": "team" }),
        json!({ "occurred_at": "2919-05-01T10:00:00Z" }),
    ] {
        let sent = note("", wrong);
        program
            .call(Method::POST, "/api/notes", sent)
            .await
            .expect_status(422);
    }
}
