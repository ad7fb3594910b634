//! Who is told by e-mail and push of what waits for them, and who is not, and why.

mod decide;
mod push;

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;
use waymark::platform::mail::mime;

use crate::broadcasts::draft::Draft;
use crate::support::portal::Portal;
use crate::support::writer::Writer;
use crate::tasks::api::Program;

/// What was decided about somebody, the oldest first: kind, state, reason.
fn decided(portal: &Portal, who: &str) -> Vec<String> {
    let told = portal.look(&format!(
        "SELECT coalesce(string_agg(concat_ws(' ', kind, state, nullif(reason, '')), E'\\n' ORDER BY id), '') FROM notifications WHERE member_id = '{}'",
        portal.member(who)
    ));
    told.lines().map(str::to_owned).collect()
}

/// The text parts of what somebody was sent, the oldest first.
fn mails(portal: &Portal, who: &str) -> Vec<String> {
    let all = portal.look(&format!(
        "SELECT coalesce(string_agg(encode(mime, 'hex'), ' ' ORDER BY id), '') FROM outbox_mails WHERE recipient = '{who}@local.example'"
    ));
    let text = |hex: &str| {
        let opened = mime::open(&hex::decode(hex).unwrap());
        let head = opened
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}"));
        let head = head.collect::<Vec<_>>().join("\n");
        format!("{head}\n\n{}", opened.parts[0].text)
    };
    all.split_whitespace().map(text).collect()
}

async fn say(writer: &Writer, portal: &Portal, channel: &str, body: &str) -> Uuid {
    let (id, path) = (Uuid::now_v7(), format!("/channels/{}", portal.channel(channel)));
    writer.say(&path, body, id).await;
    id
}

async fn after(portal: &Portal, minutes: i64) {
    portal.settle().await;
    portal.pass(TimeDelta::minutes(minutes));
    portal.settle().await;
}

#[tokio::test]
async fn who_has_not_seen_a_mention_is_written_to_once_and_never_what_was_said() {
    let portal = Portal::start().await;
    let steward = Writer::of(&portal, "steward").await;
    say(
        &steward,
        &portal,
        "Depot north",
        "@member the secret word is heron",
    )
    .await;
    say(
        &steward,
        &portal,
        "Depot north",
        "@other and @member look at this",
    )
    .await;
    portal.settle().await;
    assert_eq!(decided(&portal, "member"), ["mention waiting", "mention waiting"]);
    assert!(mails(&portal, "member").is_empty(), "there is a grace");

    // One of them reads it in the portal.
    let other = portal.person("other").await;
    let page = other
        .get(&format!("/channels/{}", portal.channel("Depot north")))
        .await
        .expect_ok();
    drop(page);
    portal.force(&format!(
        "UPDATE channel_memberships p SET last_read_seq = (SELECT last_seq FROM channels c WHERE c.id = p.channel_id) WHERE member_id = '{}'",
        portal.member("other")
    ));
    after(&portal, 12).await;
    assert_eq!(decided(&portal, "other"), ["mention not_told read"]);
    assert_eq!(decided(&portal, "member"), ["mention told", "mention told"]);
    let told = mails(&portal, "member");
    let [mail] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert!(
        mail.contains("2 things wait for you") && mail.contains("Rosa Delgado mentioned you in Depot north"),
        "{mail}"
    );
    assert!(
        !mail.contains("heron"),
        "what was said stays in the portal: {mail}"
    );
    assert!(
        mail.contains("List-Unsubscribe: <") && mail.contains("/u/") && mail.contains("/p/"),
        "{mail}"
    );

    // Nothing happens twice.
    after(&portal, 12).await;
    assert_eq!(mails(&portal, "member").len(), 1);
    let forget = |portal: &Portal| {
        portal.force(&format!(
            "INSERT INTO jobs (org_id, id, kind, state) VALUES ('{}', gen_random_uuid(), 'notifications.forget', 'available')",
            portal.organization("local")
        ));
    };
    forget(&portal);
    portal.settle().await;
    let member = portal.person("member").await;
    let list = member.get("/inbox/notifications").await.expect_ok();
    list.expect_text("Rosa Delgado mentioned you in Depot north")
        .expect_text("Sent by e-mail");
    other
        .get("/inbox/notifications")
        .await
        .expect_text("because you had seen it here");
    // After 90 days it is forgotten.
    portal.pass(TimeDelta::days(91));
    forget(&portal);
    portal.settle().await;
    assert!(decided(&portal, "member").is_empty() && decided(&portal, "other").is_empty());
}

#[tokio::test]
async fn a_no_a_mute_and_a_deletion_count_and_a_digest_waits_for_the_morning() {
    let portal = Portal::start().await;
    let (member, other) = (portal.person("member").await, portal.person("other").await);
    let program = Program::of(&portal, &member, &["messaging:read", "messaging:write"]).await;
    let wanted = json!({ "preferences": [{ "channel": "email", "category": "social", "allowed": true, "frequency": "daily_digest" }] });
    program
        .call(Method::PUT, "/api/messaging/preferences", wanted)
        .await
        .expect_status(200);
    let program = Program::of(&portal, &other, &["messaging:read", "messaging:write"]).await;
    let wanted = json!({ "preferences": [{ "channel": "email", "category": "social", "allowed": false }] });
    program
        .call(Method::PUT, "/api/messaging/preferences", wanted)
        .await
        .expect_status(200);
    portal.force(&format!(
        "UPDATE channel_memberships SET muted_until = now() + interval '30 days' WHERE member_id = '{}'",
        portal.member("coach")
    ));

    let steward = Writer::of(&portal, "steward").await;
    say(&steward, &portal, "Depot north", "@member @other @coach one").await;
    let id = say(&steward, &portal, "Depot north", "@leader two").await;
    portal.settle().await;
    let gone = format!(
        "/channels/{}/messages/{id}/deletion",
        portal.channel("Depot north")
    );
    steward.send(&gone, &[]).await.expect_status(303);
    after(&portal, 12).await;
    assert_eq!(decided(&portal, "member"), ["mention gathering"]);
    assert_eq!(decided(&portal, "other"), ["mention not_told withdrawn"]);
    assert_eq!(
        decided(&portal, "coach"),
        ["mention told"],
        "who is named is called in a muted channel too"
    );
    assert_eq!(decided(&portal, "leader"), ["mention not_told gone"]);
    after(&portal, 25 * 60).await;
    assert_eq!(decided(&portal, "member"), ["mention told"]);
    let told = mails(&portal, "member");
    assert!(
        told.last()
            .unwrap()
            .contains("Rosa Delgado mentioned you in Depot north"),
        "{told:?}"
    );
    other
        .get("/inbox/notifications")
        .await
        .expect_text("because you asked not to get this kind of message by e-mail");
}

#[tokio::test]
async fn broadcasts_are_mailed_to_who_has_not_seen_them_but_not_to_who_sent_them() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    let path = Draft::to_everyone("Vests on Monday")
        .deliver(&portal, &admin)
        .await;
    let page = member.get(&path).await.expect_ok();
    page.form("article form")
        .submit(&member)
        .await
        .expect_see_other(&path);
    after(&portal, 4).await;
    assert_eq!(decided(&portal, "admin"), Vec::<String>::new());
    assert_eq!(decided(&portal, "member"), ["broadcast not_told read"]);
    assert_eq!(decided(&portal, "steward"), ["broadcast told"]);
    let told = mails(&portal, "steward");
    assert!(
        told.last()
            .unwrap()
            .contains("Subject: Broadcast: Vests on Monday"),
        "{told:?}"
    );
    // Another organization has none of it, and an erased person leaves none.
    let neighbour = portal.neighbour("stranger").await;
    neighbour
        .get("/inbox/notifications")
        .await
        .expect_ok()
        .expect_no_text("Vests on Monday");
}
