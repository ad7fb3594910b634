//! The review queue: rubric, versions, filters, and the keyboard.

use chrono::TimeDelta;
use thirtyfour::Key;

use super::broadcasts::with_cohort;
use crate::journeys::learning::written::{Written, enrol, enrolment, journey, text};
use crate::people::post;
use crate::support::browser::{Browser, Screen};
use crate::support::portal::{Actor, Portal};

const CLEAR: &str = "019a0000-0000-7000-8000-000000000001";
const SHORT: &str = "019a0000-0000-7000-8000-000000000002";

fn work(portal: &Portal) -> Written {
    let content = format!(
        r#"{{"kind": "assignment", "brief": "Map your shop.", "days_to_review": 3, "rubric": [
             {{"key": "{CLEAR}", "title": "Clear", "points": 4, "levels": [{{"text": "Not yet", "points": 0}}, {{"text": "Mostly", "points": 2}}, {{"text": "Fully", "points": 4}}]}},
             {{"key": "{SHORT}", "title": "Short", "points": 3, "levels": []}}]}}"#
    );
    journey(
        portal,
        false,
        &[(
            "One",
            false,
            vec![text("Map").of("assignment", "approved", &content)],
        )],
    )
}

async fn hand_in(learner: &Actor, journey: &Written, id: &str, words: &str) {
    let lesson = format!("/learn/{id}/lessons/{}", journey.key("Map"));
    let page = learner.get(&lesson).await.expect_ok();
    let form = page.form("form[action$='/writing']").set("body", words);
    form.submit(learner).await.expect_status(303);
}

fn newest(portal: &Portal, journey: &Written) -> String {
    let id = portal.look("SELECT id FROM lesson_submissions ORDER BY id DESC LIMIT 1");
    format!("/journeys/{}/reviews/{id}", journey.id)
}

#[tokio::test]
async fn work_is_scored_by_its_rubric_and_the_learner_sees_how() {
    let portal = Portal::start().await;
    let work = work(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &work, &["member"]).await;
    hand_in(&member, &work, &id, "Three people.").await;
    let first = newest(&portal, &work);
    let page = coach.get(&first).await.expect_ok();
    page.expect_text("Mostly").expect_text("of 7 points");
    // Approving needs all of it; what was typed stays.
    let (clear, short) = (format!("score-{CLEAR}"), format!("score-{SHORT}"));
    let page = post(
        &coach,
        &first,
        &[
            ("verdict", "approve"),
            (clear.as_str(), "1"),
            (short.as_str(), "9"),
            ("comments", "Good."),
        ],
    )
    .await
    .expect_status(422);
    page.expect_text("Between 0 and 3 points.").expect_text("Good.");
    page.expect_element(&format!("input[name='{clear}'][value='1'][checked]"));
    post(&coach, &first, &[("verdict", "approve"), (short.as_str(), "2")])
        .await
        .expect_status(422)
        .expect_text("Score “Clear” to approve.");
    // Returned with part of it, and handed in anew: the next version shows the earlier one.
    post(
        &coach,
        &first,
        &[
            ("verdict", "return"),
            (clear.as_str(), "1"),
            ("comments", "Who talks to whom?"),
        ],
    )
    .await
    .expect_status(303);
    let lesson = format!("/learn/{id}/lessons/{}", work.key("Map"));
    member
        .get(&lesson)
        .await
        .expect_ok()
        .expect_text("2 of 4 points")
        .expect_text("Mostly");
    hand_in(&member, &work, &id, "Ana talks to all three.").await;
    let second = newest(&portal, &work);
    let page = coach.get(&second).await.expect_ok();
    page.expect_text("Other versions")
        .expect_text("Who talks to whom?")
        .expect_text("Three people.");
    post(
        &coach,
        &second,
        &[
            ("verdict", "approve"),
            (clear.as_str(), "2"),
            (short.as_str(), "2"),
        ],
    )
    .await
    .expect_status(303);
    member
        .get(&lesson)
        .await
        .expect_ok()
        .expect_text("6 of 7 points")
        .expect_text("Fully");
    coach.get(&second).await.expect_ok().expect_text("6 of 7 points");
}

#[tokio::test]
async fn the_queue_goes_over_all_journeys_by_cohort_and_by_how_long_something_waits() {
    let portal = Portal::start().await;
    let work = work(&portal);
    let (coach, member, steward, other) = (
        portal.person("coach").await,
        portal.person("member").await,
        portal.person("steward").await,
        portal.person("other").await,
    );
    let cohort = with_cohort(&portal, &coach, &work).await;
    enrol(&portal, &coach, &work, &["other"]).await;
    let mine = |who: &str| enrolment(&portal, &work, who);
    hand_in(&member, &work, &mine("member"), "The first.").await;
    portal.pass(TimeDelta::days(3));
    hand_in(&steward, &work, &mine("steward"), "The second.").await;
    hand_in(&other, &work, &mine("other"), "The third.").await;

    let rows = async |address: &str| {
        let page = coach.get(address).await.expect_ok();
        page.select("[data-queue] a.row__title").len()
    };
    assert_eq!(rows("/journeys/reviews").await, 3);
    assert_eq!(rows("/journeys/reviews?since=2").await, 1);
    let one = format!("/journeys/{}/reviews", work.id);
    assert_eq!(rows(&format!("{one}?cohort={cohort}")).await, 2);
    assert_eq!(
        rows(&format!(
            "/journeys/reviews?journey={}&cohort={cohort}&since=2",
            work.id
        ))
        .await,
        1
    );
    // Out of the queue of a cohort the next is one of that cohort, and at the end comes the list again.
    let queue = coach.get(&format!("{one}?cohort={cohort}")).await.expect_ok();
    let page = queue.click(&coach, "Tom Reyes: Map").await.expect_ok();
    page.expect_element("a[data-queue-next]");
    page.expect_no_element("a[data-queue-previous]");
    let form = page
        .form("main form[method=post]")
        .set("comments", "Shorter, please.")
        .press("Return with comments");
    let to = form.submit(&coach).await.expect_see_other("/journeys/");
    let next = to.location().unwrap();
    let same = cohort.replace('-', "%2D");
    assert!(next.query().unwrap_or_default().contains(&same), "{next}");
    let page = coach
        .get(&format!("{}?{}", next.path(), next.query().unwrap()))
        .await
        .expect_ok();
    page.expect_text("The second.")
        .expect_no_element("a[data-queue-next]");
    let form = page
        .form("main form[method=post]")
        .set("comments", "Shorter, please.")
        .press("Return with comments");
    form.submit(&coach).await.expect_see_other(&one);
    for (who, status) in [("member", 403), ("sponsor", 403), ("leader", 200)] {
        let person = portal.person(who).await;
        let page = person.get("/journeys/reviews").await;
        page.expect_status(status).expect_no_text("Tom Reyes: Map");
    }
}

#[tokio::test]
async fn a_coach_works_through_the_queue_from_the_keyboard() {
    let portal = Portal::start().await;
    let content = r#"{"kind": "assignment", "brief": "Map your shop.", "rubric": [], "days_to_review": 3}"#;
    let work = journey(
        &portal,
        false,
        &[(
            "One",
            false,
            vec![text("Map").of("assignment", "approved", content)],
        )],
    );
    let (coach, member, steward) = (
        portal.person("coach").await,
        portal.person("member").await,
        portal.person("steward").await,
    );
    let id = enrol(&portal, &coach, &work, &["member", "steward"]).await;
    hand_in(&member, &work, &id, "The first.").await;
    hand_in(
        &steward,
        &work,
        &enrolment(&portal, &work, "steward"),
        "The second.",
    )
    .await;

    let browser = Browser::open(portal.base(), Screen::desktop()).await;
    browser.take_cookies_from(&coach).await;
    browser.goto("/journeys/reviews").await;
    browser.wait_for("[data-queue]").await;
    browser.axe().await.expect_clean();
    browser.keys("?").await;
    browser.wait_for("[data-queue-keys][open]").await;
    browser.keys("j").await;
    browser
        .wait_until("document.activeElement.textContent.includes('Tom Reyes')")
        .await;
    browser.keys("j").await;
    browser
        .wait_until("document.activeElement.matches('[data-queue] a') && !document.activeElement.textContent.includes('Tom Reyes')")
        .await;
    browser.keys("k").await;
    browser.keys(Key::Enter + "").await;
    browser.wait_for_text("The first.").await;
    browser.axe().await.expect_clean();
    // Nothing is returned without a word: the first r leads to the box, the second sends.
    browser.keys("r").await;
    browser
        .wait_until("document.activeElement.name === 'comments'")
        .await;
    browser.keys("Who talks?").await;
    browser.evaluate("document.activeElement.blur()").await;
    browser.keys("r").await;
    browser.wait_for_text("The second.").await;
    browser.keys("a").await;
    browser.wait_for_text("Nothing waits for you").await;
    assert_eq!(
        portal.look("SELECT string_agg(state::text, ' ' ORDER BY id) FROM lesson_submissions"),
        "returned approved"
    );
    browser.expect_quiet_console().await;
}
