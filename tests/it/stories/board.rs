//! The board of tasks, with a mouse, with a finger and from the keyboard.

use thirtyfour::Key;

use crate::support::browser::{Browser, Screen};
use crate::support::portal::{Actor, Portal};
use crate::tasks::make;

async fn board(portal: &Portal, who: &Actor, screen: Screen) -> Browser {
    let browser = Browser::open(portal.base(), screen).await;
    browser.take_cookies_from(who).await;
    browser.goto("/tasks/board").await;
    browser.wait_for("[data-card]").await;
    browser
}

async fn drag(browser: &Browser, title: &str, column: &str) {
    let card = browser
        .wait_for(&format!("[data-card]:has(summary[title='Move: {title}'])"))
        .await;
    let target = browser.wait_for(&format!("[data-column='{column}'] h2")).await;
    let drag = browser
        .driver()
        .action_chain()
        .move_to_element_center(&card)
        .click_and_hold()
        .move_by_offset(12, 4)
        .move_to_element_center(&target)
        .release();
    drag.perform().await.expect("a card can be dragged");
}

fn status(portal: &Portal) -> String {
    portal.look("SELECT status FROM tasks")
}

#[tokio::test]
async fn one_drags_a_card_to_another_column_and_says_what_it_waits_for() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    make(&portal, &member, &[("title", "Print")]).await;
    let browser = board(&portal, &member, Screen::desktop()).await;

    drag(&browser, "Print", "in_progress").await;
    browser
        .wait_for("[data-column=in_progress] [data-card*='version=2']")
        .await;
    assert_eq!(status(&portal), "in_progress");
    assert!(
        browser.path().await.starts_with("/tasks/board"),
        "a drop opens nothing"
    );

    drag(&browser, "Print", "blocked").await;
    browser.wait_for("dialog[open]").await;
    browser.fill("It waits for", "Paper").await;
    browser.press("Move to Blocked").await;
    browser.wait_for_text("waits for: Paper").await;
    assert_eq!(status(&portal), "blocked");

    // Somebody else was faster: it is said, and the board shows what is true.
    portal.force("UPDATE tasks SET status = 'in_progress', blocked_reason = '', version = version + 1");
    drag(&browser, "Print", "completed").await;
    browser.wait_for_text("Somebody changed this task").await;
    browser.wait_for("[data-column=in_progress] [data-card]").await;
    assert_eq!(status(&portal), "in_progress");
}

/// Where the middle of an element is in the window.
async fn middle(browser: &Browser, css: &str) -> (f64, f64) {
    let place = browser
        .evaluate(&format!(
            "(at => [at.x + at.width / 2, at.y + at.height / 2])(document.querySelector(`{css}`).getBoundingClientRect())"
        ))
        .await;
    let side = |at: usize| place[at].as_f64().unwrap();
    (side(0), side(1))
}

#[tokio::test]
async fn one_drags_a_card_with_a_finger_that_rests_on_it_first() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    make(&portal, &member, &[("title", "Print")]).await;
    let browser = board(&portal, &member, Screen::desktop()).await;
    let from = middle(&browser, "[data-card] .task-card__title").await;
    let (x, y) = middle(&browser, "[data-column=in_progress] h2").await;

    browser.finger("touchStart", Some(from)).await;
    browser.wait_for(".task-card--held").await;
    browser
        .finger("touchMove", Some((from.0 + 20.0, from.1 + 8.0)))
        .await;
    browser.finger("touchMove", Some((x, y))).await;
    browser
        .wait_for(".board__column--over[data-column=in_progress]")
        .await;
    browser.finger("touchEnd", None).await;
    browser
        .wait_for("[data-column=in_progress] [data-card*='version=2']")
        .await;
    assert_eq!(status(&portal), "in_progress");
    assert!(
        browser.path().await.starts_with("/tasks/board"),
        "a drop opens nothing"
    );
}

#[tokio::test]
async fn one_moves_a_card_from_the_keyboard() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    make(&portal, &member, &[("title", "Print")]).await;
    let browser = board(&portal, &member, Screen::phone()).await;

    browser
        .evaluate("document.querySelector('[data-card] summary').focus()")
        .await;
    browser.keys(Key::Enter + "").await;
    browser.wait_for("[data-card] details[open]").await;
    browser.keys(Key::Down + "").await;
    browser
        .wait_until("document.activeElement.textContent === 'In progress'")
        .await;
    browser.keys(Key::Enter + "").await;
    browser.wait_for("[data-column=in_progress] [data-card]").await;
    assert_eq!(status(&portal), "in_progress");
    browser.expect_quiet_console().await;
}

#[tokio::test]
async fn enter_on_a_ticked_row_of_the_list_does_no_task() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    make(&portal, &member, &[("title", "Print")]).await;
    make(&portal, &member, &[("title", "Fold")]).await;
    let browser = Browser::open(portal.base(), Screen::desktop()).await;
    browser.take_cookies_from(&member).await;
    browser.goto("/tasks").await;
    browser.press_css("input[name=task]").await;
    browser.keys(Key::Enter + "").await;
    browser.wait_for_text("Change 1 task").await;
    assert_eq!(
        portal.look("SELECT string_agg(status::text, ' ') FROM tasks"),
        "pending pending"
    );
}
