//! Story 4, the learner's half, in a real browser: one finishes a lesson on a phone, the next opens, and the coach sees it.

use super::written::{enrol, journey, text};
use crate::support::browser::{Browser, Screen};
use crate::support::portal::Portal;

#[tokio::test]
async fn a_learner_finishes_a_lesson_on_a_phone_the_next_opens_and_the_coach_sees_it() {
    let portal = Portal::start().await;
    let reflection = r#"{"kind": "reflection", "prompt": "What did you hear?", "at_least_words": 3}"#;
    let steps = journey(
        &portal,
        true,
        &[
            (
                "Getting started",
                true,
                vec![
                    text("Listening"),
                    text("Look back").of("reflection", "submitted", reflection),
                ],
            ),
            ("Going on", true, vec![text("Mapping")]),
        ],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;

    let phone = Browser::open(portal.base(), Screen::phone()).await;
    phone.take_cookies_from(&member).await;
    phone.goto("/learn").await;
    phone.no_horizontal_scroll().await;
    phone.axe().await.expect_clean();
    phone.press("Continue").await;
    phone.wait_for_text("Because listening comes first.").await;
    phone.no_horizontal_scroll().await;
    phone.axe().await.expect_clean();
    phone.press("Mark as done").await;
    phone.wait_for(".study-end__words--done").await;
    phone.press_css(".study-step--next").await;

    // What is typed is kept before anybody sends it.
    phone.fill("Your text", "They are tired.").await;
    phone.wait_for_text("Kept.").await;
    phone.reload().await;
    phone.wait_for_text("Your draft is kept.").await;
    phone.axe().await.expect_clean();
    phone.press("Hand in").await;
    phone.wait_for(".study-end__words--done").await;
    phone.goto(&format!("/learn/{id}")).await;
    phone.wait_for_text("2 of 3").await;
    phone.no_horizontal_scroll().await;
    phone.axe().await.expect_clean();
    phone.expect_quiet_console().await;

    let desk = Browser::open(portal.base(), Screen::desktop()).await;
    desk.take_cookies_from(&coach).await;
    desk.goto(&format!("/journeys/{}/people", steps.id)).await;
    desk.wait_for_text("2 of 3").await;
    desk.axe().await.expect_clean();
    desk.press_css(".row--learner .row__title").await;
    desk.wait_for_text("Decide for them").await;
    desk.axe().await.expect_clean();
    desk.goto(&format!("/journeys/{}/people/new", steps.id)).await;
    desk.axe().await.expect_clean();
    desk.expect_quiet_console().await;
}

#[tokio::test]
async fn a_closed_lesson_says_why_in_both_themes() {
    let portal = Portal::start().await;
    let steps = journey(
        &portal,
        true,
        &[("One", true, vec![text("Listening"), text("Asking")])],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    for screen in [Screen::phone(), Screen::phone().dark()] {
        let browser = Browser::open(portal.base(), screen).await;
        browser.take_cookies_from(&member).await;
        browser
            .goto(&format!("/learn/{id}/lessons/{}", steps.key("Asking")))
            .await;
        browser.wait_for_text("Finish “Listening” first.").await;
        browser.axe().await.expect_clean();
        browser.no_horizontal_scroll().await;
    }
}
