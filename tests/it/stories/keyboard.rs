//! Everything can be reached and left again without a mouse.

use thirtyfour::Key;

use crate::support::browser::{Browser, Screen};
use crate::support::conversation::{Conversation, QUIET};
use crate::support::portal::Portal;

/// What has the focus, by its accessible name or its text, and whether one sees that it has it.
const FOCUSED: &str = r"(() => {
  const at = document.activeElement;
  const seen = [at, at.parentElement, at.closest('.composer__box, .row, .inbox-item')].some((one) => {
    const style = one && getComputedStyle(one);
    return style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  });
  const name = at.ariaLabel || at.labels?.[0]?.textContent || at.textContent || at.tagName;
  return (seen ? '' : 'unseen: ') + name.trim().replace(/\s+/g, ' ');
})()";

/// The first stops of the Tab key, from the top of the page and at most once around.
async fn stops(browser: &Browser, times: usize) -> Vec<String> {
    browser.evaluate("document.querySelector('.skip').focus()").await;
    let mut names = Vec::new();
    for _ in 0..times {
        if browser.evaluate("document.activeElement === document.body").await == true {
            break;
        }
        names.push(
            browser
                .evaluate(FOCUSED)
                .await
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        );
        // Pressed for the whole page: a file field would take keys sent to it for a path.
        let tab = browser.driver().action_chain().send_keys(Key::Tab + "");
        tab.perform().await.expect("the key can be pressed");
    }
    names
}

#[tokio::test]
async fn one_signs_in_from_the_keyboard() {
    let portal = Portal::start().await;
    let browser = Browser::open(portal.base(), Screen::desktop()).await;
    browser.goto("/sign-in").await;
    assert_eq!(
        stops(&browser, 6).await,
        [
            "Skip to the content",
            "Waymark",
            "E-mail address",
            "Password",
            "Sign in",
            "Forgot your password?"
        ]
    );
}

#[tokio::test]
async fn every_stop_in_a_conversation_can_be_seen() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", "Depot north").await;
    let names = stops(&tom, 45).await;
    assert_eq!(names[0], "Skip to the content");
    let unseen: Vec<_> = names.iter().filter(|name| name.starts_with("unseen")).collect();
    assert!(unseen.is_empty(), "{unseen:?} in {names:#?}");
    for stop in ["Search", "Inbox", "Conversation", "Message Depot north"] {
        assert!(
            names.iter().any(|name| name.starts_with(stop)),
            "{stop} in {names:#?}"
        );
    }
}

/// What stands over something else leaves axe undecided about what it covers; what it is sure of must not be there.
async fn expect_no_violation(browser: &Browser) {
    let report = browser.axe().await;
    assert!(report.violations.is_empty(), "{report}");
}

#[tokio::test]
async fn what_opens_is_in_order_and_closes_with_escape() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", QUIET).await;
    tom.press_css("h1").await;
    tom.keys("?").await;
    tom.wait_for("dialog[open]").await;
    expect_no_violation(&tom).await;
    tom.keys(Key::Escape + "").await;
    tom.wait_until("!document.querySelector('dialog[open]')").await;

    for summary in [".channel__actions summary", ".menu--rail > summary"] {
        tom.press_css(summary).await;
        tom.wait_for("details.menu[open] .menu__panel").await;
        expect_no_violation(&tom).await;
        tom.keys(Key::Escape + "").await;
        tom.wait_until(&format!(
            "!document.querySelector('details.menu[open]') && document.activeElement.matches({summary:?})"
        ))
        .await;
    }
}

#[tokio::test]
async fn a_slash_searches_where_one_is() {
    let portal = Portal::start().await;
    let tom = Conversation::of(&portal, "member", "Depot north").await;
    tom.press_css("h1").await;
    tom.keys("/").await;
    tom.wait_for_path("/search?in=").await;
    tom.wait_for_text("Only in Depot north").await;
    tom.wait_until("document.activeElement.matches('input[type=search]')")
        .await;
    tom.keys("meeting").await;
    tom.keys(Key::Enter + "").await;
    tom.wait_for_text("Thanks! When is the meeting?").await;
}
