//! Which files and rows are kept, how long, and under whose name.

use chrono::TimeDelta;
use waymark::domains::people::import::actions::key_of;

use crate::people::post;
use crate::support::portal::{Actor, Portal};

use super::{apply, check, upload};

/// How many files of imports storage has.
fn files(portal: &Portal) -> usize {
    let folder = portal.app.config.data.join("objects");
    walk(&folder)
        .into_iter()
        .filter(|path| path.to_string_lossy().contains("/imports/") && path.extension().is_none())
        .count()
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| match path.is_dir() {
            true => walk(&path),
            false => vec![path],
        })
        .collect()
}

async fn erase(portal: &Portal, officer: &Actor, whom: &str, name: &str) {
    officer
        .get(&format!("/privacy/people/{}/erasure", portal.member(whom)))
        .await
        .expect_ok()
        .form("main form")
        .set("name", name)
        .submit(officer)
        .await
        .expect_see_other("/");
}

fn forget(portal: &Portal) {
    portal.force(&format!(
        "INSERT INTO jobs (org_id, id, kind, state) VALUES ('{}', gen_random_uuid(), 'people.forget_imports', 'available')",
        portal.organization("local")
    ));
}

#[tokio::test]
async fn a_file_goes_at_once_with_somebody_in_it_and_the_rest_when_its_day_is_over() {
    let portal = Portal::start().await;
    let (admin, officer) = (portal.person("admin").await, portal.person("privacy").await);
    portal.force(&format!(
        "UPDATE members SET email = 'nadia@local.example' WHERE id = '{}'",
        portal.member("other")
    ));
    let file =
        b"Name,Email\nNadia Haddad,nadia@local.example\nAda Lovelace,ada@example.org\nNobody,no address\n";
    let page = upload(&admin, "a.csv", file).await;
    let (address, _) = check(&portal, &admin, &page).await;
    apply(&portal, &admin, &address).await;
    assert_eq!(files(&portal), 1);

    erase(&portal, &officer, "other", "Nadia Haddad").await;
    portal.settle().await;
    assert_eq!(files(&portal), 0, "the file has her in it");
    assert_eq!(
        portal.look("SELECT string_agg(name, ' ' ORDER BY line) FROM import_rows"),
        "Ada Lovelace Nobody",
        "what was done with others can still be taken back"
    );
    admin.get(&format!("{address}/errors")).await.expect_status(404);
    admin
        .get(&address)
        .await
        .expect_ok()
        .expect_text("You can take it back");

    portal.pass(TimeDelta::hours(25));
    forget(&portal);
    portal.settle().await;
    assert_eq!(portal.look("SELECT count(*) FROM import_rows"), "0");
    assert_eq!(
        portal.look("SELECT count(*) FROM people_imports WHERE forgotten_at IS NOT NULL"),
        "1"
    );
}

#[tokio::test]
async fn a_file_that_is_gone_is_not_checked_again() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = upload(&admin, "a.csv", b"Name\nAda Lovelace\n").await;
    let mapping = page
        .one("form[action$='/mapping']")
        .attr("action")
        .unwrap()
        .to_owned();
    portal.pass(TimeDelta::days(8));
    forget(&portal);
    portal.settle().await;
    assert_eq!(files(&portal), 0);
    let admin = portal.person("admin").await;
    let fields = [
        ("columns", "name"),
        ("legal_basis", "membership"),
        ("basis_noted_on", "2026-01-31"),
        ("stage", "member"),
    ];
    post(&admin, &mapping, &fields)
        .await
        .expect_status(409)
        .expect_text("no longer kept");
}

#[tokio::test]
async fn what_is_at_work_is_not_forgotten_and_what_broke_off_is() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let busy = upload(&admin, "busy.csv", b"Name\nAda Lovelace\n").await;
    let (busy, _) = check(&portal, &admin, &busy).await;
    let broken = upload(&admin, "broken.csv", b"Name\nGrace Hopper\n").await;
    let (broken, _) = check(&portal, &admin, &broken).await;
    portal.force(&format!(
        "UPDATE people_imports SET state = 'running' WHERE id = '{}'",
        broken.rsplit('/').next().unwrap()
    ));
    portal.pass(TimeDelta::days(8));
    let admin = portal.person("admin").await;
    admin
        .get(&busy)
        .await
        .form("form[action$='/application']")
        .submit(&admin)
        .await
        .expect_see_other(&busy);
    // The daily job is older, and runs first.
    forget(&portal);
    portal.settle().await;
    admin
        .get(&busy)
        .await
        .expect_ok()
        .expect_text("1 new and 0 changed");
    admin
        .get(&broken)
        .await
        .expect_ok()
        .expect_text("The rows of this file are no longer kept");
    assert_eq!(files(&portal), 1, "the one that was at work");
}

#[tokio::test]
async fn a_file_sent_with_the_key_of_another_takes_the_place_of_none() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = admin.get("/imports").await.expect_ok();
    let first = page
        .form("main form")
        .attach("file", "a.csv", "text/csv", b"Name\nAda Lovelace\n");
    let address = first
        .clone()
        .submit(&admin)
        .await
        .expect_see_other("/imports/")
        .location()
        .unwrap()
        .path()
        .to_owned();
    first.submit(&admin).await.expect_see_other(&address);
    page.form("main form")
        .attach("file", "a.csv", "text/csv", b"Name\nMallory\nMallory Two\n")
        .submit(&admin)
        .await
        .expect_status(409);
    assert_eq!(files(&portal), 1, "copies nobody knows of are deleted");
    let page = admin.get(&address).await.expect_ok();
    let (_, preview) = check(&portal, &admin, &page).await;
    preview.expect_text("1 new").expect_text("Ada Lovelace");
    let file = portal.look("SELECT file_id FROM people_imports").parse().unwrap();
    let key = key_of(portal.organization("local"), file).unwrap();
    assert!(portal.app.storage.get(&key).await.is_ok());
}

#[tokio::test]
async fn a_discarded_file_is_deleted() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = upload(&admin, "a.csv", b"Name\nAda Lovelace\n").await;
    let (address, _) = check(&portal, &admin, &page).await;
    post(&admin, &format!("{address}/removal"), &[])
        .await
        .expect_see_other("/imports");
    portal.settle().await;
    assert_eq!(files(&portal), 0);
}
