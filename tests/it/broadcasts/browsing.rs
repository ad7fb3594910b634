//! Broadcasts in a real browser.

use super::draft::{Draft, figure};
use crate::support::browser::{Browser, Screen};
use crate::support::eventually::eventually;
use crate::support::portal::Portal;

#[tokio::test]
async fn a_broadcast_that_was_before_the_readers_eyes_is_seen() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    let path = Draft::to_everyone("Vests at the office")
        .deliver(&portal, &admin)
        .await;
    let browser = Browser::open(portal.base(), Screen::phone()).await;
    browser.take_cookies_from(&member).await;
    browser.goto(&path).await;
    let seen = eventually("the portal to hear of it", async || {
        (figure(&admin.get(&path).await, "Seen") == "1").then_some(())
    })
    .await;
    assert_eq!(seen, ());
}

#[tokio::test]
async fn every_page_of_it_is_readable_by_everyone_on_every_screen() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    let sent = Draft::to_everyone("Line 12 will not run on Saturday")
        .asking()
        .deliver(&portal, &admin)
        .await;
    let scheduled = Draft::to_everyone("Meeting moved to 16:00").send(&admin).await;
    let waiting = format!("{sent}/waiting");
    // Tall enough that nothing of an admin's rail is scrolled half out of sight, where axe can't tell what a label stands on.
    let desktop = Screen::new(1280, 1_200);
    for screen in [Screen::phone(), Screen::phone().dark(), desktop, desktop.dark()] {
        let browser = Browser::open(portal.base(), screen).await;
        browser.take_cookies_from(&admin).await;
        for (name, path) in [
            ("list", "/broadcasts"),
            ("new", "/broadcasts/new"),
            ("sent", &sent),
            ("scheduled", &scheduled),
            ("waiting", &waiting),
            ("log", "/broadcasts/log"),
        ] {
            browser.goto(path).await;
            browser.axe().await.expect_clean();
            browser.screenshot(name).await;
        }
        browser.goto("/broadcasts/new").await;
        browser.fill("Title", "Gate 4 is closed").await;
        browser.fill("Text", "Use gate 2 until **Friday**.").await;
        pick(&browser, "label[for=audience-filter]").await;
        browser.choose("With the role", "Steward").await;
        pick(&browser, "label[for=when-later]").await;
        browser.axe().await.expect_clean();
        browser.screenshot("filling").await;
        pick(&browser, "label[for=when-now]").await;
        pick(&browser, "main form .button--primary").await;
        browser.wait_for_text("Check your broadcast").await;
        browser.axe().await.expect_clean();
        browser.screenshot("preview").await;
        browser.take_cookies_from(&member).await;
        browser.goto(&sent).await;
        browser.axe().await.expect_clean();
        browser.screenshot("asked").await;
    }
}

/// Presses what lies in the middle of the screen, where no bar covers it.
async fn pick(browser: &Browser, css: &str) {
    browser
        .evaluate(&format!(
            "document.querySelector('{css}').scrollIntoView({{ block: 'center', behavior: 'instant' }})"
        ))
        .await;
    browser.press_css(css).await;
}
