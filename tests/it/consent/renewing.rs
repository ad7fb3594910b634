//! Asking people, before an agreement runs out, whether they would like to keep getting it.

use chrono::TimeDelta;
use waymark::domains::consent::links::Opens;
use waymark::domains::consent::model::Channel;

use super::{ledger, link, newest_mail};
use crate::support::portal::Portal;

fn tonight(portal: &Portal) {
    portal.force(&format!(
        "INSERT INTO jobs (org_id, id, kind, state) VALUES ('{}', gen_random_uuid(), 'consent.ask_to_renew', 'available')",
        portal.organization("local")
    ));
}

fn asked(portal: &Portal) -> usize {
    let lines = ledger(portal, "member");
    lines.iter().filter(|line| line.contains("request")).count()
}

async fn night(portal: &Portal, days: i64) -> usize {
    portal.pass(TimeDelta::days(days));
    tonight(portal);
    portal.settle().await;
    asked(portal)
}

#[tokio::test]
async fn whoever_is_asked_in_time_can_keep_it_and_whoever_does_nothing_lets_it_end() {
    let portal = Portal::start().await;
    portal.force("UPDATE members SET stage = 'lead' WHERE handle = 'member'");
    portal.force("UPDATE organizations SET jurisdiction = 'ca'");
    let comms = portal.person("comms").await;
    let path = format!("/people/{}/consent", portal.member("member"));
    let said_on = (portal.app.clock().now().date_naive() - TimeDelta::days(600)).to_string();
    let page = comms.get(&path).await.expect_ok();
    let mut form = page.form(&format!("form[action='{path}']"));
    for (name, value) in [
        ("action", "grant"),
        ("category", "newsletters"),
        ("channel", "email"),
        ("basis", "purchase"),
        ("method", "form"),
        ("said_on", said_on.as_str()),
        ("note", "Order 1199"),
    ] {
        form = form.set(name, value);
    }
    form.submit(&comms).await.expect_see_other("/people/");
    // Two years after the purchase it ends: in about 130 days. Nobody is asked while that is switched off.
    assert_eq!(night(&portal, 75).await, 0);
    let comms = portal.person("comms").await;
    let page = comms
        .get("/compliance")
        .await
        .expect_ok()
        .expect_text("Nobody is asked beforehand");
    page.form("form[action='/compliance/renewing']")
        .submit(&comms)
        .await
        .expect_see_other("/compliance");
    comms
        .get("/compliance")
        .await
        .expect_text("People are asked by e-mail 60, 30 and 7 days before");
    assert_eq!(night(&portal, 0).await, 1);
    assert_eq!(night(&portal, 1).await, 1, "once for each stage");
    let mail = newest_mail(&portal, "member@local.example");
    assert!(
        mail.contains("Would you like to keep getting Newsletters?") && mail.contains("/y/"),
        "{mail}"
    );
    assert_eq!(night(&portal, 30).await, 2);
    assert_eq!(night(&portal, 20).await, 3);
    assert_eq!(night(&portal, 1).await, 3);

    // They say yes with the link, and it has no end any more.
    let opens = Opens::Confirming {
        channel: Channel::Email,
        category: "newsletters".to_owned(),
    };
    let page_of_link = format!("/y/{}", link(&portal, "member", opens));
    let anyone = portal.anyone();
    anyone
        .get(&page_of_link)
        .await
        .expect_ok()
        .form("main form")
        .submit(&anyone)
        .await
        .expect_ok();
    assert_eq!(
        portal.look("SELECT concat_ws(' ', is_allowed, coalesce(expires_at::text, 'for good')) FROM preferences WHERE category = 'newsletters' AND channel = 'email'"),
        "t for good"
    );
    assert_eq!(night(&portal, 8).await, 3, "nothing runs out any more");
}
