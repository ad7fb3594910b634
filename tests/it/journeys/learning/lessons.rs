//! A learner in lessons: every door asks whose it is and whether it is open, and nothing typed is lost.

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::written::{Written, enrol, journey, rule, text, told};
use crate::people::post;
use crate::support::portal::Portal;

fn two_steps(portal: &Portal) -> Written {
    journey(
        portal,
        true,
        &[
            ("Getting started", true, vec![text("Listening"), text("Asking")]),
            ("Going on", true, vec![text("Mapping")]),
        ],
    )
}

fn address(enrolment: &str, journey: &Written, lesson: &str) -> String {
    format!("/learn/{enrolment}/lessons/{}", journey.key(lesson))
}

#[tokio::test]
async fn a_learner_does_a_lesson_and_the_next_one_opens_without_any_script() {
    let portal = Portal::start().await;
    let steps = two_steps(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;

    member
        .get("/learn")
        .await
        .expect_ok()
        .expect_text("First steps")
        .expect_text("Listening");
    let next = address(&id, &steps, "Asking");
    let locked = member.get(&next).await.expect_status(403);
    locked.expect_text("Finish “Listening” first.");
    locked.expect_element(&format!("main a[href='{}']", address(&id, &steps, "Listening")));

    let page = member.get(&address(&id, &steps, "Listening")).await.expect_ok();
    page.expect_element(".study__body h2");
    page.form("form[action$='/completion']")
        .submit(&member)
        .await
        .expect_see_other("/learn/");

    member.get(&next).await.expect_ok().expect_text("Asking");
    let path = member.get(&format!("/learn/{id}")).await.expect_ok();
    path.expect_text("1 of 3");
    path.expect_text("Finish “Getting started” first.");
    member
        .get("/")
        .await
        .expect_ok()
        .expect_text("Continue learning")
        .expect_text("Asking");

    for lesson in ["Asking", "Mapping"] {
        post(
            &member,
            &format!("{}/completion", address(&id, &steps, lesson)),
            &[],
        )
        .await
        .expect_status(303);
    }
    let path = member.get(&format!("/learn/{id}")).await.expect_ok();
    path.expect_text("You finished this journey.")
        .expect_text("100 %");
    assert_eq!(told(&portal, "lesson.completed"), "3");
    assert_eq!(told(&portal, "milestone.completed"), "2");
    assert_eq!(told(&portal, "journey.completed"), "1");
}

#[tokio::test]
async fn what_is_not_open_is_refused_at_every_door() {
    let portal = Portal::start().await;
    let steps = two_steps(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    let closed = address(&id, &steps, "Mapping");
    member.get(&closed).await.expect_status(403);
    member
        .get(&format!("{closed}/session.ics"))
        .await
        .expect_status(403);
    for (door, fields) in [
        ("completion", vec![]),
        ("ticks", vec![]),
        ("writing", vec![("body", "Something")]),
        ("writing", vec![("body", "Something"), ("intent", "save")]),
        ("attempts", vec![]),
        ("answers", vec![("intent", "submit")]),
        ("watched", vec![("ranges", "0-10"), ("second", "10")]),
        ("place", vec![("place", "part-1")]),
        ("notes", vec![("note", "Mine")]),
    ] {
        post(&member, &format!("{closed}/{door}"), &fields)
            .await
            .expect_status(403);
    }
    assert_eq!(portal.look("SELECT count(*) FROM lesson_progress"), "0");
    assert_eq!(portal.look("SELECT count(*) FROM lesson_notes"), "0");
}

#[tokio::test]
async fn nobody_but_the_learner_finds_their_lessons() {
    let portal = Portal::start().await;
    let steps = two_steps(&portal);
    let coach = portal.person("coach").await;
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    let lesson = address(&id, &steps, "Listening");
    let strangers = [
        portal.person("other").await,
        portal.person("coach").await,
        portal.person("admin").await,
        portal.neighbour("stranger").await,
    ];
    for stranger in &strangers {
        for page in [
            format!("/learn/{id}"),
            lesson.clone(),
            format!("/learn/{id}/leaving"),
        ] {
            stranger.get(&page).await.expect_status(404);
        }
        for door in ["completion", "place", "notes", "writing"] {
            post(
                stranger,
                &format!("{lesson}/{door}"),
                &[("note", "x"), ("body", "x")],
            )
            .await
            .expect_status(404);
        }
    }
    strangers[0]
        .get("/learn")
        .await
        .expect_ok()
        .expect_text("No journey yet");
}

#[tokio::test]
async fn two_tabs_that_do_the_same_lesson_tell_of_it_once() {
    let portal = Portal::start().await;
    let steps = two_steps(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    let door = format!("{}/completion", address(&id, &steps, "Listening"));
    let answers = join_all((0..6).map(|_| post(&member, &door, &[]))).await;
    for answer in answers {
        answer.expect_status(303);
    }
    assert_eq!(told(&portal, "lesson.completed"), "1");
    assert_eq!(portal.look("SELECT done FROM journey_enrolments"), "1");
}

#[tokio::test]
async fn two_lessons_that_end_a_milestone_at_the_same_moment_end_it_once() {
    let portal = Portal::start().await;
    let both = journey(&portal, false, &[("Both", false, vec![text("One"), text("Two")])]);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &both, &["member"]).await;
    let doors = ["One", "Two"].map(|lesson| format!("{}/completion", address(&id, &both, lesson)));
    for answer in join_all(doors.iter().map(|door| post(&member, door, &[]))).await {
        answer.expect_status(303);
    }
    assert_eq!(told(&portal, "milestone.completed"), "1");
    assert_eq!(told(&portal, "journey.completed"), "1");
}

#[tokio::test]
async fn a_reflection_that_is_too_short_comes_back_with_every_word() {
    let portal = Portal::start().await;
    let content = r#"{"kind": "reflection", "prompt": "What did you hear?", "at_least_words": 5}"#;
    let one = journey(
        &portal,
        false,
        &[(
            "One",
            false,
            vec![text("Look back").of("reflection", "submitted", content)],
        )],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &one, &["member"]).await;
    let lesson = address(&id, &one, "Look back");

    let page = member.get(&lesson).await.expect_ok();
    let form = page.form("form[action$='/writing']").set("body", "Too few 🕰️");
    let page = form.submit(&member).await.expect_status(422);
    page.expect_field_error("body")
        .expect_text("Write at least 5 words");
    assert_eq!(
        page.form("form[action$='/writing']").value("body"),
        Some("Too few 🕰️")
    );

    post(
        &member,
        &format!("{lesson}/writing"),
        &[("body", "They are tired, and"), ("intent", "save")],
    )
    .await
    .expect_status(303);
    let page = member
        .get(&lesson)
        .await
        .expect_ok()
        .expect_text("Your draft is kept.");
    let form = page.form("form[action$='/writing']");
    assert_eq!(form.value("body"), Some("They are tired, and"));
    form.set("body", "They are tired, and nobody asks them why.")
        .submit(&member)
        .await
        .expect_status(303);
    member
        .get(&lesson)
        .await
        .expect_ok()
        .expect_text("nobody asks them why")
        .expect_text("Done");
    assert_eq!(told(&portal, "journey.completed"), "1");
    assert_eq!(
        portal.look("SELECT count(*) FROM lesson_progress WHERE draft IS NOT NULL"),
        "0"
    );
}

#[tokio::test]
async fn of_two_windows_neither_writes_over_what_the_other_kept_nor_over_what_was_handed_in() {
    let portal = Portal::start().await;
    let content = r#"{"kind": "reflection", "prompt": "What did you hear?", "at_least_words": 1}"#;
    let one = journey(
        &portal,
        false,
        &[(
            "One",
            false,
            vec![text("Look back").of("reflection", "submitted", content)],
        )],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &one, &["member"]).await;
    let lesson = address(&id, &one, "Look back");
    let door = format!("{lesson}/writing");
    let draft = "SELECT coalesce(max(draft->>'body'), '') FROM lesson_progress";
    let window = async || {
        let page = member.get(&lesson).await.expect_ok();
        let seen = page
            .form("form[action$='/writing']")
            .value("seen")
            .unwrap_or_default()
            .to_owned();
        seen
    };
    let (first, second) = (window().await, window().await);
    let keep = async |seen: &str, body: &str| {
        post(
            &member,
            &door,
            &[("body", body), ("intent", "save"), ("seen", seen)],
        )
        .await
    };
    keep(&second, "A long thought.").await.expect_status(303);
    let refused = keep(&first, "Short.").await.expect_status(409);
    refused.expect_text("in another window").expect_text("Short.");
    assert_eq!(portal.look(draft), "A long thought.");
    // Who saw what is there goes on from it; and what is sent twice is no other text.
    let now = window().await;
    keep(&now, "A longer thought.").await.expect_status(303);
    keep(&now, "A longer thought.").await.expect_status(303);
    assert_eq!(portal.look(draft), "A longer thought.");

    let stale = member.get(&lesson).await.expect_ok();
    post(&member, &door, &[("body", "Handed in.")])
        .await
        .expect_status(303);
    keep(&now, "Too late.")
        .await
        .expect_status(409)
        .expect_text("You handed this in already.");
    let form = stale.form("form[action$='/writing']").set("body", "Once more.");
    let refused = form.submit(&member).await.expect_status(409);
    refused
        .expect_text("Once more.")
        .expect_element(&format!("a[href='{lesson}']"));
    assert_eq!(portal.look(draft), "");

    // What comes back with comments can be changed, though it was done, and its writer hears of it.
    let submission = portal.look("SELECT id FROM lesson_submissions");
    let review = format!("/journeys/{}/reviews/{submission}", one.id);
    post(
        &coach,
        &review,
        &[("verdict", "return"), ("comments", "Say **who**.")],
    )
    .await
    .expect_status(303);
    member
        .get("/inbox/notifications")
        .await
        .expect_text("Your coach answered “Look back”");
    let page = member.get(&lesson).await.expect_ok();
    page.expect_text("Returned with comments").expect_text("Say who.");
    assert_eq!(
        portal.look("SELECT count(*) FROM notifications WHERE kind = 'answer' AND seen_at IS NOT NULL"),
        "1"
    );
    let form = page.form("form[action$='/writing']");
    assert_eq!(form.value("body"), Some("Handed in."));
    form.set("body", "Rosa said it.")
        .submit(&member)
        .await
        .expect_status(303);
    assert_eq!(portal.look("SELECT count(*) FROM lesson_submissions"), "2");
}

#[tokio::test]
async fn a_lesson_says_until_when_it_is_open_and_a_milestone_what_it_is_for() {
    let portal = Portal::start().await;
    let one = journey(
        &portal,
        false,
        &[("One", false, vec![text("Listening"), text("Asking")])],
    );
    portal.force(&format!(
        "SET session_replication_role = replica; UPDATE journey_nodes SET body = 'Find your **feet**.' WHERE key = '{}'",
        one.key("One")
    ));
    rule(
        &portal,
        &one,
        "Asking",
        "kind, at",
        "0, 0, 'until', '2031-05-04 12:00Z'",
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &one, &["member"]).await;
    let page = member.get(&format!("/learn/{id}")).await.expect_ok();
    page.expect_text("Find your feet.")
        .expect_text("open until 4 May 2031");
    member
        .get(&address(&id, &one, "Asking"))
        .await
        .expect_text("open until 4 May 2031");
    member
        .get(&address(&id, &one, "Listening"))
        .await
        .expect_no_text("open until");
}

#[tokio::test]
async fn a_checklist_is_done_with_its_last_tick() {
    let portal = Portal::start().await;
    let [first, second] = [uuid::Uuid::now_v7(), uuid::Uuid::now_v7()].map(|key| key.to_string());
    let content = format!(
        r#"{{"kind": "checklist", "items": [{{"key": "{first}", "text": "Find a quiet place"}}, {{"key": "{second}", "text": "Bring a pen"}}]}}"#
    );
    let one = journey(
        &portal,
        false,
        &[(
            "One",
            false,
            vec![text("Prepare").of("checklist", "marked", &content)],
        )],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &one, &["member"]).await;
    let lesson = address(&id, &one, "Prepare");

    post(&member, &format!("{lesson}/ticks"), &[("item", &first)])
        .await
        .expect_status(303);
    member
        .get(&lesson)
        .await
        .expect_ok()
        .expect_element(&format!("input[value='{first}'][checked]"));
    post(&member, &format!("{lesson}/completion"), &[])
        .await
        .expect_status(409);
    post(
        &member,
        &format!("{lesson}/ticks"),
        &[("item", &first), ("item", &second)],
    )
    .await
    .expect_status(303);
    assert_eq!(told(&portal, "lesson.completed"), "1");
}

#[tokio::test]
async fn a_live_session_goes_into_the_calendar_and_is_attended_once_it_began() {
    let portal = Portal::start().await;
    let at = (portal.app.clock().now() + TimeDelta::hours(2)).to_rfc3339();
    let content = format!(
        r#"{{"kind": "live", "starts_at": "{at}", "minutes": 90, "place": "Hall B; upstairs", "url": "https://meet.example.org/x"}}"#
    );
    let one = journey(
        &portal,
        false,
        &[("One", false, vec![text("Meet").of("live", "attended", &content)])],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &one, &["member"]).await;
    let lesson = address(&id, &one, "Meet");

    let calendar = member
        .get(&format!("{lesson}/session.ics"))
        .await
        .expect_ok()
        .html
        .clone();
    for line in [
        "BEGIN:VEVENT",
        "SUMMARY:Meet",
        "LOCATION:Hall B\\; upstairs",
        "END:VCALENDAR",
    ] {
        assert!(calendar.contains(line), "{line} in {calendar}");
    }
    post(&member, &format!("{lesson}/completion"), &[])
        .await
        .expect_status(409);
    portal.pass(TimeDelta::hours(3));
    member
        .get(&lesson)
        .await
        .expect_ok()
        .form("form[action$='/completion']")
        .submit(&member)
        .await
        .expect_status(303);
    assert_eq!(told(&portal, "lesson.completed"), "1");
}

#[tokio::test]
async fn notes_are_the_learners_own_and_go_when_they_say_so() {
    let portal = Portal::start().await;
    let steps = two_steps(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    let lesson = address(&id, &steps, "Listening");

    let page = member.get(&lesson).await.expect_ok();
    page.form("form[action$='/notes']")
        .set("note", "Ask Nadia about Sunday")
        .submit(&member)
        .await
        .expect_status(303);
    let page = member
        .get(&lesson)
        .await
        .expect_ok()
        .expect_text("Ask Nadia about Sunday");
    coach
        .get(&format!("/journeys/{}/people/{id}", steps.id))
        .await
        .expect_ok()
        .expect_no_text("Ask Nadia about Sunday");
    let link = page.one(".study-notes a[href$='/removal']");
    let removal = link.attr("href").unwrap().to_owned();
    coach.get(&removal).await.expect_status(404);
    let asked = member
        .get(&removal)
        .await
        .expect_ok()
        .expect_text("Ask Nadia about Sunday");
    asked
        .form("form[action$='/removal']")
        .submit(&member)
        .await
        .expect_status(303);
    member
        .get(&lesson)
        .await
        .expect_ok()
        .expect_no_text("Ask Nadia about Sunday");
    post(&member, &format!("{lesson}/notes"), &[("note", "")])
        .await
        .expect_status(422);
}

#[tokio::test]
async fn a_date_keeps_a_lesson_closed_and_says_when_it_opens_where_the_learner_is() {
    let portal = Portal::start().await;
    let one = journey(&portal, false, &[("One", false, vec![text("Later")])]);
    rule(
        &portal,
        &one,
        "Later",
        "kind, at",
        "0, 0, 'at', now() + interval '1 day'",
    );
    portal.force(&format!(
        "UPDATE members SET time_zone = 'Asia/Tokyo' WHERE id = '{}'",
        portal.member("member")
    ));
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &one, &["member"]).await;
    let lesson = address(&id, &one, "Later");
    let there = portal
        .look("SELECT to_char(at AT TIME ZONE 'Asia/Tokyo', 'FMDD Mon YYYY, HH24:MI') FROM unlock_atoms");

    member
        .get(&lesson)
        .await
        .expect_status(403)
        .expect_text(&format!("It opens on {there}."));
    member
        .get(&format!("/learn/{id}"))
        .await
        .expect_ok()
        .expect_text(&format!("It opens on {there}."));
    portal.pass(TimeDelta::days(2));
    member.get(&lesson).await.expect_ok();
}
