//! The ledger: nobody rewrites it, its copy follows it, and it outlives who it is about.

use std::io::Read;
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use super::{leaving, ledger, link};
use crate::support::portal::Portal;
use waymark::domains::consent::links::{Link, Opens};
use waymark::domains::consent::model::Channel;

async fn leave(portal: &Portal, who: &str, category: &str) {
    let anyone = portal.anyone();
    let path = format!("/u/{}", leaving(portal, who, category));
    let page = anyone.get(&path).await.expect_ok();
    page.form("main form").submit(&anyone).await.expect_ok();
}

#[tokio::test]
async fn not_even_the_owner_of_the_tables_rewrites_the_ledger() {
    let portal = Portal::start().await;
    leave(&portal, "member", "newsletters").await;
    let mut owner = PgConnection::establish(&portal.owner_url()).unwrap();
    for table in ["consent_records", "consent_texts", "consent_evidence"] {
        for attempt in [
            format!("UPDATE {table} SET org_id = org_id"),
            format!("DELETE FROM {table}"),
        ] {
            let refused = owner.batch_execute(&attempt).unwrap_err().to_string();
            assert!(refused.contains("only ever added to"), "{attempt}: {refused}");
        }
    }
}

#[tokio::test]
async fn the_nightly_check_mends_a_copy_that_was_tampered_with_and_tells_of_it() {
    let portal = Portal::start().await;
    leave(&portal, "member", "newsletters").await;
    portal.force("UPDATE preferences SET is_allowed = true WHERE category = 'newsletters'");
    let org = portal.organization("local");
    portal.force(&format!(
        "INSERT INTO jobs (org_id, id, kind, state) VALUES ('{org}', '{}', 'consent.check_preferences', 'available')",
        uuid::Uuid::now_v7()
    ));
    portal.settle().await;
    assert_eq!(
        portal.look("SELECT is_allowed::text FROM preferences WHERE category = 'newsletters'"),
        "false"
    );
    assert_eq!(
        portal.look("SELECT count(*)::text FROM audit_entries WHERE action = 'consent.preferences.mended'"),
        "1"
    );
    let comms = portal.person("comms").await;
    comms
        .get("/compliance")
        .await
        .expect_ok()
        .expect_text("1 differed and were mended");
}

#[tokio::test]
async fn a_proof_verifies_with_nothing_but_openssl_and_shows_when_it_was_changed() {
    let portal = Portal::start().await;
    leave(&portal, "member", "newsletters").await;
    let comms = portal.person("comms").await;
    let member = portal.member("member");
    let archive = comms
        .download(&format!("/people/{member}/consent/proof.zip"))
        .await;
    let folder = tempfile::tempdir().unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        std::fs::write(folder.path().join(&*file.name().unwrap()), bytes).unwrap();
    }
    let verified = || {
        let output = Command::new("openssl")
            .args([
                "dgst",
                "-sha256",
                "-verify",
                "public-key.pem",
                "-signature",
                "proof.sig",
                "proof.json",
            ])
            .current_dir(folder.path())
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(verified().contains("Verified OK"));
    let proof = folder.path().join("proof.json");
    let json = std::fs::read_to_string(&proof).unwrap();
    let said: serde_json::Value = serde_json::from_str(&json).unwrap();
    let record = &said["records"][0];
    assert_eq!(record["action"], "withdraw");
    assert_eq!(record["method"], "unsubscribe_page");
    assert_eq!(record["evidence"]["is_unchanged"], true);
    assert_eq!(record["evidence"]["ip"], "127.0.0.1");
    assert!(
        record["text"]["shown"]
            .as_str()
            .unwrap()
            .contains("If you stop it")
    );
    std::fs::write(&proof, json.replace("withdraw", "grant")).unwrap();
    assert!(!verified().contains("Verified OK"));
}

#[tokio::test]
async fn a_link_opens_what_it_is_for_in_its_organization_and_nothing_else() {
    let portal = Portal::start().await;
    let anyone = portal.anyone();
    let to_leave = leaving(&portal, "member", "newsletters");
    let to_choose = link(&portal, "member", Opens::Preferences);
    anyone.get(&format!("/p/{to_leave}")).await.expect_status(404);
    anyone.get(&format!("/c/{to_leave}")).await.expect_status(404);
    anyone.get(&format!("/c/{to_choose}")).await.expect_status(404);
    anyone.get(&format!("/u/{to_choose}")).await.expect_status(404);
    anyone.get("/u/invented").await.expect_status(404);
    let mut altered = to_choose.clone();
    altered.replace_range(10..11, if &altered[10..11] == "A" { "B" } else { "A" });
    anyone.get(&format!("/p/{altered}")).await.expect_status(404);
    // Somebody else's person under this organization's name.
    let mixed = Link {
        org: portal.organization("neighbour"),
        member: portal.member("member"),
        opens: Opens::Leaving {
            message: None,
            channel: Channel::Email,
            category: "newsletters".to_owned(),
        },
    }
    .written(&portal.app.keys, portal.app.clock().now());
    anyone.get(&format!("/u/{mixed}")).await.expect_status(404);
    assert!(ledger(&portal, "member").is_empty());
    // CASL s. 11(2): sixty days; ours work for thirteen months.
    portal.pass(chrono::TimeDelta::days(395));
    anyone.get(&format!("/u/{to_leave}")).await.expect_ok();
    portal.pass(chrono::TimeDelta::days(10));
    anyone.get(&format!("/u/{to_leave}")).await.expect_status(410);
}
