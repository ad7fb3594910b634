//! What an author sees of a journey as somebody else on a day.

use chrono::{DateTime, TimeDelta, Utc};

use super::written::{Written, enrol, journey, rule, text};

use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

fn course(portal: &Portal) -> Written {
    let steps = journey(
        portal,
        true,
        &[
            ("One", true, vec![text("Listening"), text("Asking")]),
            ("Two", false, vec![text("Mapping"), text("Waiting")]),
        ],
    );
    rule(
        portal,
        &steps,
        "Waiting",
        "kind, days, is_business, anchor",
        "1, 1, 'elapsed', 10, false, 'enrolled'",
    );
    steps
}

async fn seen(coach: &Actor, steps: &Written, words: &str) -> Page {
    let address = format!("/journeys/{}/preview?version=published&{words}", steps.id);
    coach.get(&address).await.expect_ok()
}

fn open(page: &Page) -> Vec<String> {
    let rows = page.select(".study-row:not(.study-row--locked) .row__title");
    rows.iter().map(|row| row.text.clone()).collect()
}

#[tokio::test]
async fn an_author_sees_what_is_open_to_whom_on_which_day_and_why_the_rest_is_not() {
    let portal = Portal::start().await;
    let steps = course(&portal);
    let coach = portal.person("coach").await;
    let page = seen(&coach, &steps, "at=2027-01-04T09:00&enrolled=2027-01-04").await;
    assert_eq!(open(&page), ["Listening"]);
    page.expect_text("Finish “Listening” first.");
    page.expect_text("14 Jan 2027, 00:00");
    page.expect_no_element(".reasons a");

    // What is done opens what comes next; a day that is waited for is a link away.
    let done = format!(
        "at=2027-01-05T09:00&enrolled=2027-01-04&done_on=2027-01-05&done={}",
        steps.key("Asking")
    );
    let page = seen(&coach, &steps, &done).await;
    assert_eq!(open(&page), ["Listening", "Asking", "Mapping"]);
    page.expect_text("2 of 4 done, 1 open.");
    let link = page.select("section p > a");
    let then = coach.get(link[0].attr("href").unwrap()).await.expect_ok();
    assert_eq!(open(&then), ["Listening", "Asking", "Mapping", "Waiting"]);

    // Nobody was enrolled for it, and nothing was kept.
    assert_eq!(
        portal.look("SELECT count(*) FROM journey_enrolments WHERE state = 'active'"),
        portal.look(&format!(
            "SELECT count(*) FROM journey_enrolments WHERE state = 'active' AND journey_id <> '{}'",
            steps.id
        ))
    );
}

#[tokio::test]
async fn before_the_first_day_nothing_is_open_and_a_form_that_cannot_be_read_says_so_beside_the_field() {
    let portal = Portal::start().await;
    let steps = course(&portal);
    let coach = portal.person("coach").await;
    let page = seen(
        &coach,
        &steps,
        "at=2027-01-04T09:00&enrolled=2027-01-04&begins=2027-02-01",
    )
    .await;
    assert!(open(&page).is_empty());
    page.expect_text("Your journey begins on 1 Feb 2027, 00:00.");

    let wrong = format!(
        "/journeys/{}/preview?version=published&at=soon&enrolled=2027-01-04&score=140&done=nonsense",
        steps.id
    );
    let page = coach.get(&wrong).await.expect_status(422);
    page.expect_text("Write a day and a time");
    page.expect_text("This lesson is not part of the version.");
    assert_eq!(page.select("#at")[0].attr("value"), Some("soon"));
    assert_eq!(page.select("#score")[0].attr("value"), Some("140"));
}

#[tokio::test]
async fn a_preview_is_for_those_who_build_the_journey() {
    let portal = Portal::start().await;
    let steps = course(&portal);
    let address = format!("/journeys/{}/preview", steps.id);
    let member = portal.person("member").await;
    member.get(&address).await.expect_status(403);
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&address).await.expect_status(404);
}

#[tokio::test]
async fn what_is_imagined_is_what_a_learner_with_the_same_past_sees() {
    let portal = Portal::start().await;
    let steps = course(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    let lesson = format!("/learn/{id}/lessons/{}", steps.key("Listening"));
    let page = member.get(&lesson).await.expect_ok();
    page.form("form[action$='/completion']")
        .submit(&member)
        .await
        .expect_status(303);
    let now: DateTime<Utc> = Utc::now() + TimeDelta::minutes(1);
    let words = format!(
        "at={}&done={}",
        now.format("%Y-%m-%dT%H:%M"),
        steps.key("Listening")
    );
    let theirs = open(&member.get(&format!("/learn/{id}")).await.expect_ok());
    let imagined = open(&seen(&coach, &steps, &words).await);
    assert_eq!(theirs, ["Listening", "Asking"]);
    assert_eq!(imagined, theirs);
}
