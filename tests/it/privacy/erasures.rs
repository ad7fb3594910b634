//! Holds, erasing for good, and the chain over the audit log.

use std::process::Command;

use waymark::platform::audit::chain;
use waymark::platform::db::TenantScope;

use crate::cases;
use crate::notes::write;
use crate::people::give;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

async fn erase(portal: &Portal, by: &Actor, whom: &str, name: &str) -> Page {
    by.get(&format!("/privacy/people/{}/erasure", portal.member(whom)))
        .await
        .expect_ok()
        .form("main form")
        .set("name", name)
        .submit(by)
        .await
}

fn chained(portal: &Portal) -> chain::Verdict {
    let scope = TenantScope::of_portal(portal.organization("local"), "test");
    while portal.app.db.tenant_blocking(&scope, chain::link).unwrap() > 0 {}
    portal.app.db.tenant_blocking(&scope, chain::verify).unwrap()
}

/// Everything in the database as text.
fn dump(portal: &Portal) -> String {
    let output = Command::new("pg_dump")
        .args(["--data-only", "--inserts", &portal.owner_url()])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_erasure_a_dump_of_the_database_has_nothing_of_the_person_and_the_audit_log_holds() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "other");
    let (steward, privacy) = (portal.person("steward").await, portal.person("privacy").await);
    let record = format!("/people/{}/record", portal.member("other"));
    steward
        .get(&record)
        .await
        .form("form[action$='/contact-points']")
        .set("value", "+1 613 555 0199")
        .submit(&steward)
        .await
        .expect_see_other("/people/");
    portal.force(&format!(
        "INSERT INTO push_tokens (org_id, id, member_id, platform, token, device_name) VALUES ('{}', gen_random_uuid(), '{}', 'expo', 'zanzibar-token', 'zanzibar-phone')",
        portal.organization("local"),
        portal.member("other")
    ));
    let case = cases::open(&portal, &steward, "other").await;
    write(
        &portal,
        &steward,
        "other",
        &[
            ("said", "zanzibar-one"),
            ("follow_up", "tomorrow"),
            ("next_step", "zanzibar-two"),
        ],
    )
    .await;
    write(
        &portal,
        &steward,
        "other",
        &[
            ("said", "zanzibar-three"),
            ("case", &case),
            ("tags", "zanzibar-four"),
        ],
    )
    .await;
    assert!(
        dump(&portal).contains("zanzibar-two"),
        "the test can see what it looks for"
    );
    let entries = portal.look("SELECT count(*) FROM audit_entries");
    let verdict = chained(&portal);
    assert_eq!(verdict.broken, None);

    erase(&portal, &privacy, "other", "Somebody Else")
        .await
        .expect_status(422)
        .expect_field_error("name");
    erase(&portal, &privacy, "other", "nadia haddad")
        .await
        .expect_see_other("/privacy");
    portal.settle().await;

    let dump = dump(&portal).to_lowercase();
    for trace in ["zanzibar", "nadia", "haddad", "5550199", "dismissed after"] {
        let at = dump.find(trace);
        assert!(
            at.is_none(),
            "{trace}: {}",
            at.map_or("", |at| &dump[at.saturating_sub(300)..(at + 60).min(dump.len())])
        );
    }
    let after: i64 = portal.look("SELECT count(*) FROM audit_entries").parse().unwrap();
    assert!(after > entries.parse().unwrap(), "no entry of the log is gone");
    let verdict = chained(&portal);
    assert_eq!(verdict.broken, None, "the chain holds over what was erased");
    steward.get(&record).await.expect_status(404);
    privacy
        .get(&format!("/privacy/people/{}", portal.member("steward")))
        .await
        .expect_ok();
}

#[tokio::test]
async fn a_hold_forbids_erasing_and_says_so() {
    let portal = Portal::start().await;
    let privacy = portal.person("privacy").await;
    let address = format!("/privacy/people/{}", portal.member("other"));
    let page = privacy.get(&address).await.expect_ok();
    page.form("form[action$='/hold']")
        .set("reason", "short")
        .submit(&privacy)
        .await
        .expect_status(422)
        .expect_field_error("reason");
    page.form("form[action$='/hold']")
        .set("reason", "Arbitration 2026-31 goes on")
        .submit(&privacy)
        .await
        .expect_see_other(&address);

    privacy
        .get(&format!("{address}/erasure"))
        .await
        .expect_status(409)
        .expect_text("Arbitration 2026-31 goes on");
    privacy
        .get("/privacy")
        .await
        .expect_ok()
        .expect_text("Nadia Haddad");
    let page = privacy.get(&address).await.expect_ok();
    page.form("form[action$='/lifting']")
        .submit(&privacy)
        .await
        .expect_see_other(&address);
    privacy.get(&format!("{address}/erasure")).await.expect_ok();
}

#[tokio::test]
async fn erasing_is_for_privacy_officers_and_not_of_oneself_nor_of_the_last_admin() {
    let portal = Portal::start().await;
    let address = format!("/privacy/people/{}/erasure", portal.member("other"));
    for key in ["admin", "steward", "member"] {
        portal.person(key).await.get(&address).await.expect_status(403);
    }
    portal
        .neighbour("stranger")
        .await
        .get(&address)
        .await
        .expect_status(404);
    let privacy = portal.person("privacy").await;
    privacy
        .get(&format!("/privacy/people/{}/erasure", portal.member("privacy")))
        .await
        .expect_status(404);
    erase(&portal, &privacy, "admin", "Priya Natarajan")
        .await
        .expect_status(409);
    assert_eq!(portal.look("SELECT count(*) FROM erasures"), "0");
}

#[tokio::test]
async fn a_login_that_is_used_elsewhere_stays_and_one_that_is_not_goes() {
    let portal = Portal::start().await;
    let privacy = portal.person("privacy").await;
    let other = portal.person("other").await;
    let user = portal.look("SELECT user_id FROM members WHERE handle = 'other'");
    erase(&portal, &privacy, "other", "Nadia Haddad")
        .await
        .expect_see_other("/privacy");
    portal.settle().await;

    assert_eq!(
        portal.look(&format!(
            "SELECT email || coalesce(password_hash, '') FROM users WHERE id = '{user}'"
        )),
        format!("{user}@erased.invalid")
    );
    other.get("/inbox").await.expect_see_other("/sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_a_removed_and_an_inserted_entry_are_found() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    crate::notes::levels::appoint(&admin, "@leader").await;
    crate::notes::levels::appoint(&admin, "@comms").await;
    assert_eq!(chained(&portal).broken, None);
    let entry =
        portal.look("SELECT id FROM audit_entries WHERE action = 'people.office.given' ORDER BY at LIMIT 1");

    portal.force(&format!("UPDATE audit_entries SET after = jsonb_set(after, '{{office}}', '\"Treasurer\"') WHERE id = '{entry}'"));
    assert!(chained(&portal).broken.unwrap().contains(&entry));
    portal.force(&format!("UPDATE audit_entries SET after = jsonb_set(after, '{{office}}', '\"President\"') WHERE id = '{entry}'"));
    assert_eq!(chained(&portal).broken, None);
    portal.force(&format!(
        "UPDATE audit_entries SET action = 'people.office.ended' WHERE id = '{entry}'"
    ));
    assert!(chained(&portal).broken.is_some());
    portal.force(&format!(
        "UPDATE audit_entries SET action = 'people.office.given' WHERE id = '{entry}'"
    ));
    portal.force(&format!("DELETE FROM audit_chain WHERE entry_id = '{entry}'"));
    assert!(chained(&portal).broken.unwrap().contains("missing"));
}
