//! One message to many, and who has confirmed it.

use chrono::TimeDelta;

use crate::support::browser::{Browser, Screen};
use crate::support::eventually::eventually;
use crate::support::portal::Portal;

async fn browser_of(portal: &Portal, who: &str, screen: Screen) -> Browser {
    let actor = portal.person(who).await;
    let browser = Browser::open(portal.base(), screen).await;
    browser.take_cookies_from(&actor).await;
    browser
}

#[tokio::test]
async fn a_broadcast_is_written_checked_sent_confirmed_and_asked_after() {
    let portal = Portal::start().await;
    let grace = browser_of(&portal, "comms", Screen::desktop()).await;
    let tom = browser_of(&portal, "member", Screen::phone()).await;

    grace.goto("/broadcasts").await;
    grace.press("New broadcast").await;
    grace.fill("Title", "Strike vote").await;
    grace.fill("Text", "Vote **before Friday**.").await;
    grace.press("Everyone in the organization").await;
    grace
        .press("Ask everyone to confirm that they have read it")
        .await;
    grace.press("Preview").await;
    grace.wait_for_text("8 people: Everyone").await;
    grace.wait_for_text("Tom Reyes").await;
    grace.axe().await.expect_clean();
    if grace.count("#confirm").await > 0 {
        grace.fill("#confirm", "8").await;
    }
    grace.press("Send broadcast").await;
    grace.wait_for_text("This will be sent at").await;
    grace.wait_for_text("Cancel broadcast").await;
    grace.axe().await.expect_clean();
    let path = grace.path().await;

    tom.goto("/inbox/broadcasts").await;
    tom.wait_for_text("No broadcasts so far").await;
    portal.pass(TimeDelta::seconds(61));
    portal.settle().await;
    tom.reload().await;
    tom.wait_for_text("Please confirm").await;
    tom.press("Strike vote").await;
    tom.wait_for_text("Vote before Friday.").await;
    tom.axe().await.expect_clean();
    tom.press("I’ve read this").await;
    tom.wait_for_text("You confirmed this on").await;

    grace.goto(&path).await;
    grace.wait_for_text("1 of 8").await;
    grace.axe().await.expect_clean();
    grace.goto(&format!("{path}/waiting")).await;
    grace.wait_for_text("Rosa Delgado").await;
    grace.wait_for_no_text("Tom Reyes").await;
    grace.press("Nudge Rosa Delgado").await;
    eventually("the nudge to be written down", async || {
        let nudged = portal.look("SELECT count(*) FROM broadcast_log WHERE action = 'nudged'");
        (nudged == "1").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_broadcast_can_be_taken_back_in_its_first_minute() {
    let portal = Portal::start().await;
    let grace = browser_of(&portal, "comms", Screen::desktop()).await;
    grace.goto("/broadcasts/new").await;
    grace.fill("Title", "Too early").await;
    grace.fill("Text", "Not yet.").await;
    grace.press("Everyone in the organization").await;
    grace.press("Preview").await;
    if grace.count("#confirm").await > 0 {
        grace.fill("#confirm", "8").await;
    }
    grace.press("Send broadcast").await;
    grace.press("Cancel broadcast").await;
    grace.wait_for_text("Cancelled").await;
    portal.pass(TimeDelta::seconds(61));
    portal.settle().await;
    assert_eq!(portal.look("SELECT count(*) FROM broadcast_recipients"), "0");
}
