//! Taking in notes: once each, from whoever wrote them, whatever happened meanwhile.

use chrono::{TimeDelta, Utc};
use reqwest::Method;
use serde_json::json;

use super::{Phone, about, named, notes};
use crate::people::give;
use crate::support::portal::Portal;

#[tokio::test]
async fn a_note_is_taken_in_once_however_often_it_is_sent() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let then = Utc::now() - TimeDelta::hours(5);
    let item = phone.write_at(
        then,
        "notes",
        &about(&portal, "member", "Wants the schedule earlier."),
    );

    let first = phone.send(&item).await.expect_status(201);
    assert_eq!(
        (first.at("/id"), first.at("/outcome")),
        (&json!(item.id), &json!("noted"))
    );
    let second = phone.send(&item).await.expect_status(200);
    assert_eq!(first.json, second.json);
    assert_eq!(notes(&portal), "1");
    let note = phone.actor.get(&format!("/notes/{}", item.id)).await.expect_ok();
    note.expect_text("Wants the schedule earlier.")
        .expect_text("arrived 5 h later");
    assert_eq!(
        portal.look("SELECT (occurred_at < received_at - interval '4 hours') || ' ' || is_doubtful FROM field_receipts"),
        "true false"
    );
}

#[tokio::test]
async fn twenty_senders_at_once_make_one_note() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let item = phone.write("notes", &about(&portal, "member", "Once"));
    let all = futures_util::future::join_all((0..20).map(|_| phone.send(&item))).await;
    let made = all.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1);
    assert!(all.iter().all(|answer| answer.status.is_success()));
    assert_eq!(notes(&portal), "1");
}

#[tokio::test]
async fn its_follow_up_is_a_task_on_the_day_that_was_meant_when_it_was_written() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let then = Utc::now() - TimeDelta::days(3);
    let mut note = about(&portal, "member", "Will ask her team.");
    note["follow_up"] = json!("in 1 week");
    note["next_step"] = json!("Ask what the team said");
    phone
        .send(&phone.write_at(then, "notes", &note))
        .await
        .expect_status(201);
    assert_eq!(
        portal.look("SELECT title || ' ' || (due_on - (SELECT occurred_at AT TIME ZONE 'America/Toronto' FROM field_notes)::date) FROM tasks"),
        "Ask what the team said 7"
    );
    phone
        .actor
        .get("/tasks")
        .await
        .expect_ok()
        .expect_text("Ask what the team said");
}

#[tokio::test]
async fn other_words_under_the_same_id_are_a_conflict_and_change_nothing() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let item = phone.write("notes", &about(&portal, "member", "First"));
    phone.send(&item).await.expect_status(201);
    let mut other = item.clone();
    other.body["plain"] = about(&portal, "member", "Second");
    phone.send(&other).await.expect_problem(409, "conflict");
    assert_eq!(notes(&portal), "1");
}

#[tokio::test]
async fn an_id_that_is_somebody_elses_is_not_there() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "primary", "other");
    let (rosa, maya) = (
        Phone::of(&portal, "steward").await,
        Phone::of(&portal, "coach").await,
    );
    let item = rosa.write("notes", &about(&portal, "member", "Mine"));
    rosa.send(&item).await.expect_status(201);
    let mut forged = maya.write("notes", &about(&portal, "other", "Mine too"));
    forged.id = item.id;
    forged.body["plain"] = about(&portal, "other", "Mine too");
    maya.send(&forged).await.expect_problem(404, "not-found");
    assert_eq!(notes(&portal), "1");
}

#[tokio::test]
async fn what_somebody_else_wrote_on_the_same_device_waits_for_them() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (rosa, maya) = (
        Phone::of(&portal, "steward").await,
        Phone::of(&portal, "coach").await,
    );
    let item = rosa.write("notes", &about(&portal, "member", "Rosa's words"));
    maya.send(&item).await.expect_problem(403, "denied");
    let mut forged = item.clone();
    forged.body["author"] = maya.me["member"].clone();
    // Sealed to its author: under another name it does not even open.
    maya.send(&forged).await.expect_problem(422, "invalid");
    rosa.send(&item).await.expect_status(201);
}

#[tokio::test]
async fn only_the_portals_own_pages_send() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let item = phone.write("notes", &about(&portal, "member", "Forged"));
    let (path, body) = (format!("/field/notes/{}", item.id), item.body.to_string());
    let own = phone.actor.base().origin().ascii_serialization();
    let json = ("Content-Type", "application/json");
    let wrong: [&[(&str, &str)]; 6] = [
        &[json],
        &[json, ("Origin", "https://evil.example")],
        &[json, ("Origin", "null")],
        &[json, ("Origin", &own), ("Sec-Fetch-Site", "cross-site")],
        &[json, ("Origin", &own), ("Sec-Fetch-Site", "same-site")],
        &[
            ("Content-Type", "text/plain"),
            ("Origin", &own),
            ("Sec-Fetch-Site", "same-origin"),
        ],
    ];
    for headers in wrong {
        let answer = phone.actor.raw(Method::PUT, &path, headers, body.clone()).await;
        assert_eq!(answer.status.as_u16(), 403, "{headers:?}");
    }
    assert_eq!(notes(&portal), "0");
    // Browsers on an address without https say nothing about where a request comes from, but they name its origin.
    let answer = phone
        .actor
        .raw(Method::PUT, &path, &[json, ("Origin", &own)], body)
        .await;
    assert_eq!(answer.status.as_u16(), 201);
}

#[tokio::test]
async fn nobody_signed_in_is_told_so_and_a_plain_member_finds_nothing() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let item = phone.write("notes", &about(&portal, "other", "x"));
    let path = format!("/field/notes/{}", item.id);
    let origin = phone.actor.base().origin().ascii_serialization();
    for (client, status) in [
        (portal.anyone(), 401),
        (portal.person("member").await.client, 404),
        (portal.neighbour("stranger").await.client, 404),
    ] {
        let call = client.api(Method::PUT, &path).header("Origin", &origin);
        call.json(&item.body).send().await.expect_status(status);
    }
    phone.send(&item).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn a_note_that_was_written_before_an_assignment_ended_is_taken_in_and_not_read_back() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let phone = Phone::of(&portal, "steward").await;
    portal.force(&format!(
        "UPDATE steward_assignments SET effective_to = now() - interval '1 hour' WHERE steward_id = '{}'",
        portal.member("steward")
    ));
    let mut note = about(&portal, "member", "Said before it ended.");
    note["follow_up"] = json!("tomorrow");
    let before = phone.write_at(Utc::now() - TimeDelta::hours(2), "notes", &note);
    let after = phone.write_at(Utc::now() - TimeDelta::minutes(30), "notes", &note);

    phone.send(&after).await.expect_problem(404, "not-found");
    phone.send(&before).await.expect_status(201);
    phone.send(&before).await.expect_status(200);
    phone
        .actor
        .get(&format!("/notes/{}", before.id))
        .await
        .expect_status(404);
    let maya = portal.person("coach").await;
    maya.get(&format!("/notes/{}", before.id))
        .await
        .expect_ok()
        .expect_text("Said before it ended.");
    maya.get("/tasks")
        .await
        .expect_ok()
        .expect_text("Speak with Tom Reyes again");
}

#[tokio::test]
async fn about_somebody_whose_record_is_gone_it_is_said_so() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let gone = phone.write("notes", &about(&portal, "member", "x"));
    portal.force(&format!(
        "UPDATE members SET state = 'left' WHERE id = '{}'",
        portal.member("member")
    ));
    phone.send(&gone).await.expect_problem(410, "gone");
    let nobody = json!({ "member": uuid::Uuid::now_v7(), "kind": "contact", "said": "x" });
    phone
        .send(&phone.write("notes", &nobody))
        .await
        .expect_problem(410, "gone");
    // Nothing was kept of it: the same one may be kept for later.
    let held = phone
        .put(&format!("/field/unplaced/{}", gone.id), &gone.body)
        .await;
    assert_eq!(held.expect_status(202).at("/outcome"), "unplaced");
}

#[tokio::test]
async fn pages_of_two_versions_ago_are_still_understood_and_unknown_ones_are_not_guessed_at() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    for (schema, status) in [(0, 422), (1, 201), (2, 201), (3, 201), (4, 422)] {
        let item = phone.write_in(
            schema,
            Utc::now(),
            "notes",
            &about(&portal, "member", "In the words of then"),
        );
        phone.send(&item).await.expect_status(status);
    }
    assert_eq!(notes(&portal), "3");
}

#[tokio::test]
async fn a_clock_that_goes_ahead_is_set_back_and_what_is_very_late_is_marked() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    portal.force("UPDATE steward_assignments SET effective_from = now() - interval '90 days'");
    let phone = Phone::of(&portal, "steward").await;
    for (then, is_doubtful) in [
        (TimeDelta::days(2), "true"),
        (TimeDelta::minutes(2), "false"),
        (TimeDelta::days(-31), "true"),
        (TimeDelta::days(-29), "false"),
    ] {
        let item = phone.write_at(Utc::now() + then, "notes", &about(&portal, "member", "x"));
        phone.send(&item).await.expect_status(201);
        let of = |sql: &str| portal.look(&format!("{sql} WHERE id = '{}'", item.id));
        assert_eq!(
            of("SELECT is_doubtful FROM field_receipts"),
            is_doubtful,
            "{then}"
        );
        assert_eq!(
            of("SELECT occurred_at <= received_at FROM field_notes"),
            "true",
            "{then}"
        );
    }
}

#[tokio::test]
async fn what_no_note_can_be_is_said_field_by_field() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let member = portal.member("member");
    for (plain, field) in [
        (json!({ "member": member, "kind": "gossip" }), "/errors/kind"),
        (
            json!({ "member": member, "kind": "contact", "said": "x".repeat(5_000) }),
            "/errors/said",
        ),
        (json!({ "kind": "contact" }), "/errors/name"),
        (
            json!({ "member": member, "kind": "contact", "follow_up": "one day" }),
            "/errors/follow_up",
        ),
        (json!([1, 2]), "/errors/sealed"),
        (named(&"y".repeat(200), "x"), "/errors/name"),
    ] {
        let answer = phone.send(&phone.write("notes", &plain)).await;
        answer.expect_problem(422, "invalid").at(field);
    }
    let mut cut = phone.write("notes", &about(&portal, "member", "x"));
    cut.body["sealed"] = json!("AAAA");
    phone
        .send(&cut)
        .await
        .expect_problem(422, "invalid")
        .at("/errors/sealed");
    let mut timeless = phone.write("notes", &about(&portal, "member", "x"));
    timeless.body["occurred_at"] = json!("yesterday");
    phone
        .send(&timeless)
        .await
        .expect_problem(422, "invalid")
        .at("/errors/occurred_at");
    phone
        .put(&format!("/field/notes/{}", uuid::Uuid::now_v7()), &json!({}))
        .await
        .expect_problem(422, "invalid");
    assert_eq!(
        portal.look("SELECT count(*) FROM field_receipts"),
        "0",
        "a mended one may come under the same id"
    );
}
