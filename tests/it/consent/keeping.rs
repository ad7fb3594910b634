//! Noting what people say, asking them to confirm, and who may.

use super::{ledger, link, newest_mail};
use crate::people::post;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};
use waymark::domains::consent::links::Opens;
use waymark::domains::consent::model::Channel;

async fn note(portal: &Portal, by: &Actor, who: &str, fields: &[(&str, &str)]) -> Page {
    let path = format!("/people/{}/consent", portal.member(who));
    let page = by.get(&path).await.expect_ok();
    let mut form = page.form(&format!("form[action='{path}']"));
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.submit(by).await
}

#[tokio::test]
async fn a_purchase_is_noted_with_what_shows_it_and_its_end_is_computed() {
    let portal = Portal::start().await;
    portal.force("UPDATE members SET stage = 'lead' WHERE handle = 'member'");
    let comms = portal.person("comms").await;
    let said_on = (portal.app.clock().now().date_naive() - chrono::TimeDelta::days(10)).to_string();
    let fields = [
        ("action", "grant"),
        ("category", "newsletters"),
        ("channel", "email"),
        ("basis", "purchase"),
        ("method", "form"),
        ("said_on", said_on.as_str()),
    ];
    note(&portal, &comms, "member", &fields)
        .await
        .expect_status(422)
        .expect_field_error("note");
    let mut with_note = fields.to_vec();
    with_note.push(("note", "Order 1199, kept in the shop"));
    note(&portal, &comms, "member", &with_note)
        .await
        .expect_see_other("/people/")
        .follow(&comms)
        .await
        .expect_text("A purchase, until");
    let years =
        portal.look("SELECT extract(year FROM age(expires_at, effective_at))::text FROM consent_records");
    assert_eq!(years, "2");
}

#[tokio::test]
async fn text_messages_need_that_they_agreed_and_tomorrow_has_not_been() {
    let portal = Portal::start().await;
    let comms = portal.person("comms").await;
    let fields = [
        ("action", "grant"),
        ("category", "alerts"),
        ("channel", "sms"),
        ("basis", "purchase"),
        ("note", "x"),
        ("said_on", "2099-01-01"),
    ];
    note(&portal, &comms, "member", &fields)
        .await
        .expect_status(422)
        .expect_field_error("basis")
        .expect_field_error("said_on");
}

#[tokio::test]
async fn who_is_asked_to_confirm_gets_nothing_until_they_do_so_themselves() {
    let portal = Portal::start().await;
    portal.force("UPDATE members SET stage = 'lead' WHERE handle = 'member'");
    let comms = portal.person("comms").await;
    let fields = [
        ("action", "request"),
        ("category", "newsletters"),
        ("channel", "email"),
        ("method", "spoken"),
    ];
    note(&portal, &comms, "member", &fields)
        .await
        .expect_see_other("/people/");
    assert_eq!(ledger(&portal, "member"), ["email newsletters request spoken"]);
    let mail = newest_mail(&portal, "member@local.example");
    assert!(mail.contains("/y/"), "{mail}");
    let opens = Opens::Confirming {
        channel: Channel::Email,
        category: "newsletters".to_owned(),
    };
    let path = format!("/y/{}", link(&portal, "member", opens));
    let anyone = portal.anyone();
    let page = anyone.get(&path).await.expect_ok();
    assert_eq!(ledger(&portal, "member").len(), 1, "looking confirms nothing");
    let form = page.form("main form");
    page.expect_text("By pressing the button you agree")
        .expect_no_text("ticking");
    form.submit(&anyone)
        .await
        .expect_text("Thank you")
        .expect_text("may now send you “Newsletters”")
        .expect_no_text("Nothing left to confirm");
    assert_eq!(
        ledger(&portal, "member"),
        [
            "email newsletters request spoken",
            "email newsletters confirm confirmation"
        ]
    );
    let again = anyone.get(&path).await.expect_ok();
    again
        .expect_text("Nothing left to confirm")
        .expect_no_element("main form");
}

#[tokio::test]
async fn a_yes_of_today_counts_after_a_no_of_today_and_a_yes_of_before_does_not() {
    let portal = Portal::start().await;
    let comms = portal.person("comms").await;
    let no = [
        ("action", "withdraw"),
        ("category", "newsletters"),
        ("channel", "email"),
        ("method", "spoken"),
    ];
    let yes = [
        ("action", "grant"),
        ("category", "newsletters"),
        ("channel", "email"),
        ("basis", "express"),
        ("method", "spoken"),
        ("note", "On the phone"),
    ];
    let is_allowed = || {
        portal.look(
            "SELECT is_allowed::text FROM preferences WHERE channel = 'email' AND category = 'newsletters'",
        )
    };
    let page = note(&portal, &comms, "member", &no).await.follow(&comms).await;
    page.expect_text("Said no: Newsletters, E-mail")
        .expect_no_text("Took it back")
        .expect_element("td[data-label='E-mail'] > div:only-child > .badge");
    assert_eq!(is_allowed(), "false");
    let page = note(&portal, &comms, "member", &yes).await.follow(&comms).await;
    page.expect_text("Noted.").expect_no_text("still counts");
    assert_eq!(is_allowed(), "true");

    let page = note(&portal, &comms, "member", &no).await.follow(&comms).await;
    page.expect_text("Took it back: Newsletters, E-mail");
    let today = portal.app.clock().now().date_naive();
    let said_on = (today - chrono::TimeDelta::days(10)).to_string();
    let mut before = yes.to_vec();
    before.push(("said_on", said_on.as_str()));
    note(&portal, &comms, "member", &before)
        .await
        .follow(&comms)
        .await
        .expect_text("Noted. Their no of ")
        .expect_text("came later and still counts.");
    assert_eq!(is_allowed(), "false");
}

#[tokio::test]
async fn the_day_of_a_no_that_was_noted_later_is_the_day_on_which_it_was_said() {
    let portal = Portal::start().await;
    let comms = portal.person("comms").await;
    let day = portal.app.clock().now().date_naive() - chrono::TimeDelta::days(10);
    let said_on = day.to_string();
    let fields = [
        ("action", "withdraw"),
        ("category", "newsletters"),
        ("channel", "email"),
        ("method", "spoken"),
        ("said_on", said_on.as_str()),
    ];
    note(&portal, &comms, "member", &fields).await.expect_status(303);
    let kept = portal.look(
        "SELECT (r.effective_at AT TIME ZONE o.time_zone)::date::text FROM consent_records r JOIN organizations o ON o.id = r.org_id",
    );
    assert_eq!(kept, said_on);
}

#[tokio::test]
async fn what_a_given_up_record_said_no_to_counts_for_the_one_that_is_kept() {
    let portal = Portal::start().await;
    let org = portal.organization("local");
    let [one, two] = [uuid::Uuid::now_v7(), uuid::Uuid::now_v7()];
    portal.force(&format!(
        "INSERT INTO members (org_id, id, display_name, handle, email) VALUES ('{org}', '{one}', 'Ada One', 'ada.one', 'ada@example.org'), \
         ('{org}', '{two}', 'Ada Two', 'ada.two', 'ada2@example.org')"
    ));
    let comms = portal.person("comms").await;
    let path = format!("/people/{two}/consent");
    let page = comms.get(&path).await.expect_ok();
    page.form(&format!("form[action='{path}']"))
        .set("action", "withdraw")
        .set("category", "social")
        .set("channel", "email")
        .submit(&comms)
        .await
        .expect_see_other("/people/");
    let admin = portal.person("admin").await;
    post(&admin, &format!("/people/{one}/merge"), &[("other", "ada.two")])
        .await
        .expect_see_other("/");
    assert_eq!(
        portal.look(&format!(
            "SELECT concat_ws(' ', action, method, category) FROM consent_records WHERE member_id = '{one}'"
        )),
        "withdraw merge social"
    );
}

#[tokio::test]
async fn consent_is_for_who_looks_after_it_and_other_organizations_find_nothing() {
    let portal = Portal::start().await;
    let path = format!("/people/{}/consent", portal.member("member"));
    for (who, status) in [
        ("member", 403),
        ("steward", 403),
        ("comms", 200),
        ("privacy", 200),
        ("admin", 200),
    ] {
        portal.person(who).await.get(&path).await.expect_status(status);
    }
    portal
        .neighbour("stranger")
        .await
        .get(&path)
        .await
        .expect_status(404);
}
