//! People out of files.

mod keeping;
mod meanwhile;
mod reading;
mod rights;
mod running;
mod sheets;
mod undoing;
mod workbooks;

use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// Uploads a file; answers the page of its columns.
pub async fn upload(admin: &Actor, name: &str, bytes: &[u8]) -> Page {
    let page = admin.get("/imports").await.expect_ok();
    page.form("main form")
        .attach("file", name, "text/csv", bytes)
        .submit(admin)
        .await
        .expect_see_other("/imports/")
        .follow(admin)
        .await
        .expect_ok()
}

/// Says what holds for the file, has it checked, and answers the address and the preview.
pub async fn check(portal: &Portal, admin: &Actor, page: &Page) -> (String, Page) {
    check_with(portal, admin, page, |form| form).await
}

/// The same, with changes to the form.
pub async fn check_with(
    portal: &Portal,
    admin: &Actor,
    page: &Page,
    change: impl FnOnce(crate::support::form::Form) -> crate::support::form::Form,
) -> (String, Page) {
    let form = page
        .form("form[action$='/mapping']")
        .set("legal_basis", "membership")
        .set("basis_noted_on", "2026-01-31")
        .set("country_code", "+1");
    let sent = change(form).submit(admin).await.expect_see_other("/imports/");
    let address = sent.location().unwrap().path().to_owned();
    admin
        .get(&address)
        .await
        .expect_ok()
        .expect_text("Comparing the file with who is known");
    portal.settle().await;
    let preview = admin.get(&address).await.expect_ok();
    (address, preview)
}

/// Has a checked import taken over, and waits for it.
pub async fn apply(portal: &Portal, admin: &Actor, address: &str) -> Page {
    let page = admin.get(address).await.expect_ok();
    page.form("form[action$='/application']")
        .submit(admin)
        .await
        .expect_see_other(address);
    portal.settle().await;
    admin.get(address).await.expect_ok()
}

/// How many members the organization has.
pub fn members(portal: &Portal) -> i64 {
    portal
        .look(&format!(
            "SELECT count(*) FROM members WHERE org_id = '{}'",
            portal.organization("local")
        ))
        .parse()
        .unwrap()
}
