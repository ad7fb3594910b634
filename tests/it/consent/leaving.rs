//! Leaving with a link, as people and as mail programs do, and taking it back.

use reqwest::Method;

use super::{leaving, ledger, newest_mail};
use crate::support::portal::Portal;

#[tokio::test]
async fn looking_at_the_page_changes_nothing_and_pressing_the_button_counts_at_once() {
    let portal = Portal::start().await;
    let anyone = portal.anyone();
    let path = format!("/u/{}", leaving(&portal, "member", "newsletters"));
    let page = anyone.get(&path).await.expect_ok();
    anyone.raw(Method::HEAD, &path, &[], "").await;
    assert!(
        ledger(&portal, "member").is_empty(),
        "programs that check links change nothing"
    );
    let done = page.form("main form").submit(&anyone).await.expect_ok();
    done.expect_text("does not send you “Newsletters”");
    assert_eq!(
        ledger(&portal, "member"),
        ["email newsletters withdraw unsubscribe_page"]
    );
    assert_eq!(
        portal.look("SELECT is_allowed::text FROM preferences WHERE category = 'newsletters'"),
        "false"
    );
    let receipt = newest_mail(&portal, "member@local.example");
    assert!(receipt.contains("You left Newsletters"), "{receipt}");
}

#[tokio::test]
async fn one_click_of_a_mail_program_needs_no_cookie_no_token_and_no_redirect_and_counts_once() {
    let portal = Portal::start().await;
    let path = format!("/u/{}", leaving(&portal, "member", "newsletters"));
    for _ in 0..2 {
        // RFC 8058, section 3.2: a POST with this body, from no browser.
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let answer = portal
            .anyone()
            .raw(Method::POST, &path, &form, "List-Unsubscribe=One-Click")
            .await
            .expect_ok();
        assert_eq!(answer.html, "Unsubscribed.\n");
    }
    assert_eq!(
        ledger(&portal, "member"),
        ["email newsletters withdraw one_click"]
    );
    let mails =
        portal.look("SELECT count(*)::text FROM outbox_mails WHERE recipient = 'member@local.example'");
    assert_eq!(mails, "1", "one receipt");
}

#[tokio::test]
async fn a_mistake_is_undone_on_the_page_and_counts_as_never_made() {
    let portal = Portal::start().await;
    let anyone = portal.anyone();
    let path = format!("/u/{}", leaving(&portal, "member", "newsletters"));
    let page = anyone.get(&path).await.expect_ok();
    let left = page.form("main form").submit(&anyone).await.expect_ok();
    let undone = left
        .form("form[action$='/undo']")
        .submit(&anyone)
        .await
        .expect_ok();
    undone.expect_text("It is as it was");
    assert_eq!(
        ledger(&portal, "member"),
        [
            "email newsletters withdraw unsubscribe_page",
            "email newsletters undo undo"
        ]
    );
    assert_eq!(
        portal.look("SELECT coalesce(is_allowed::text, 'nothing said') FROM preferences WHERE category = 'newsletters'"),
        "nothing said"
    );
    // Leaving again works, and so does undoing that.
    let again = anyone.get(&path).await.expect_ok();
    again
        .form("main form")
        .submit(&anyone)
        .await
        .expect_text("does not send you");
}

#[tokio::test]
async fn a_french_person_reads_french_whatever_the_browser_says() {
    let portal = Portal::start().await;
    portal.force("UPDATE members SET locale = 'fr' WHERE handle = 'member'");
    let path = format!("/u/{}", leaving(&portal, "member", "newsletters"));
    let page = portal.anyone().get(&path).await.expect_ok();
    page.expect_text("Arrêter ces messages?");
    page.expect_element("html[lang='fr']");
}

#[test]
fn the_first_of_a_month_is_written_as_the_language_has_it() {
    use waymark::domains::consent::preferences::pages::local_day;
    use waymark::platform::mail::Locale;
    let day = |text: &str, locale| local_day(text.parse().unwrap(), chrono_tz::UTC, locale);
    assert_eq!(day("2026-12-01T12:00:00Z", Locale::French), "1er décembre 2026");
    assert_eq!(day("2026-12-11T12:00:00Z", Locale::French), "11 décembre 2026");
    assert_eq!(day("2026-12-01T12:00:00Z", Locale::English), "1 December 2026");
}

#[tokio::test]
async fn french_mail_and_pages_need_no_elision_and_set_their_colons_apart() {
    use waymark::domains::consent::links::Opens;
    use waymark::domains::consent::model::Channel;
    let portal = Portal::start().await;
    portal.force("UPDATE members SET locale = 'fr', stage = 'lead' WHERE handle = 'member'");
    let comms = portal.person("comms").await;
    let path = format!("/people/{}/consent", portal.member("member"));
    let page = comms.get(&path).await.expect_ok();
    page.form(&format!("form[action='{path}']"))
        .set("action", "request")
        .set("category", "newsletters")
        .set("channel", "email")
        .submit(&comms)
        .await
        .expect_status(303);
    assert_eq!(
        portal.look("SELECT subject FROM outbox_mails"),
        "Acceptez-vous de recevoir «\u{a0}Infolettres\u{a0}»?"
    );
    let opens = Opens::Confirming {
        channel: Channel::Email,
        category: "newsletters".to_owned(),
    };
    let path = format!("/y/{}", super::link(&portal, "member", opens));
    let anyone = portal.anyone();
    let page = anyone.get(&path).await.expect_ok();
    page.expect_text("En appuyant sur le bouton")
        .expect_no_text("case");
    assert!(page.html.contains("Infolettres\u{a0}: Courriel"), "{}", page.html);
    let form = page.form("main form");
    form.submit(&anyone).await.expect_text("Merci");
}
