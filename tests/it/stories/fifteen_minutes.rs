//! Fifteen minutes: from a list of people to a campaign that was sent, with a reason for everybody who got nothing. With three hundred
//! people instead of five thousand: it is the way that is looked at here, how fast it goes is measured by `make bench`.

use std::fmt::Write as _;

use mail_parser::MessageParser;

use crate::support::browser::{Browser, Screen};
use crate::support::eventually::eventually;
use crate::support::portal::Portal;

/// People in the file.
const PEOPLE: usize = 300;

/// A page of a step, without a wish of axe.
async fn in_order(browser: &Browser) {
    browser.no_horizontal_scroll().await;
    let report = browser.axe().await;
    assert!(
        report.violations.is_empty() && report.incomplete.is_empty(),
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_list_of_people_to_a_campaign_that_was_sent() {
    let portal = Portal::live().await;
    portal.force("UPDATE organizations SET postal_address = E'1 Main Street\nOttawa'");
    let admin = portal.person("admin").await;
    let browser = Browser::open(portal.base(), Screen::new(1280, 1_400)).await;
    browser.take_cookies_from(&admin).await;

    // The list, as somebody's spreadsheet has it.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("members.csv");
    let mut list = String::from("Name,E-mail,Worksite\n");
    for n in 0..PEOPLE {
        let address = if n % 50 == 7 {
            String::new()
        } else {
            format!("new-{n}@list.example")
        };
        let _ = writeln!(list, "Zoë Person-{n},{address},Harbour depot");
    }
    std::fs::write(&file, list).unwrap();
    browser.goto("/imports").await;
    browser.attach("File", &file).await;
    browser.press("Upload").await;
    browser.wait_for("input[name=make_missing]").await;
    browser
        .evaluate("document.querySelector('[name=basis_noted_on]').value = '2026-01-31'")
        .await;
    browser
        .evaluate("document.querySelector('[name=legal_basis]').value = 'membership'")
        .await;
    browser.press("Check the file").await;
    browser.wait_for("form[action$='/application'] button").await;
    browser.press_css("form[action$='/application'] button").await;
    eventually("the people to be there", async || {
        let there = portal.look("SELECT count(*)::text FROM members WHERE display_name LIKE 'Zoë Person-%'");
        (there == PEOPLE.to_string()).then_some(())
    })
    .await;

    // Whom to write to: those of the worksite.
    browser.goto("/segments/new").await;
    browser.fill("Name", "Harbour").await;
    browser.choose("About", "Worksite").await;
    browser.wait_for("[name=line-1-value]").await;
    browser
        .evaluate("document.querySelector('[name=line-1-value]').value = 'Harbour depot'")
        .await;
    browser.press_css("main form .button--primary").await;
    browser.wait_for_text("People as saved").await;

    // What to say.
    browser.goto("/templates/new").await;
    browser.fill("Name", "Invitation").await;
    browser.press_css("main form[action='/templates'] button[type=submit], main form[action='/templates'] button:not([type])").await;
    browser.wait_for("textarea[name=source]").await;

    // Four steps.
    browser.goto("/campaigns/new").await;
    browser.fill("Name", "Come to the meeting").await;
    in_order(&browser).await;
    browser.press("Begin").await;
    browser.choose("Template", "Invitation (version 1)").await;
    browser.press("Save and go on").await;
    browser.wait_for_text("People in these segments").await;
    browser.press("People in these segments").await;
    browser.press_css("[name=include]").await;
    browser.press("Save and count").await;
    browser.wait_for_text("294 people would get it").await;
    browser.wait_for_text("No address or number").await;
    in_order(&browser).await;
    browser.press("Save and go on").await;
    browser.wait_for_text("As soon as it is sent off").await;
    in_order(&browser).await;
    browser.press("Save and go on").await;
    browser.wait_for_text("294 people of 300 people").await;
    in_order(&browser).await;
    browser.press("Send it off").await;
    browser.wait_for_text("Handed over").await;
    eventually("all of it to have left", async || {
        (portal.look("SELECT state::text FROM campaigns") == "sent").then_some(())
    })
    .await;
    // The page comes to that by itself.
    browser
        .wait_until("document.querySelector('#results .badge').textContent === 'Sent'")
        .await;
    in_order(&browser).await;

    let sent = portal.look("SELECT count(*) || ' ' || count(DISTINCT recipient) FROM outbox_mails WHERE recipient LIKE '%@list.example'");
    assert_eq!(sent, "294 294", "each gets exactly one");
    let mime =
        portal.look("SELECT encode(mime, 'hex') FROM outbox_mails WHERE recipient = 'new-4@list.example'");
    let mime = hex::decode(mime).unwrap();
    let mail = MessageParser::default().parse(&mime).unwrap();
    let leaving = mail
        .header_raw("List-Unsubscribe")
        .unwrap()
        .trim()
        .trim_matches(['<', '>'])
        .to_owned();
    let link = leaving.trim_start_matches("http://localhost");
    let left = portal
        .anyone()
        .post(link, &[("List-Unsubscribe", "One-Click")])
        .await;
    left.expect_status(200);
    assert_eq!(
        portal.look(
            "SELECT count(*)::text FROM consent_records WHERE action = 'withdraw' AND method = 'one_click'"
        ),
        "1"
    );
}
