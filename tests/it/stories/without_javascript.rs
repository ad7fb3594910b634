//! Everything that matters works with scripts switched off.

use crate::broadcasts::draft::Draft;
use crate::support::browser::{Browser, Screen};
use crate::support::conversation::QUIET;
use crate::support::fixture::PASSWORD;
use crate::support::portal::Portal;

/// Signs in through the page, on a phone without scripts.
async fn signed_in(portal: &Portal, who: &str) -> Browser {
    let browser = Browser::open(portal.base(), Screen::phone().without_scripts()).await;
    browser.goto("/sign-in").await;
    browser
        .fill("E-mail address", &format!("{who}@local.example"))
        .await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Sign in").await;
    browser.wait_for_text("Today").await;
    browser
}

/// Opens what can be done with the newest message.
async fn open_menu(browser: &Browser) {
    browser
        .press_css("article.message:last-of-type .message__tools [data-more]")
        .await;
    browser.wait_for_text("What you can do with this message").await;
}

#[tokio::test]
async fn one_reads_posts_reacts_and_replies() {
    let portal = Portal::start().await;
    let path = format!("/channels/{}", portal.channel("Depot north"));
    let browser = signed_in(&portal, "member").await;

    browser.goto(&path).await;
    browser.wait_for_text("Thursday at 14:00, hall B.").await;
    browser.fill("#body", "I bring **coffee**").await;
    browser.press("Send").await;
    browser.wait_for_text("I bring coffee").await;

    open_menu(&browser).await;
    browser.press("React with 👍").await;
    browser.wait_for(".reaction").await;

    open_menu(&browser).await;
    browser.press("Reply").await;
    browser
        .wait_for_text("Replying to Tom Reyes: I bring coffee")
        .await;
    browser.fill("#body", "And cake").await;
    browser.press("Send").await;
    browser.wait_for(".message__quote").await;
    assert_eq!(
        portal.look("SELECT string_agg(body, ' / ' ORDER BY seq) FROM messages WHERE body LIKE 'I bring%' OR body = 'And cake'"),
        "I bring **coffee** / And cake"
    );
}

#[tokio::test]
async fn one_marks_as_read_searches_mutes_and_signs_out() {
    let portal = Portal::start().await;
    let path = format!("/channels/{}", portal.channel(QUIET));
    let tom = portal.person("member").await;
    let page = tom.get(&path).await.expect_ok();
    page.form("form[data-composer]")
        .set("body", "The gate is open")
        .submit(&tom)
        .await
        .expect_status(303);
    let unread = || {
        portal.look(&format!(
            "SELECT c.last_seq - p.last_read_seq FROM channel_memberships p JOIN channels c ON c.id = p.channel_id WHERE c.title = '{QUIET}' AND p.member_id = '{}'",
            portal.member("steward")
        ))
    };
    let browser = signed_in(&portal, "steward").await;

    browser.goto(&path).await;
    browser.wait_for_text("The gate is open").await;
    assert_eq!(unread(), "1", "opening a page reads nothing");
    browser.press("Mark as read").await;
    browser.wait_for_no_text("Mark as read").await;
    assert_eq!(unread(), "0");

    browser.goto("/search").await;
    browser.fill("Words", "gate").await;
    browser.press_css("main form[role=search] button").await;
    browser.wait_for_text("The newest first: gate").await;

    browser.goto(&format!("{path}/notifications")).await;
    browser.choose("Mute", "For 1 hour").await;
    browser.press("Save").await;
    browser.goto(&format!("{path}/notifications")).await;
    browser.wait_for_text("Muted until").await;

    browser.goto("/").await;
    browser.press_css(".menu--rail > summary").await;
    browser.press("Sign out").await;
    browser.wait_for_path("/sign-in").await;
}

#[tokio::test]
async fn one_confirms_a_broadcast() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    Draft::to_everyone("Wear the button")
        .asking()
        .deliver(&portal, &admin)
        .await;
    let browser = signed_in(&portal, "member").await;
    browser.goto("/inbox/broadcasts").await;
    browser.wait_for_text("Please confirm").await;
    browser.press("Wear the button").await;
    browser.press("I’ve read this").await;
    browser.wait_for_text("You confirmed this on").await;
    assert_eq!(
        portal.look("SELECT count(*) FROM broadcast_recipients WHERE acknowledged_at IS NOT NULL"),
        "1"
    );
}
