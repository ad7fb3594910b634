//! Short messages to learners who do not get on: drafted, sent, capped, and never against what they said.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use reqwest::Method;
use serde_json::json;
use waymark::domains::journeys::coaching::nudges::policy::{Facts, Refusal, refusal};
use waymark::domains::journeys::learning::model::EnrolmentState;

use crate::journeys::learning::written::{Written, enrol, enrolment, journey, text, told};
use crate::people::post;
use crate::support::portal::Portal;
use crate::tasks::api::Program;

fn shop(portal: &Portal) -> Written {
    journey(
        portal,
        false,
        &[("One", false, vec![text("Listening"), text("Asking")])],
    )
}

fn new(journey: &Written, learners: &[&str]) -> String {
    let ticked: Vec<String> = learners.iter().map(|id| format!("learner={id}")).collect();
    format!("/journeys/{}/nudges/new?{}", journey.id, ticked.join("&"))
}

#[tokio::test]
async fn a_coach_writes_to_those_who_are_stuck_and_they_can_answer() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &shop, &["member"]).await;
    enrol(&portal, &coach, &shop, &["other"]).await;
    portal.pass(TimeDelta::days(8));
    let stuck = coach
        .get(&format!("/journeys/{}/stuck", shop.id))
        .await
        .expect_ok();
    assert_eq!(stuck.select("input[name='learner']").len(), 2);

    let page = coach.get(&new(&shop, &[&id])).await.expect_ok();
    page.expect_text("it has been a while since your last step in “First steps”");
    page.expect_text("Who gets it");
    let shown = page
        .form("form[action$='/nudges']")
        .set("body_en", "Hello {name}, **shall we talk**?")
        .press("Preview")
        .submit(&coach)
        .await
        .expect_ok();
    shown.expect_text("Hello Tom Reyes, shall we talk?");
    assert_eq!(portal.look("SELECT count(*) FROM journey_nudges"), "0");
    let form = shown.form("form[action$='/nudges']").press("Send to 1");
    form.submit(&coach).await.expect_see_other("/journeys/");
    let log = coach
        .get(&format!("/journeys/{}/nudges", shop.id))
        .await
        .expect_ok();
    log.expect_text("Sent to one learner.");
    log.expect_text("Hello Tom Reyes, **shall we talk**?");
    assert_eq!(told(&portal, "learner.nudged"), "1");
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'journeys.learner.nudged'"),
        "1"
    );

    // It is a direct message, with a link back to where they were; a notification decides about e-mail.
    let inbox = member.get("/inbox").await.expect_ok();
    inbox.expect_text("shall we talk");
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM messages WHERE body LIKE '%/learn/{id}%'"
        )),
        "1"
    );
    portal.settle().await;
    assert_eq!(
        portal.look(&format!(
            "SELECT kind FROM notifications WHERE member_id = '{}'",
            portal.member("member")
        )),
        "direct"
    );
    coach
        .get(&format!("/journeys/{}/people/{id}", shop.id))
        .await
        .expect_ok()
        .expect_text("What was written to them")
        .expect_text("Nothing came for a while");
}

#[tokio::test]
async fn a_second_one_within_72_hours_is_refused_with_the_day_it_is_possible_again() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let coach = portal.person("coach").await;
    let id = enrol(&portal, &coach, &shop, &["member"]).await;
    let door = format!("/journeys/{}/nudges", shop.id);
    let fields = [
        ("learner", id.as_str()),
        ("reason", "other"),
        ("body_en", "Hello"),
        ("intent", "send"),
    ];
    post(&coach, &door, &fields).await.expect_status(303);
    post(&coach, &door, &fields).await.expect_status(303);
    let log = coach.get(&door).await.expect_ok();
    log.expect_text("Not sent, because: They got one about this journey within 72 hours. Possible again on");
    assert_eq!(told(&portal, "learner.nudged"), "1");
    let page = coach.get(&new(&shop, &[&id])).await.expect_ok();
    page.expect_text("Nobody you chose gets one now");
    page.expect_no_element("button[value='send']");
    // Three in two weeks, whatever the journey.
    for _ in 0..2 {
        portal.pass(TimeDelta::hours(73));
        post(&coach, &door, &fields).await.expect_status(303);
    }
    portal.pass(TimeDelta::hours(73));
    post(&coach, &door, &fields).await.expect_status(303);
    coach
        .get(&door)
        .await
        .expect_text("They got 3 within 14 days over all their journeys. Possible again on");
    assert_eq!(told(&portal, "learner.nudged"), "3");
}

#[tokio::test]
async fn what_a_learner_said_is_heeded_and_the_coach_is_told() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &shop, &["member", "coach"]).await;
    let page = member.get(&format!("/learn/{id}")).await.expect_ok();
    let form = page.form("form[action$='/reminders']").press("None for 2 weeks");
    form.submit(&member).await.expect_see_other("/learn/");
    coach
        .get(&new(&shop, &[&id]))
        .await
        .expect_ok()
        .expect_text("They want no reminders about this journey until");
    let page = member.get(&format!("/learn/{id}")).await.expect_ok();
    page.expect_text("Nobody reminds you of this journey until");
    let form = page.form("form[action$='/reminders']").press("Remind me again");
    form.submit(&member).await.expect_see_other("/learn/");
    coach
        .get(&new(&shop, &[&id]))
        .await
        .expect_ok()
        .expect_element("button[value='send']");
    // A pause of all messages, oneself, and who left.
    portal.force(&format!(
        "INSERT INTO message_pauses (org_id, member_id, paused_until, changed_at) VALUES ('{}', '{}', now() + interval '9 days', now())",
        portal.organization("local"),
        portal.member("member")
    ));
    coach
        .get(&new(&shop, &[&id]))
        .await
        .expect_text("They want no messages until");
    let own = enrolment(&portal, &shop, "coach");
    coach
        .get(&new(&shop, &[&own]))
        .await
        .expect_text("Nobody nudges themselves.");
    post(&member, &format!("/learn/{id}/leaving"), &[])
        .await
        .expect_status(303);
    coach
        .get(&new(&shop, &[&id]))
        .await
        .expect_text("They left this journey.");
}

#[tokio::test]
async fn who_reads_french_is_written_to_in_french() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let coach = portal.person("coach").await;
    let id = enrol(&portal, &coach, &shop, &["member"]).await;
    portal.force("UPDATE members SET locale = 'fr' WHERE handle = 'member'");
    let page = coach.get(&new(&shop, &[&id])).await.expect_ok();
    page.expect_no_element("textarea[name='body_en']");
    let form = page.form("form[action$='/nudges']").press("Send to 1");
    form.submit(&coach).await.expect_status(303);
    assert!(
        portal
            .look("SELECT body FROM journey_nudges")
            .starts_with("Bonjour Tom Reyes, comment avancez-vous")
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE body LIKE '%Continuez ici : %/learn/%'"),
        "1"
    );
}

#[tokio::test]
async fn a_bad_form_keeps_what_was_typed_and_others_are_kept_out() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let coach = portal.person("coach").await;
    let id = enrol(&portal, &coach, &shop, &["member"]).await;
    let door = format!("/journeys/{}/nudges", shop.id);
    let page = post(
        &coach,
        &door,
        &[
            ("learner", &id),
            ("reason", "failed"),
            ("body_en", ""),
            ("intent", "send"),
        ],
    )
    .await
    .expect_status(422);
    page.expect_field_error("body_en");
    page.expect_element("option[value='failed'][selected]");
    page.expect_element(&format!("input[name='learner'][value='{id}']"));
    // A name for the name that is none would reach everybody as it is typed.
    let misspelt = [
        ("learner", id.as_str()),
        ("reason", "other"),
        ("body_en", "Hello {nome}, shall we talk?"),
        ("intent", "send"),
    ];
    post(&coach, &door, &misspelt)
        .await
        .expect_status(422)
        .expect_text("{nome} stands for nothing.");
    assert_eq!(portal.look("SELECT count(*) FROM journey_nudges"), "0");
    coach.get(&format!("{door}/new")).await.expect_status(422);
    let unknown = uuid::Uuid::now_v7().to_string();
    coach.get(&new(&shop, &[&unknown])).await.expect_status(404);
    for who in ["member", "sponsor", "comms"] {
        let person = portal.person(who).await;
        person.get(&new(&shop, &[&id])).await.expect_status(403);
        let fields = [("learner", id.as_str()), ("reason", "other"), ("body_en", "x")];
        post(&person, &door, &fields).await.expect_status(403);
    }
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&door).await.expect_status(404);
    let other = portal.person("other").await;
    post(&other, &format!("/learn/{id}/reminders"), &[("wish", "none")])
        .await
        .expect_status(404);
}

#[tokio::test]
async fn a_program_sends_and_reads_them_under_the_same_caps() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let coach = portal.person("coach").await;
    let id = enrol(&portal, &coach, &shop, &["member"]).await;
    let program = Program::of(&portal, &coach, &["journeys:read", "journeys:write"]).await;
    let path = format!("/api/journeys/{}/nudges", shop.id);
    let wanted = json!({ "learners": [id], "reason": "stalled" });
    let sent = program
        .call(Method::POST, &path, wanted.clone())
        .await
        .expect_ok();
    assert_eq!(sent.at("/data/0/is_sent"), true);
    let again = program.call(Method::POST, &path, wanted).await.expect_ok();
    assert_eq!(again.at("/data/0/is_sent"), false);
    let list = program.get(&path).await.expect_ok();
    assert_eq!(list.at("/data/1/reason"), "stalled");
    assert!(list.at("/data/0/refused").as_str().unwrap().contains("72 hours"));
    program
        .call(Method::POST, &path, json!({ "learners": [] }))
        .await
        .expect_status(422);
    let reader = Program::of(&portal, &coach, &["journeys:read"]).await;
    reader
        .call(Method::POST, &path, json!({ "learners": [id] }))
        .await
        .expect_status(403);
}

proptest! {
    /// However often a coach tries: never two about a journey within 72 hours, never more than three in 14 days, and when one is
    /// refused, it goes at the very moment that was named.
    #[test]
    fn caps_hold_and_name_the_moment(steps in prop::collection::vec((1_i64..120, 0_usize..3), 1..60)) {
        let mut now: DateTime<Utc> = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let mut sent: Vec<(usize, DateTime<Utc>)> = Vec::new();
        let facts = |sent: &[(usize, DateTime<Utc>)], journey: usize| {
            let mut all: Vec<DateTime<Utc>> = sent.iter().map(|(_, at)| *at).collect();
            all.reverse();
            Facts {
                state: EnrolmentState::Active,
                is_self: false,
                is_active: true,
                snoozed_until: None,
                paused_until: None,
                last: sent.iter().rev().find(|(of, _)| *of == journey).map(|(_, at)| *at),
                all,
            }
        };
        for (hours, journey) in steps {
            now += TimeDelta::hours(hours);
            match refusal(&facts(&sent, journey), now) {
                None => sent.push((journey, now)),
                Some(Refusal::Soon(then) | Refusal::Enough(then)) => {
                    prop_assert!(then > now);
                    prop_assert_eq!(refusal(&facts(&sent, journey), then), None);
                    prop_assert!(refusal(&facts(&sent, journey), then - TimeDelta::seconds(1)).is_some());
                }
                Some(other) => prop_assert!(false, "{:?}", other),
            }
        }
        for (place, (journey, at)) in sent.iter().enumerate() {
            let before = &sent[..place];
            prop_assert!(before.iter().all(|(of, then)| of != journey || *at - *then >= TimeDelta::hours(72)));
            prop_assert!(before.iter().filter(|(_, then)| *at - *then < TimeDelta::days(14)).count() < 3);
        }
    }
}
