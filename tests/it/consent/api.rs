//! What one gets, over the JSON API.

use reqwest::Method;
use serde_json::json;

use super::ledger;
use crate::support::portal::Portal;
use crate::tasks::api::Program;

fn allowed(answer: &serde_json::Value, channel: &str, category: &str) -> bool {
    answer["preferences"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["channel"] == channel && one["category"] == category)
        .unwrap()["allowed"]
        .as_bool()
        .unwrap()
}

#[tokio::test]
async fn a_program_reads_and_changes_what_its_person_gets_by_the_rules_of_the_page() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let program = Program::of(&portal, &member, &["messaging:read", "messaging:write"]).await;
    let path = "/api/messaging/preferences";
    let now = program.get(path).await.expect_status(200);
    assert!(allowed(&now.json, "email", "newsletters") && !allowed(&now.json, "sms", "alerts"));
    let changes = json!({ "preferences": [
        { "channel": "sms", "category": "alerts", "allowed": true },
        { "channel": "email", "category": "newsletters", "allowed": true, "frequency": "weekly_digest" },
        { "channel": "email", "category": "social", "allowed": false },
    ], "language": "fr" });
    let changed = program.call(Method::PUT, path, changes).await.expect_status(200);
    assert!(allowed(&changed.json, "sms", "alerts") && !allowed(&changed.json, "email", "social"));
    assert_eq!(changed.json["language"], "fr");
    assert_eq!(
        ledger(&portal, "member"),
        ["sms alerts grant api", "email social withdraw api"],
        "what stays is not said again"
    );
    let left = program
        .call(Method::POST, "/api/messaging/unsubscribe", json!({}))
        .await
        .expect_status(200);
    assert!(!allowed(&left.json, "email", "newsletters") && allowed(&left.json, "email", "transactional"));
    assert_eq!(
        portal.look("SELECT count(*)::text FROM suppressions WHERE channel = 'email'"),
        "1"
    );
}

#[tokio::test]
async fn what_cannot_be_chosen_is_refused_with_its_field_and_a_token_does_what_it_is_for() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let program = Program::of(&portal, &member, &["messaging:read"]).await;
    let path = "/api/messaging/preferences";
    let change = json!({ "preferences": [{ "channel": "email", "category": "transactional", "allowed": false }], "time_zone": "Mars" });
    program
        .call(Method::PUT, path, change.clone())
        .await
        .expect_status(403);
    let program = Program::of(&portal, &member, &["messaging:write"]).await;
    let refused = program.call(Method::PUT, path, change).await.expect_status(422);
    assert!(
        refused.text.contains("time_zone") && refused.text.contains("preferences"),
        "{}",
        refused.text
    );
    assert!(ledger(&portal, "member").is_empty());
}

#[tokio::test]
async fn who_looks_after_consent_reads_and_notes_what_others_said_with_how_they_said_it() {
    let portal = Portal::start().await;
    let comms = portal.person("comms").await;
    let program = Program::of(&portal, &comms, &["consent:read", "consent:write"]).await;
    let member = portal.member("member");
    let path = format!("/api/messaging/preferences/{member}");
    let now = program.get(&path).await.expect_status(200);
    assert_eq!(now.json["member_id"], json!(member));
    let said = json!({ "preferences": [
        { "channel": "sms", "category": "alerts", "allowed": true },
        { "channel": "email", "category": "social", "allowed": false },
    ], "method": "paper", "note": "Card 12" });
    let noted = program
        .call(Method::PUT, &path, said.clone())
        .await
        .expect_status(200);
    assert!(allowed(&noted.json, "sms", "alerts") && !allowed(&noted.json, "email", "social"));
    program.call(Method::PUT, &path, said).await.expect_status(200);
    assert_eq!(
        ledger(&portal, "member"),
        ["sms alerts grant paper", "email social withdraw paper"],
        "what is so is not noted again"
    );
    for (body, field) in [
        (json!({}), "preferences"),
        (
            json!({ "preferences": [{ "channel": "sms", "category": "social", "allowed": true }] }),
            "method",
        ),
        (
            json!({ "preferences": [{ "channel": "sms", "category": "x", "allowed": false }], "method": "paper" }),
            "preferences",
        ),
    ] {
        let refused = program.call(Method::PUT, &path, body).await.expect_status(422);
        refused.at(&format!("/errors/{field}"));
    }

    let leave = "/api/messaging/unsubscribe";
    let one = json!({ "member_id": member, "channel": "sms", "category": "alerts", "method": "spoken" });
    let left = program.call(Method::POST, leave, one).await.expect_status(200);
    assert!(!allowed(&left.json, "sms", "alerts") && allowed(&left.json, "email", "newsletters"));
    let address = portal.look("SELECT upper(email) FROM members WHERE handle = 'member'");
    program
        .call(
            Method::POST,
            leave,
            json!({ "address": address, "note": "Rang us" }),
        )
        .await
        .expect_status(204);
    let now = program.get(&path).await.expect_status(200);
    assert!(!allowed(&now.json, "email", "newsletters"));
    let stranger = json!({ "address": "nobody@elsewhere.example", "category": "newsletters" });
    program
        .call(Method::POST, leave, stranger)
        .await
        .expect_status(422);
    let before = portal.look("SELECT count(*) FROM suppressions");
    let stranger = json!({ "address": "nobody@elsewhere.example" });
    program
        .call(Method::POST, leave, stranger)
        .await
        .expect_status(204);
    assert_ne!(portal.look("SELECT count(*) FROM suppressions"), before);
}

#[tokio::test]
async fn a_token_for_oneself_says_nothing_about_others() {
    let portal = Portal::start().await;
    let member = portal.member("member");
    let path = format!("/api/messaging/preferences/{member}");
    let (comms, steward) = (portal.person("comms").await, portal.person("steward").await);
    let own = Program::of(&portal, &comms, &["messaging:read", "messaging:write"]).await;
    let wrong = Program::of(&portal, &steward, &["consent:read", "consent:write"]).await;
    for program in [own, wrong] {
        program.get(&path).await.expect_status(403);
        program
            .call(Method::PUT, &path, json!({}))
            .await
            .expect_status(403);
        program
            .call(
                Method::POST,
                "/api/messaging/unsubscribe",
                json!({ "member_id": member }),
            )
            .await
            .expect_status(403);
    }
    assert!(ledger(&portal, "member").is_empty());
}
