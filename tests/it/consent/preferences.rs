//! The preferences page, with a login and with a link.

use waymark::domains::consent::links::Opens;

use super::{ledger, link, newest_mail};
use crate::support::portal::Portal;

#[tokio::test]
async fn a_member_without_a_login_chooses_with_a_link_and_only_what_changed_is_written_down() {
    let portal = Portal::start().await;
    portal.force(&format!(
        "INSERT INTO contact_points (org_id, id, member_id, kind, value) VALUES ('{}', '{}', '{}', 'phone', '+16135550142')",
        portal.organization("local"),
        uuid::Uuid::now_v7(),
        portal.member("member")
    ));
    let anyone = portal.anyone();
    let path = format!("/p/{}", link(&portal, "member", Opens::Preferences));
    let page = anyone.get(&path).await.expect_ok();
    page.expect_text("News in digest");
    let form = page.form(&format!("form[action='{path}']"));
    let saved = form
        .uncheck_value("on", "email:social")
        .check_value("on", "sms:alerts")
        .set("quiet_from", "21:00")
        .set("quiet_to", "07:30")
        .set("time_zone", "America/Halifax")
        .submit(&anyone)
        .await
        .expect_see_other("/p/")
        .follow(&anyone)
        .await;
    saved.expect_text("Saved. It counts from now on.");
    assert_eq!(
        ledger(&portal, "member"),
        [
            "sms alerts grant preferences",
            "email social withdraw preferences"
        ]
    );
    let evidence = portal.look(
        "SELECT concat_ws(' ', e.address, e.ip) FROM consent_evidence e JOIN consent_records r ON r.id = e.record_id WHERE r.channel = 'sms'",
    );
    assert_eq!(evidence, "+16135550142 127.0.0.1");
    let shown = portal.look(
        "SELECT t.body FROM consent_texts t JOIN consent_records r ON r.text_id = t.id WHERE r.channel = 'sms'",
    );
    assert!(
        shown.contains("Alerts: Text message") && shown.contains("You can take that back"),
        "{shown}"
    );
    assert_eq!(
        portal.look("SELECT concat_ws(' ', quiet_from, quiet_to) FROM message_pauses"),
        "21:00:00 07:30:00"
    );
    assert_eq!(
        portal.look("SELECT time_zone FROM members WHERE handle = 'member'"),
        "America/Halifax"
    );
    // Saved again as it is: nothing more is written down.
    let page = anyone.get(&path).await.expect_ok();
    page.form(&format!("form[action='{path}']"))
        .submit(&anyone)
        .await
        .expect_see_other("/p/");
    assert_eq!(ledger(&portal, "member").len(), 2);
}

#[tokio::test]
async fn what_was_typed_wrong_is_said_beside_the_field_and_nothing_is_lost() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member.get("/preferences").await.expect_ok();
    let refused = page
        .form("form[action='/preferences']")
        .uncheck_value("on", "email:social")
        .set("quiet_from", "21:00")
        .submit(&member)
        .await
        .expect_status(422)
        .expect_field_error("quiet_from");
    refused.expect_no_element("input[value='email:social'][checked]");
    refused.expect_element("input[value='email:newsletters'][checked]");
    assert!(ledger(&portal, "member").is_empty());
}

#[tokio::test]
async fn who_stops_everything_gets_nothing_and_comes_back_by_ticking_a_box() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member.get("/preferences").await.expect_ok();
    page.form("form[action='/preferences/everything']")
        .submit(&member)
        .await
        .expect_see_other("/preferences");
    assert_eq!(ledger(&portal, "member").len(), 5, "one for each channel");
    let in_force = "SELECT count(*)::text FROM suppressions WHERE channel = 'email' AND lifted_at IS NULL";
    assert_eq!(portal.look(in_force), "1");
    let page = member.get("/preferences").await.expect_ok();
    page.expect_text("your address gets nothing");
    // What an import writes revives nothing: neither on the record nor on one made anew for the address.
    let (org, anew) = (portal.organization("local"), uuid::Uuid::now_v7());
    portal.force(&format!(
        "UPDATE members SET legal_basis = 'consent', basis_noted_on = now() WHERE handle = 'member'; \
         INSERT INTO members (org_id, id, display_name, handle, email, legal_basis, basis_noted_on) \
           VALUES ('{org}', '{anew}', 'Anew', 'anew', 'Member@local.example', 'consent', now())"
    ));
    let comms = portal.person("comms").await;
    comms
        .get(&format!("/people/{anew}/consent"))
        .await
        .expect_text("Nothing is sent to an address of theirs");
    let page = member.get("/preferences").await.expect_ok();
    page.expect_no_element("input[name='on'][checked]");
    page.form("form[action='/preferences']")
        .check_value("on", "email:newsletters")
        .submit(&member)
        .await
        .expect_see_other("/preferences");
    assert_eq!(portal.look(in_force), "0");
    let page = member.get("/preferences").await.expect_ok();
    assert_eq!(page.select("input[name='on'][checked]").len(), 1);
}

#[tokio::test]
async fn somebody_without_a_message_at_hand_gets_a_link_and_nobody_learns_who_is_known() {
    let portal = Portal::start().await;
    let anyone = portal.anyone();
    let ask = async |email: &str| {
        let page = anyone.get("/preferences/link").await.expect_ok();
        page.form("main form").set("email", email).submit(&anyone).await
    };
    let known = ask("member@local.example").await.expect_ok();
    let unknown = ask("nobody@local.example").await.expect_ok();
    assert_eq!(known.text(), unknown.text());
    let mail = newest_mail(&portal, "member@local.example");
    assert!(mail.contains("/p/"), "{mail}");
    assert_eq!(newest_mail(&portal, "nobody@local.example"), "");
    ask("no address").await.expect_status(422);
}

#[tokio::test]
async fn a_copy_of_ones_data_goes_to_the_address_and_not_to_who_has_the_link() {
    let portal = Portal::start().await;
    let anyone = portal.anyone();
    let path = format!("/p/{}", link(&portal, "member", Opens::Preferences));
    let page = anyone.get(&path).await.expect_ok();
    page.form("form[action$='/copy']")
        .submit(&anyone)
        .await
        .expect_ok()
        .expect_text("a link to your copy is on its way");
    assert!(newest_mail(&portal, "member@local.example").contains("/c/"));
    let to_copy = link(&portal, "member", Opens::Copy);
    let copy = anyone
        .api(reqwest::Method::GET, &format!("/c/{to_copy}"))
        .send()
        .await
        .expect_ok();
    assert_eq!(copy.json["format"], "waymark/consent-proof/1");
    portal.pass(chrono::TimeDelta::days(2));
    anyone.get(&format!("/c/{to_copy}")).await.expect_status(410);
}

#[tokio::test]
async fn a_break_without_quiet_hours_is_kept() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member.get("/preferences").await.expect_ok();
    let form = page.form("main form").set("quiet_from", "").set("quiet_to", "");
    form.set("pause", "7").submit(&member).await.expect_status(303);
    assert_eq!(
        portal.look("SELECT (paused_until > now() + interval '6 days')::text FROM message_pauses"),
        "true"
    );
}
