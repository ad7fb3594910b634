//! Cases: opening one, who works on it, and that nobody else learns of it.

use crate::people::give;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// Opens a case about somebody through the form; answers its id.
pub async fn open(portal: &Portal, by: &Actor, about: &str) -> String {
    by.get(&format!("/people/{}/cases/new", portal.member(about)))
        .await
        .expect_ok()
        .form("main form")
        .set("reference", "2026-014")
        .set("title", "Dismissed after the Sunday shift")
        .submit(by)
        .await
        .expect_see_other("/cases/");
    portal.look("SELECT id FROM cases ORDER BY opened_at DESC LIMIT 1")
}

/// Adds somebody to the team through the form.
pub async fn add(by: &Actor, case: &str, handle: &str) -> Page {
    by.get(&format!("/cases/{case}"))
        .await
        .expect_ok()
        .form("form[action$='/team']")
        .set("member", handle)
        .submit(by)
        .await
}

#[tokio::test]
async fn a_case_is_seen_by_its_team_and_by_nobody_else() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let case = open(&portal, &steward, "member").await;

    let page = steward.get(&format!("/cases/{case}")).await.expect_ok();
    page.expect_text("Dismissed after the Sunday shift")
        .expect_text("Rosa Delgado")
        .expect_text("Tom Reyes");
    steward.get("/cases").await.expect_ok().expect_text("2026-014");
    let record = format!("/people/{}/record", portal.member("member"));
    steward
        .get(&record)
        .await
        .expect_ok()
        .expect_text("Case 2026-014");
    for key in ["coach", "member", "other", "leader", "comms", "privacy", "admin"] {
        let who = portal.person(key).await;
        who.get(&format!("/cases/{case}")).await.expect_status(404);
        who.get("/cases").await.expect_ok().expect_no_text("2026-014");
        who.get(&record).await.expect_no_text("2026-014");
    }
    portal
        .neighbour("stranger")
        .await
        .get(&format!("/cases/{case}"))
        .await
        .expect_status(404);
    let told = portal
        .look("SELECT string_agg(concat(before, after), '') FROM audit_entries WHERE action LIKE 'cases.%'");
    assert!(
        !told.contains("Sunday"),
        "the log, which admins read, tells what a case is about: {told}"
    );
}

#[tokio::test]
async fn a_case_is_opened_by_who_looks_after_a_person() {
    let portal = Portal::start().await;
    give(&portal, "steward", "training", "member");
    let address = format!("/people/{}/cases/new", portal.member("member"));

    let learner = portal.person("steward").await;
    learner.get(&address).await.expect_status(403);
    portal
        .person("admin")
        .await
        .get(&address)
        .await
        .expect_status(403);
    portal
        .person("coach")
        .await
        .get(&address)
        .await
        .expect_status(404);
    portal
        .person("member")
        .await
        .get(&address)
        .await
        .expect_status(404);
}

#[tokio::test]
async fn what_was_typed_comes_back_when_the_number_is_missing() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;

    let page = steward
        .get(&format!("/people/{}/cases/new", portal.member("member")))
        .await
        .expect_ok()
        .form("main form")
        .set("title", "Overtime, unpaid 🕰️")
        .submit(&steward)
        .await
        .expect_status(422);

    page.expect_field_error("reference");
    assert_eq!(page.form("main form").value("title"), Some("Overtime, unpaid 🕰️"));
    assert_eq!(portal.look("SELECT count(*) FROM cases"), "0");
}

#[tokio::test]
async fn who_joins_a_team_sees_the_case_and_who_leaves_it_does_not() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    let case = open(&portal, &steward, "member").await;
    let address = format!("/cases/{case}");

    add(&steward, &case, "@coach").await.expect_see_other("/cases/");
    coach.get(&address).await.expect_ok();
    let page = steward.get(&address).await.expect_ok();
    let removal = format!("form[action$='/team/{}/removal']", portal.member("coach"));
    page.form(&removal)
        .submit(&steward)
        .await
        .expect_see_other("/cases/");
    coach.get(&address).await.expect_status(404);
    let removal = format!("{address}/team/{}/removal", portal.member("steward"));
    let page = steward.get(&address).await.expect_ok();
    page.expect_no_element(&format!("form[action='{removal}']"));
    page.form("form[action$='/team']")
        .redirect(&removal)
        .submit(&steward)
        .await
        .expect_status(409);
}

#[tokio::test]
async fn the_person_themselves_relatives_and_people_without_a_task_do_not_join() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    portal.force(&format!(
        "INSERT INTO steward_blocks (org_id, steward_id, member_id, reason) VALUES ('{}', '{}', '{}', 'cousins')",
        portal.organization("local"),
        portal.member("coach"),
        portal.member("member")
    ));
    let steward = portal.person("steward").await;
    let case = open(&portal, &steward, "member").await;

    for (handle, why) in [
        ("@member", "Whom a case is about"),
        ("@coach", "kept apart"),
        ("@other", "Only stewards, coaches and officers"),
        ("@nobody-here", "Nobody active is called"),
    ] {
        add(&steward, &case, handle)
            .await
            .expect_status(422)
            .expect_text(why);
    }
    assert_eq!(portal.look("SELECT count(*) FROM case_team"), "1");
}

#[tokio::test]
async fn a_case_is_closed_with_what_came_of_it_and_opened_again() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let case = open(&portal, &steward, "member").await;
    let address = format!("/cases/{case}");

    let page = steward.get(&address).await.expect_ok();
    page.form("form[action$='/closing']")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_field_error("outcome");
    let page = steward.get(&address).await.expect_ok();
    page.form("form[action$='/closing']")
        .set("outcome", "Reinstated with back pay")
        .submit(&steward)
        .await
        .expect_see_other("/cases/");
    let page = steward.get(&address).await.expect_ok();
    page.expect_text("Reinstated with back pay")
        .expect_no_text("Write a note");
    steward.get("/cases").await.expect_no_text("2026-014");
    steward.get("/cases?closed=yes").await.expect_text("2026-014");
    page.form("form[action$='/closing']")
        .submit(&steward)
        .await
        .expect_see_other("/cases/");
    steward.get("/cases").await.expect_text("2026-014");
}
