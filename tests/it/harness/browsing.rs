//! A real browser types, loses its network, goes without scripts, and is looked at closely.

use std::panic::AssertUnwindSafe;
use std::path::Path;

use futures_util::FutureExt as _;

use super::site;
use crate::support::artefacts;
use crate::support::browser::{Browser, Scheme, Screen, Scripting};
use crate::support::client::Client;

#[tokio::test]
async fn a_person_types_chooses_and_sends() {
    let browser = Browser::open(&site::start().await, Screen::desktop()).await;
    browser.goto("/good").await;
    browser.wait_for_text("Scripts are on").await;

    browser.fill("Your name", "Ada's").await;
    browser.fill("#name", "Ada Lovelace").await;
    browser.choose("Team", "Beta").await;
    browser.press("Send it").await;

    browser.wait_for_path("/echo").await;
    browser.wait_for_text("name=Ada+Lovelace&team=b").await;
}

#[tokio::test]
async fn a_page_knows_when_the_network_is_gone_and_when_it_is_back() {
    let browser = Browser::open(&site::start().await, Screen::desktop()).await;
    browser.goto("/good").await;

    browser.go_offline().await;
    browser.press("Ask the server").await;
    browser.wait_for_text("No network").await;
    browser.wait_until("navigator.onLine === false").await;

    browser.go_online().await;
    browser.press("Ask the server").await;
    browser.wait_for_text("A word from the server").await;
    browser.wait_until("navigator.onLine").await;
}

#[tokio::test]
async fn without_scripts_a_form_still_works() {
    let mut browser = Browser::open(&site::start().await, Screen::phone().without_scripts()).await;
    browser.goto("/good").await;
    browser.wait_for_text("Scripts are off").await;
    browser
        .wait_for_text("You can do everything without scripts.")
        .await;
    browser.fill("Your name", "Ada").await;
    browser.press("Send it").await;
    browser.wait_for_text("name=Ada&team=a").await;

    browser.set_scripting(Scripting::On).await;
    browser.goto("/good").await;
    browser.wait_for_text("Scripts are on").await;
}

#[tokio::test]
async fn a_hidden_tab_knows_that_it_is_hidden() {
    let browser = Browser::open(&site::start().await, Screen::desktop()).await;
    browser.goto("/good").await;
    browser.hide().await;
    assert_eq!(browser.evaluate("document.visibilityState").await, "hidden");
    browser.show().await;
    assert_eq!(browser.evaluate("document.visibilityState").await, "visible");
}

#[tokio::test]
async fn two_tabs_share_cookies_and_hide_apart() {
    let site = site::start().await;
    let client = Client::new(&site);
    client.post("/sign-in", &[]).await;
    let browser = Browser::open(&site, Screen::phone().dark()).await;
    browser.take_cookies_from(&client).await;
    browser.goto("/good").await;
    browser.hide().await;
    let first = browser.tab().await;

    browser.open_tab("/me").await;

    browser.wait_for_text("Hello ada").await;
    browser.goto("/good").await;
    assert_eq!(browser.evaluate("innerWidth").await, 360);
    assert_eq!(browser.evaluate("document.visibilityState").await, "visible");
    browser.switch_to(&first).await;
    assert_eq!(browser.evaluate("document.visibilityState").await, "hidden");
}

#[tokio::test]
async fn axe_tells_a_good_page_from_a_bad_one() {
    let browser = Browser::open(&site::start().await, Screen::desktop()).await;
    browser.goto("/good").await;
    browser.axe().await.expect_clean();
    browser.expect_quiet_console().await;

    browser.goto("/bad").await;
    let report = browser.axe().await;
    for rule in ["image-alt", "label", "color-contrast"] {
        assert!(report.violates(rule), "{rule} was not found in {report}");
    }
    let failed = std::panic::catch_unwind(AssertUnwindSafe(|| report.expect_clean()));
    assert!(failed.is_err(), "a bad page is not clean");
    let errors = browser.console_errors().await;
    assert!(
        errors
            .iter()
            .any(|error| error.message.contains("broken on purpose")),
        "{errors:?}"
    );
}

#[tokio::test]
async fn a_page_is_seen_at_the_width_and_in_the_colours_asked_for() {
    let mut browser = Browser::open(&site::start().await, Screen::phone().dark()).await;
    browser.goto("/good").await;
    assert_eq!(browser.evaluate("innerWidth").await, 360);
    assert_eq!(
        browser
            .evaluate("getComputedStyle(document.body).backgroundColor")
            .await,
        "rgb(17, 17, 17)"
    );
    browser.no_horizontal_scroll().await;
    let picture = browser.screenshot("good").await;
    assert!(
        picture.ends_with("good-360-dark.png") && picture.is_file(),
        "{}",
        picture.display()
    );
    let traffic = browser.traffic().await;
    assert_eq!(traffic.requests, 2, "{traffic:?}");
    assert!(traffic.bytes > 1000, "{traffic:?}");

    browser.resize(Screen::desktop()).await;
    assert_eq!(browser.screen().scheme, Scheme::Light);
    assert_eq!(browser.evaluate("innerWidth").await, 1280);

    browser.resize(Screen::phone()).await;
    browser.goto("/bad").await;
    let wide = AssertUnwindSafe(browser.no_horizontal_scroll())
        .catch_unwind()
        .await;
    assert!(wide.is_err(), "a picture 900 wide does not fit on a telephone");
}

#[tokio::test]
async fn a_browser_takes_over_a_clients_session() {
    let site = site::start().await;
    let client = Client::new(&site);
    client.post("/sign-in", &[]).await;
    let (ada, stranger) = tokio::join!(
        Browser::open(&site, Screen::desktop()),
        Browser::open(&site, Screen::desktop())
    );
    ada.take_cookies_from(&client).await;

    ada.goto("/me").await;
    stranger.goto("/me").await;

    ada.wait_for_text("Hello ada").await;
    stranger.wait_for_text("Who are you?").await;
}

#[tokio::test]
async fn a_test_that_panics_leaves_a_picture_and_no_process() {
    let site = site::start().await;
    let browser = Browser::open(&site, Screen::desktop()).await;
    let folder = browser.folder().to_owned();
    assert!(is_named_by_a_process(&folder), "the browser runs");
    browser.goto("/good").await;
    let picture = artefacts::path("screenshots", &artefacts::test_name(), "failed.png");
    let _ = std::fs::remove_file(&picture);

    let failed = AssertUnwindSafe(async move {
        let _browser = browser;
        panic!("as a failing test does");
    });

    assert!(failed.catch_unwind().await.is_err());
    assert!(picture.is_file(), "no picture at {}", picture.display());
    assert!(
        !is_named_by_a_process(&folder) && !folder.exists(),
        "something is left of {}",
        folder.display()
    );
}

fn is_named_by_a_process(folder: &Path) -> bool {
    let folder = folder.to_str().unwrap();
    let listed = std::process::Command::new("ps")
        .args(["-axww", "-o", "command="])
        .output()
        .unwrap();
    String::from_utf8_lossy(&listed.stdout).contains(folder)
}
