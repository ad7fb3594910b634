//! Who decides, and what comes of it.

use reqwest::Method;
use serde_json::json;

use super::{days, look, path, stalled};
use crate::journeys::knowledge::page;
use crate::support::portal::Portal;
use crate::tasks::api::Program;

#[tokio::test]
async fn who_does_not_get_on_is_written_to_after_a_coach_approved_and_not_before() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    page(
        &coach,
        "Coming back",
        "# The smallest step\n\nComing back after a pause takes ten minutes.",
    )
    .await;
    stalled(&portal, &coach).await;
    look(&portal, &coach).await;
    let shown = coach.get(&path(&portal)).await.expect_ok();
    shown
        .expect_text("Last did something 12 days ago")
        .expect_text("0 of 3 lessons done");
    shown.expect_text("Coming back, The smallest step");
    let before = portal.look("SELECT count(*) FROM messages");
    // Looked at again, nothing is suggested twice.
    look(&portal, &coach).await;
    assert_eq!(portal.look("SELECT count(*) FROM journey_suggestions"), "1");
    assert_eq!(portal.look("SELECT count(*) FROM messages"), before);

    let form = shown
        .form("form[action$='/approval']")
        .set("message", "Shall we talk on Tuesday?");
    form.submit(&coach)
        .await
        .expect_see_other("/journeys/suggestions");
    assert_eq!(
        portal.look("SELECT body || '|' || (SELECT m.handle FROM members m WHERE m.id = author_id) FROM messages ORDER BY created_at DESC LIMIT 1"),
        format!("Shall we talk on Tuesday?|{}", portal.look(&format!("SELECT handle FROM members WHERE id = '{}'", portal.member("coach"))))
    );
    let sent = coach
        .get("/journeys/suggestions?status=approved")
        .await
        .expect_ok();
    sent.expect_text("Sent with other words by");
    let link = sent.one(".row__title");
    let both = coach.get(link.attr("href").unwrap()).await.expect_ok();
    both.expect_text("Shall we talk on Tuesday?")
        .expect_text("it has been a while");
    assert_eq!(
        portal.look("SELECT string_agg(event_type, ' ' ORDER BY event_type) FROM events WHERE event_type LIKE 'journeys.suggestion.%'"),
        "journeys.suggestion.approved journeys.suggestion.proposed journeys.suggestion.sent"
    );
    let heard = format!(
        "SELECT count(*) FROM channel_memberships p JOIN messages m ON m.channel_id = p.channel_id WHERE p.member_id = '{}' AND m.body = 'Shall we talk on Tuesday?'",
        portal.member("member")
    );
    assert_eq!(portal.look(&heard), "1");
}

#[tokio::test]
async fn what_is_approved_heeds_who_wants_no_reminders_and_how_many_they_got() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    stalled(&portal, &coach).await;
    look(&portal, &coach).await;
    let before = portal.look("SELECT count(*) FROM messages");
    portal.force("UPDATE journey_enrolments SET no_nudges_until = now() + interval '5 days'");
    let page = coach.get(&path(&portal)).await.expect_ok();
    let form = page
        .form("form[action$='/approval']")
        .set("message", "Shall we talk on Tuesday?");
    let refused = form.submit(&coach).await;
    refused
        .expect_status(422)
        .expect_field_error("message")
        .expect_text("They want no reminders about this journey until")
        .expect_text("Shall we talk on Tuesday?");
    assert_eq!(portal.look("SELECT count(*) FROM messages"), before);
    assert_eq!(portal.look("SELECT status FROM journey_suggestions"), "pending");
    portal.force("UPDATE journey_enrolments SET no_nudges_until = NULL");
    let page = coach.get(&path(&portal)).await.expect_ok();
    page.form("form[action$='/approval']")
        .submit(&coach)
        .await
        .expect_status(303);
    assert_eq!(
        portal.look("SELECT count(*) FROM journey_nudges WHERE refused = ''"),
        "1"
    );
}

#[tokio::test]
async fn a_rejection_has_a_reason_and_keeps_what_was_typed() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    stalled(&portal, &coach).await;
    look(&portal, &coach).await;
    let path = path(&portal);
    let page = coach.get(&path).await.expect_ok();
    let bad = page
        .form("form[action$='/rejection']")
        .set("why", "")
        .submit(&coach)
        .await;
    bad.expect_status(422).expect_field_error("why");
    let empty = page
        .form("form[action$='/approval']")
        .without("_key")
        .forge("_key", &uuid::Uuid::now_v7().to_string());
    empty
        .set("message", " ")
        .submit(&coach)
        .await
        .expect_status(422)
        .expect_field_error("message");
    bad.form("form[action$='/rejection']")
        .set("why", "We spoke yesterday")
        .submit(&coach)
        .await
        .expect_see_other("/journeys/suggestions");
    coach
        .get("/journeys/suggestions?status=rejected")
        .await
        .expect_text("We spoke yesterday");
    // Decided is decided, also for a window that shows it open.
    let late = page
        .form("form[action$='/approval']")
        .without("_key")
        .forge("_key", &uuid::Uuid::now_v7().to_string());
    late.submit(&coach).await.expect_status(409);
    // And the same is left in peace for two weeks.
    look(&portal, &coach).await;
    assert_eq!(portal.look("SELECT count(*) FROM journey_suggestions"), "1");
    days(&portal, 15);
    let coach = portal.person("coach").await;
    look(&portal, &coach).await;
    assert_eq!(portal.look("SELECT count(*) FROM journey_suggestions"), "2");
}

#[tokio::test]
async fn what_nobody_decides_about_lapses_and_is_not_sent() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    stalled(&portal, &coach).await;
    look(&portal, &coach).await;
    let before = portal.look("SELECT count(*) FROM messages");
    days(&portal, 14);
    let coach = portal.person("coach").await;
    portal.force("UPDATE journey_enrolments SET last_at = now() + interval '14 days'");
    look(&portal, &coach).await;
    assert_eq!(
        portal.look("SELECT string_agg(status::text, ' ') FROM journey_suggestions"),
        "expired"
    );
    assert_eq!(portal.look("SELECT count(*) FROM messages"), before);
    coach
        .get("/journeys/suggestions?status=expired")
        .await
        .expect_text("Nobody decided in time");
}

#[tokio::test]
async fn others_do_not_see_them_and_nobody_decides_about_what_is_written_to_themselves() {
    let portal = Portal::start().await;
    let (coach, admin) = (portal.person("coach").await, portal.person("admin").await);
    stalled(&portal, &coach).await;
    look(&portal, &coach).await;
    let path = path(&portal);
    for who in ["member", "leader", "steward"] {
        let who = portal.person(who).await;
        who.get("/journeys/suggestions").await.expect_status(404);
        who.get(&path).await.expect_status(404);
    }
    let neighbour = portal.neighbour("stranger").await;
    neighbour.get(&path).await.expect_status(404);
    neighbour
        .get("/journeys/suggestions")
        .await
        .expect_text("Nothing waits for you");
    coach
        .get("/journeys/suggestions/settings")
        .await
        .expect_status(403);
    admin.get("/journeys/suggestions/settings").await.expect_ok();
    portal.force(&format!(
        "UPDATE journey_enrolments SET member_id = '{}'",
        portal.member("coach")
    ));
    coach
        .get(&path)
        .await
        .expect_no_element("form[action$='/approval']");
    let page = admin.get(&path).await.expect_ok();
    page.form("form[action$='/approval']").submit(&coach).await;
    assert_eq!(portal.look("SELECT status FROM journey_suggestions"), "pending");
}

#[tokio::test]
async fn a_program_decides_as_its_person_does() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    stalled(&portal, &coach).await;
    look(&portal, &coach).await;
    let program = Program::of(&portal, &coach, &["journeys:read", "journeys:write"]).await;
    let listed = program.get("/api/journeys/suggestions").await.expect_ok();
    assert_eq!(listed.at("/data/0/reason"), "stalled");
    let at = format!(
        "/api/journeys/suggestions/{}",
        listed.at("/data/0/id").as_str().unwrap()
    );
    program
        .call(Method::POST, &format!("{at}/rejection"), json!({ "why": "" }))
        .await
        .expect_status(422);
    let sent = program
        .call(Method::POST, &format!("{at}/approval"), json!({}))
        .await
        .expect_ok();
    assert_eq!(sent.at("/status"), "approved");
    assert_eq!(sent.at("/sent_message"), sent.at("/proposed_message"));
    program
        .call(
            Method::POST,
            &format!("{at}/rejection"),
            json!({ "why": "Too late" }),
        )
        .await
        .expect_status(409);
}
