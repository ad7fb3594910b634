//! Leave me alone: somebody leaves with the link in a message, without a login and without JavaScript's help; nothing of that kind is sent
//! to them afterwards; the proof shows what they said, when, from where and under which text. (That a campaign that is on its way heeds
//! it within a second is shown where campaigns are sent.)

use mail_parser::MessageParser;

use crate::campaigns::sending::support::{draft, launch, prepare, reaches};
use crate::consent::{ledger, newest_mail};
use crate::support::browser::{Browser, Screen};
use crate::support::portal::{Actor, Portal};

const TOM: &str = "member@local.example";

/// How many messages of campaigns Tom got.
fn letters(portal: &Portal) -> String {
    portal.look(&format!(
        "SELECT count(*) FROM outbox_mails WHERE recipient = '{TOM}' AND encode(mime, 'escape') LIKE '%List-Unsubscribe:%'"
    ))
}

/// Where the link to leave in Tom's newest message leads.
fn way_out(portal: &Portal) -> String {
    let mail = newest_mail(portal, TOM);
    let mail = MessageParser::default().parse(&mail).unwrap();
    let link = mail.header_raw("List-Unsubscribe").unwrap().trim();
    link.trim_matches(['<', '>'])
        .trim_start_matches("http://localhost")
        .to_owned()
}

async fn send(portal: &Portal, comms: &Actor, name: &str) -> String {
    let path = draft(comms, name).await;
    launch(comms, &path).await.expect_status(303);
    reaches(portal, &path, "sent").await;
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_leaves_with_the_link_in_a_message_gets_nothing_more_and_the_proof_shows_how() {
    let portal = Portal::live().await;
    prepare(&portal);
    let comms = portal.person("comms").await;
    send(&portal, &comms, "Spring news").await;
    assert_eq!(letters(&portal), "1");
    let path = way_out(&portal);

    let phone = Browser::open(portal.base(), Screen::phone()).await;
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
    let receipt = newest_mail(&portal, TOM);
    assert!(receipt.contains("Look at it, or undo it"), "{receipt}");
    phone.press("That was a mistake, undo it").await;
    phone.wait_for_text("It is as it was").await;
    phone.goto(&path).await;
    phone.press("Stop it").await;
    phone.wait_for_text("does not send you").await;

    // The next campaign goes to everybody else, and says why.
    let campaign = send(&portal, &comms, "Summer news").await;
    assert_eq!(letters(&portal), "1");
    comms
        .get(&format!("{campaign}/people?show=withdrawn"))
        .await
        .expect_ok()
        .expect_text("Tom Reyes");

    let desk = Browser::open(portal.base(), Screen::new(1280, 1_000)).await;
    desk.take_cookies_from(&comms).await;
    desk.goto(&format!("/people/{}/consent", portal.member("member")))
        .await;
    desk.wait_for_text("What they were shown").await;
    desk.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")
        .await;
    for words in [
        "Said no: Newsletters, E-mail",
        "On the unsubscribe page",
        "member@local.example · 127.0.0.1",
        "If you stop it, nothing of that kind is sent any more",
    ] {
        desk.wait_for_text(words).await;
    }
}
