//! What a coach decides for one learner, and answers to what they hand in.

use super::written::{Written, enrol, journey, text, told};
use crate::people::post;
use crate::support::portal::{Actor, Portal};

async fn decide(coach: &Actor, journey: &Written, id: &str, node: &str, kind: &str) {
    post(
        coach,
        &format!("/journeys/{}/people/{id}/acts", journey.id),
        &[
            ("node", &journey.key(node).to_string()),
            ("kind", kind),
            ("reason", "They did it at work."),
        ],
    )
    .await
    .expect_see_other("/journeys/");
}

fn three(portal: &Portal) -> Written {
    journey(
        portal,
        true,
        &[
            ("One", true, vec![text("Listening"), text("Asking")]),
            ("Two", true, vec![text("Mapping")]),
        ],
    )
}

#[tokio::test]
async fn a_coach_opens_a_lesson_counts_one_as_done_and_takes_it_back() {
    let portal = Portal::start().await;
    let steps = three(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    let address = |lesson: &str| format!("/learn/{id}/lessons/{}", steps.key(lesson));
    let learner = format!("/journeys/{}/people/{id}", steps.id);

    coach
        .get(&learner)
        .await
        .expect_ok()
        .expect_text("Finish “Listening” first.");
    decide(&coach, &steps, &id, "Mapping", "unlock").await;
    member.get(&address("Mapping")).await.expect_ok();
    member.get(&address("Asking")).await.expect_status(403);
    decide(&coach, &steps, &id, "Listening", "waive").await;
    member.get(&address("Asking")).await.expect_ok();
    member
        .get(&format!("/learn/{id}"))
        .await
        .expect_ok()
        .expect_text("Counted as done")
        .expect_text("1 of 3");
    assert_eq!(told(&portal, "lesson.completed"), "1");

    decide(&coach, &steps, &id, "Listening", "revoke").await;
    assert_eq!(portal.look("SELECT done FROM journey_enrolments"), "0");
    assert_eq!(told(&portal, "lesson.reopened"), "1");
    // What was started does not close again.
    member.get(&address("Asking")).await.expect_ok();
    coach
        .get(&learner)
        .await
        .expect_ok()
        .expect_text("They did it at work.")
        .expect_text("Taken back");
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'journeys.lesson.decided'"),
        "3"
    );
}

#[tokio::test]
async fn a_decision_needs_its_reason_and_nobody_decides_about_themselves() {
    let portal = Portal::start().await;
    let steps = three(&portal);
    let coach = portal.person("coach").await;
    let id = enrol(&portal, &coach, &steps, &["member", "coach"]).await;
    let node = steps.key("Asking").to_string();
    let door = format!("/journeys/{}/people/{id}/acts", steps.id);
    let page = post(
        &coach,
        &door,
        &[("node", &node), ("kind", "unlock"), ("until", "2026-13-01")],
    )
    .await
    .expect_status(422);
    page.expect_field_error("reason").expect_field_error("until");
    let unknown = uuid::Uuid::now_v7().to_string();
    post(
        &coach,
        &door,
        &[("node", &unknown), ("kind", "unlock"), ("reason", "x")],
    )
    .await
    .expect_status(404);
    let own = super::written::enrolment(&portal, &steps, "coach");
    let own = format!("/journeys/{}/people/{own}/acts", steps.id);
    post(
        &coach,
        &own,
        &[("node", &node), ("kind", "waive"), ("reason", "Why not")],
    )
    .await
    .expect_status(403);
    assert_eq!(portal.look("SELECT count(*) FROM lesson_acts"), "0");
}

#[tokio::test]
async fn an_opening_ends_with_its_day() {
    let portal = Portal::start().await;
    let steps = three(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    let today = portal.look("SELECT now()::date");
    let node = steps.key("Mapping").to_string();
    post(
        &coach,
        &format!("/journeys/{}/people/{id}/acts", steps.id),
        &[
            ("node", &node),
            ("kind", "unlock"),
            ("reason", "For today"),
            ("until", &today),
        ],
    )
    .await
    .expect_status(303);
    let notes = format!("/learn/{id}/lessons/{node}/notes");
    post(&member, &notes, &[("note", "I may")])
        .await
        .expect_status(303);
    portal.pass(chrono::TimeDelta::days(3));
    post(&member, &notes, &[("note", "I may not")])
        .await
        .expect_status(403);
}

#[tokio::test]
async fn an_assignment_is_returned_with_comments_handed_in_again_and_approved() {
    let portal = Portal::start().await;
    let content =
        r#"{"kind": "assignment", "brief": "Map your **shop**.", "rubric": [], "days_to_review": 3}"#;
    let work = journey(
        &portal,
        false,
        &[(
            "One",
            false,
            vec![text("Map").of("assignment", "approved", content)],
        )],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &work, &["member"]).await;
    let lesson = format!("/learn/{id}/lessons/{}", work.key("Map"));

    let page = member
        .get(&lesson)
        .await
        .expect_ok()
        .expect_element(".prose strong");
    page.form("form[action$='/writing']")
        .set("body", "Three people.")
        .submit(&member)
        .await
        .expect_status(303);
    let page = member.get(&lesson).await.expect_ok().expect_text("within 3 days");
    page.expect_no_element("form[action$='/writing']");
    post(&member, &format!("{lesson}/writing"), &[("body", "Again")])
        .await
        .expect_status(409);
    assert_eq!(told(&portal, "review.requested"), "1");

    let people = format!("/journeys/{}/people", work.id);
    coach.get(&people).await.expect_ok().expect_text("1 to review");
    let queue = coach
        .get(&format!("/journeys/{}/reviews", work.id))
        .await
        .expect_ok()
        .expect_text("Tom Reyes: Map");
    let review = queue
        .click(&coach, "Tom Reyes: Map")
        .await
        .expect_ok()
        .expect_text("Three people.");
    review.expect_element("main form textarea[name=comments]");
    let door = format!(
        "/journeys/{}/reviews/{}",
        work.id,
        portal.look("SELECT id FROM lesson_submissions")
    );
    post(&coach, &door, &[("verdict", "return")])
        .await
        .expect_status(422)
        .expect_field_error("comments");
    post(
        &coach,
        &door,
        &[("verdict", "return"), ("comments", "And *who* talks to whom?")],
    )
    .await
    .expect_status(303);
    post(&coach, &door, &[("verdict", "approve")])
        .await
        .expect_status(409);

    member
        .get("/learn")
        .await
        .expect_ok()
        .expect_text("Returned with comments");
    let page = member
        .get(&lesson)
        .await
        .expect_ok()
        .expect_text("Returned with comments");
    page.expect_text("talks to whom?").expect_text("Maya Okafor");
    let form = page.form("form[action$='/writing']");
    assert_eq!(form.value("body"), Some("Three people."));
    form.set("body", "Three people, and Ana talks to all.")
        .submit(&member)
        .await
        .expect_status(303);
    let second = portal.look("SELECT id FROM lesson_submissions WHERE number = 2");
    post(
        &coach,
        &format!("/journeys/{}/reviews/{second}", work.id),
        &[("verdict", "approve")],
    )
    .await
    .expect_status(303);
    member
        .get(&lesson)
        .await
        .expect_ok()
        .expect_text("Approved")
        .expect_text("Version 2")
        .expect_text("Version 1");
    assert_eq!(told(&portal, "journey.completed"), "1");
    assert_eq!(told(&portal, "review.given"), "2");
}
