use crate::support::portal::Portal;

use super::{check, upload};
use crate::people::post;

#[tokio::test]
async fn only_admins_import_and_another_organization_sees_nothing() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = upload(&admin, "people.csv", b"Name,Phone\nAda Lovelace,613 555 0101\n").await;
    let (address, _) = check(&portal, &admin, &page).await;

    for key in ["member", "steward", "coach", "leader", "comms", "privacy"] {
        let person = portal.person(key).await;
        person.get("/imports").await.expect_status(403);
        person.get(&address).await.expect_status(404);
        person.get(&format!("{address}/errors")).await.expect_status(404);
        post(&person, &format!("{address}/application"), &[])
            .await
            .expect_status(404);
    }
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&address).await.expect_status(404);
}

#[tokio::test]
async fn a_form_that_lacks_something_comes_back_with_what_was_chosen() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = upload(&admin, "people.csv", b"Who,Phone\nAda Lovelace,613 555 0101\n").await;
    let refused = page
        .form("form[action$='/mapping']")
        .set("country_code", "+33")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("Say which column is the name")
        .expect_text("Choose why you may keep")
        .expect_text("Say on which day that was noted");
    let form = refused.form("form[action$='/mapping']");
    assert_eq!(form.value("country_code"), Some("+33"), "nothing chosen is lost");
}

#[tokio::test]
async fn what_is_no_table_is_refused_with_a_sentence() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    for (bytes, words) in [
        (&b"PK\x03\x04workbook"[..], "unpacked"),
        (&[0xd0, 0xcf, 0x11, 0xe0, 1, 2], "old kind"),
        (b"Name\n", "one line only"),
        (b"\n", "empty"),
    ] {
        let page = admin.get("/imports").await.expect_ok();
        page.form("main form")
            .attach("file", "people.csv", "text/csv", bytes)
            .submit(&admin)
            .await
            .expect_status(422)
            .expect_text(words);
    }
    let page = admin.get("/imports").await.expect_ok();
    page.form("main form")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("Choose a file first");
}

#[tokio::test]
async fn the_columns_of_a_header_are_remembered_by_organization() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let file = b"Wer,Wo,Tel\nAda Lovelace,Depot,613 555 0101\n";
    let page = upload(&admin, "a.csv", file).await;
    let form = page.form("form[action$='/mapping']");
    assert_eq!(form.value("columns"), Some(""), "nobody knows this word");
    let address = page
        .one("form[action$='/mapping']")
        .attr("action")
        .unwrap()
        .to_owned();
    let fields = [
        ("columns", "name"),
        ("columns", "worksite"),
        ("columns", "phone"),
        ("legal_basis", "consent"),
        ("basis_noted_on", "2026-01-31"),
        ("stage", "lead"),
        ("days", "day_first"),
        ("country_code", "+1"),
        ("make_missing", "yes"),
    ];
    post(&admin, &address, &fields)
        .await
        .expect_see_other("/imports/");
    portal.settle().await;

    let again = upload(&admin, "b.csv", file).await;
    let form = again.form("form[action$='/mapping']");
    assert_eq!(form.value("columns"), Some("name"));
    assert_eq!(form.value("legal_basis"), Some("consent"));
    assert_eq!(form.value("stage"), Some("lead"));
    assert_eq!(
        form.value("basis_noted_on"),
        Some(""),
        "the day is this file's own"
    );
}
