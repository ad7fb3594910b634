//! Leave me alone: somebody leaves with the link in a message, without a login and without JavaScript's help; the proof shows what
//! they said, when, from where and under which text. (That nothing is sent afterwards is shown where campaigns are.)

use crate::consent::{leaving, ledger, newest_mail};
use crate::support::browser::{Browser, Screen};
use crate::support::portal::Portal;

#[tokio::test(flavor = "multi_thread")]
async fn somebody_leaves_with_a_link_and_the_proof_shows_how() {
    let portal = Portal::live().await;
    let phone = Browser::open(portal.base(), Screen::phone()).await;
    let path = format!("/u/{}", leaving(&portal, "member", "newsletters"));
    phone.goto(&path).await;
    phone.wait_for_text("Stop these messages?").await;
    assert!(ledger(&portal, "member").is_empty());
    phone.press("Stop it").await;
    phone.wait_for_text("does not send you “Newsletters”").await;
    assert_eq!(
        ledger(&portal, "member"),
        ["email newsletters withdraw unsubscribe_page"]
    );
    // By mistake? The receipt leads back to the page, where it is undone.
    let receipt = newest_mail(&portal, "member@local.example");
    assert!(receipt.contains("Look at it, or undo it"), "{receipt}");
    phone.press("That was a mistake, undo it").await;
    phone.wait_for_text("It is as it was").await;
    phone.goto(&path).await;
    phone.press("Stop it").await;
    phone.wait_for_text("does not send you").await;

    let comms = portal.person("comms").await;
    let page = comms
        .get(&format!("/people/{}/consent", portal.member("member")))
        .await
        .expect_ok();
    page.expect_text("Took it back: Newsletters, E-mail");
    page.expect_text("On the unsubscribe page");
    page.expect_text("member@local.example · 127.0.0.1");
    page.expect_text("If you stop it, nothing of that kind is sent any more");
}
