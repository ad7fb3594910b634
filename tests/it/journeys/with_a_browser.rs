//! The builder in a browser: from the keyboard alone, with a finger on a phone, and what two windows make of each other.

use thirtyfour::Key;

use super::building::{begin, filled, key, order};
use crate::support::browser::{Browser, Screen};
use crate::support::eventually::eventually;
use crate::support::portal::{Actor, Portal};

async fn builder(portal: &Portal, who: &Actor, journey: &str, screen: Screen) -> Browser {
    let browser = Browser::open(portal.base(), screen).await;
    browser.take_cookies_from(who).await;
    browser.goto(&format!("{journey}/build")).await;
    browser.wait_for("[data-tree]").await;
    browser
}

#[tokio::test]
async fn one_builds_from_the_keyboard_alone() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = begin(&coach, "By keys").await;
    let browser = builder(&portal, &coach, &journey, Screen::desktop()).await;
    browser
        .evaluate("document.querySelector('.outline__more').focus()")
        .await;
    browser.keys(Key::Enter + "").await;
    browser.wait_until("document.activeElement.id === 'title'").await;
    for title in ["Alpha", "Beta"] {
        browser.keys(title).await;
        browser.keys(Key::Enter + "").await;
        browser.wait_for_text(title).await;
        browser
            .wait_until("document.activeElement.id === 'title' && !document.activeElement.value")
            .await;
    }
    let beta = key(&portal, "Beta");
    browser
        .evaluate(&format!(
            "document.querySelector(`[data-node='{beta}'] [data-grip]`).focus()"
        ))
        .await;
    browser.keys(Key::Up + "").await;
    browser.wait_until("[...document.querySelectorAll('[role=status]')].some(one => one.textContent.includes('“Beta” moved to 1 of 2 in First milestone.'))").await;
    assert_eq!(order(&portal), "First milestone Beta Alpha");
    browser.wait_until(&format!("document.activeElement.closest(`[data-node='{beta}']`) && 'grip' in document.activeElement.dataset")).await;
    // At the end nothing happens, and one hears it.
    browser.keys(Key::Up + "").await;
    browser.wait_until("[...document.querySelectorAll('[role=status]')].some(one => one.textContent.includes('is the first already'))").await;
    browser
        .evaluate(&format!(
            "document.querySelector(`[data-node='{beta}'] summary`).focus()"
        ))
        .await;
    browser.keys(Key::Enter + "").await;
    browser.wait_for("details[open]").await;
    browser.press_css("details[open] a[data-tree-link]").await;
    browser
        .wait_until("document.activeElement.id === 'rename-title'")
        .await;
    browser.evaluate("document.activeElement.select()").await;
    browser.keys("Gamma").await;
    browser.keys(Key::Enter + "").await;
    browser.wait_for_text("Gamma").await;
    assert_eq!(order(&portal), "First milestone Gamma Alpha");
    browser.axe().await.expect_clean();
    browser.expect_quiet_console().await;
}

async fn middle(browser: &Browser, css: &str) -> (f64, f64) {
    let place = browser
        .evaluate(&format!("(at => [at.x + at.width / 2, at.y + at.height / 2])(document.querySelector(`{css}`).getBoundingClientRect())"))
        .await;
    let side = |at: usize| place[at].as_f64().unwrap();
    (side(0), side(1))
}

#[tokio::test]
async fn one_drags_a_lesson_with_a_finger_on_a_phone() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    let browser = builder(&portal, &coach, &journey, Screen::phone()).await;
    browser.no_horizontal_scroll().await;
    let (one, three) = (key(&portal, "One"), key(&portal, "Three"));
    browser.evaluate(&format!("document.querySelector(`[data-node='{one}']`).scrollIntoView({{ block: 'center', behavior: 'instant' }})")).await;
    let from = middle(&browser, &format!("[data-node='{one}'] [data-grip]")).await;
    let (x, y) = middle(&browser, &format!("[data-node='{three}'] .outline__title")).await;
    browser.finger("touchStart", Some(from)).await;
    browser.wait_for(".outline--held").await;
    browser
        .finger("touchMove", Some((from.0 + 4.0, from.1 + 20.0)))
        .await;
    browser.finger("touchMove", Some((x, y + 22.0))).await;
    browser.wait_for(".outline__mark").await;
    browser.finger("touchEnd", None).await;
    browser.wait_until("[...document.querySelectorAll('[role=status]')].some(one => one.textContent.includes('“One” moved to 3 of 3'))").await;
    assert_eq!(order(&portal), "First milestone Two Three One Second Four");
    browser.expect_quiet_console().await;
}

#[tokio::test]
async fn what_is_typed_is_kept_and_two_windows_notice_each_other() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    let lesson = format!("{journey}/nodes/{}", key(&portal, "One"));
    let browser = builder(&portal, &coach, &journey, Screen::desktop()).await;
    browser.goto(&lesson).await;
    browser.fill("Text", "Kept while it is typed.").await;
    browser.wait_for_text("Kept at").await;
    // It may have been kept once before, while it was still being typed.
    eventually("what was typed to be kept", async || {
        let kept = portal.look("SELECT body FROM journey_nodes WHERE title = 'One'");
        (kept == "Kept while it is typed.").then_some(())
    })
    .await;
    portal.force("UPDATE journey_nodes SET body = 'From elsewhere.' WHERE title = 'One'");
    browser.fill("Text", "Mine.").await;
    browser.wait_for_text("was changed in another window").await;
    browser.wait_for_text("From elsewhere.").await;
    assert_eq!(
        portal.look("SELECT body FROM journey_nodes WHERE title = 'One'"),
        "From elsewhere."
    );
    browser.press("Keep mine").await;
    browser.wait_for_text("Saved.").await;
    assert_eq!(
        portal.look("SELECT body FROM journey_nodes WHERE title = 'One'"),
        "Mine."
    );
    browser.axe().await.expect_clean();
}
