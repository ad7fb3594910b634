//! People who ask for what is kept about them.

use crate::cases;
use crate::notes::write;
use crate::people::give;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

async fn note(portal: &Portal, by: &Actor, about: &str) -> String {
    by.get(&format!("/people/{}/subject-requests/new", portal.member(about)))
        .await
        .expect_ok()
        .form("main form")
        .submit(by)
        .await
        .expect_see_other("/people/");
    portal.look("SELECT id FROM subject_requests ORDER BY noted_at DESC LIMIT 1")
}

async fn press(by: &Actor, request: &str, what: &str) -> Page {
    by.get(&format!("/privacy/requests/{request}"))
        .await
        .expect_ok()
        .form(&format!("form[action$='/{what}']"))
        .submit(by)
        .await
}

async fn decide(by: &Actor, request: &str, position: &str, fields: &[(&str, &str)]) -> Page {
    let page = by
        .get(&format!("/privacy/requests/{request}/items/{position}"))
        .await
        .expect_ok();
    let mut form = page.form("main form");
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.submit(by).await
}

#[tokio::test]
async fn a_steward_notes_it_one_officer_reviews_all_levels_another_releases_and_the_person_reads_it() {
    let portal = Portal::start().await;
    super::second_officer(&portal, "comms");
    give(&portal, "steward", "primary", "member");
    let (steward, privacy, comms, member) = (
        portal.person("steward").await,
        portal.person("privacy").await,
        portal.person("comms").await,
        portal.person("member").await,
    );
    let case = cases::open(&portal, &steward, "member").await;
    write(&portal, &steward, "member", &[("said", "spoke of the schedule")]).await;
    write(
        &portal,
        &steward,
        "member",
        &[("said", "afraid of Karl"), ("visibility", "private")],
    )
    .await;
    write(
        &portal,
        &steward,
        "member",
        &[("said", "strategy for the hearing"), ("case", &case)],
    )
    .await;
    portal.force(
        "INSERT INTO contact_points (org_id, id, member_id, kind, value) SELECT org_id, gen_random_uuid(), id, 'phone', '+14165550142' FROM members WHERE handle = 'member'; \
         INSERT INTO phone_replies (org_id, id, number, body, at) SELECT org_id, gen_random_uuid(), '+14165550142', 'Which room is it?', now() FROM members WHERE handle = 'member'",
    );
    let request = note(&portal, &steward, "member").await;
    let address = format!("/privacy/requests/{request}");
    assert_eq!(
        portal.look("SELECT count(*) FROM outbox_mails WHERE subject = 'Somebody asks for their data'"),
        "2"
    );
    privacy.get("/privacy").await.expect_ok().expect_text("Tom Reyes");

    press(&privacy, &request, "review")
        .await
        .expect_see_other(&address);
    let page = privacy.get(&address).await.expect_ok();
    for said in [
        "spoke of the schedule",
        "afraid of Karl",
        "strategy for the hearing",
        "Dismissed after",
        "Which room is it?",
        "member@",
    ] {
        page.expect_text(said);
    }
    assert_eq!(
        portal.look("SELECT count(*) FROM note_reads WHERE purpose = 'subject_request'"),
        "3",
        "gathering is reading, also of what a team reads daily"
    );
    page.expect_no_element("form[action$='/readiness']");

    let position = |said: &str| {
        let rows = page.select("main ol li");
        let row = rows.iter().find(|row| row.text.contains(said)).unwrap();
        let after = row.html.split("/items/").nth(1).unwrap();
        after.split('"').next().unwrap().to_owned()
    };
    decide(
        &privacy,
        &request,
        &position("afraid of Karl"),
        &[("decision", "redact"), ("redacted", "afraid of a colleague")],
    )
    .await
    .expect_status(422)
    .expect_field_error("reason");
    decide(
        &privacy,
        &request,
        &position("afraid of Karl"),
        &[
            ("decision", "redact"),
            ("redacted", "afraid of a colleague"),
            ("reason", "A colleague's name"),
        ],
    )
    .await
    .expect_see_other(&address);
    decide(
        &privacy,
        &request,
        &position("strategy for the hearing"),
        &[("decision", "withhold"), ("reason", "Legal claim")],
    )
    .await
    .expect_see_other(&address);
    for said in ["spoke of the schedule", "Dismissed after"] {
        decide(&privacy, &request, &position(said), &[("decision", "include")])
            .await
            .expect_see_other(&address);
    }
    press(&privacy, &request, "readiness")
        .await
        .expect_see_other(&address);
    let page = privacy.get(&address).await.expect_ok();
    page.expect_text("Another privacy officer")
        .expect_no_element("form[action$='/release']");
    page.form("form[action$='/return']")
        .redirect(&format!("{address}/release"))
        .submit(&privacy)
        .await
        .expect_status(403);
    let copy = format!("{address}/copy");
    member.get(&copy).await.expect_status(404);
    press(&comms, &request, "release")
        .await
        .expect_see_other(&address);

    member
        .get(&copy)
        .await
        .expect_ok()
        .expect_text("spoke of the schedule")
        .expect_text("afraid of a colleague")
        .expect_text("A colleague's name")
        .expect_text("Legal claim")
        .expect_no_text("Karl")
        .expect_no_text("strategy for the hearing");
    let json = member.get(&format!("{copy}.json")).await.expect_ok();
    assert!(json.text().contains("afraid of a colleague") && !json.text().contains("Karl"));
    for key in ["steward", "admin", "other"] {
        portal.person(key).await.get(&copy).await.expect_status(404);
    }
    assert_eq!(
        portal
            .look("SELECT count(*) FROM subject_request_items WHERE encode(sealed, 'escape') LIKE '%Karl%'"),
        "0",
        "what was gathered is sealed"
    );
}

#[tokio::test]
async fn the_month_starts_on_the_day_they_asked_and_a_second_note_of_it_is_the_same() {
    let portal = Portal::start().await;
    let privacy = portal.person("privacy").await;
    let page = privacy
        .get(&format!(
            "/people/{}/subject-requests/new",
            portal.member("member")
        ))
        .await
        .expect_ok();
    page.form("main form")
        .set("asked_on", "2026-01-31")
        .submit(&privacy)
        .await
        .expect_see_other("/people/");
    assert_eq!(portal.look("SELECT due_on FROM subject_requests"), "2026-02-28");
    note(&portal, &privacy, "member").await;
    assert_eq!(portal.look("SELECT count(*) FROM subject_requests"), "1");
    let page = privacy
        .get(&format!(
            "/people/{}/subject-requests/new",
            portal.member("other")
        ))
        .await
        .expect_ok();
    page.form("main form")
        .set("asked_on", "2199-01-31")
        .submit(&privacy)
        .await
        .expect_status(422)
        .expect_field_error("asked_on");
}

#[tokio::test]
async fn nobody_works_on_their_own_request_nor_without_the_role() {
    let portal = Portal::start().await;
    super::second_officer(&portal, "comms");
    let (privacy, comms) = (portal.person("privacy").await, portal.person("comms").await);
    let request = note(&portal, &comms, "privacy").await;
    privacy
        .get(&format!("/privacy/requests/{request}"))
        .await
        .expect_status(404);
    for key in ["admin", "member", "steward"] {
        let who = portal.person(key).await;
        who.get(&format!("/privacy/requests/{request}"))
            .await
            .expect_status(403);
        who.get("/privacy").await.expect_status(403);
    }
    portal
        .neighbour("stranger")
        .await
        .get(&format!("/privacy/requests/{request}/copy"))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn what_was_gathered_goes_when_they_no_longer_want_it() {
    let portal = Portal::start().await;
    let privacy = portal.person("privacy").await;
    let request = note(&portal, &privacy, "member").await;
    press(&privacy, &request, "review")
        .await
        .expect_see_other("/privacy/");
    assert_ne!(portal.look("SELECT count(*) FROM subject_request_items"), "0");
    press(&privacy, &request, "withdrawal")
        .await
        .expect_see_other("/privacy/");
    assert_eq!(portal.look("SELECT count(*) FROM subject_request_items"), "0");
    assert_eq!(portal.look("SELECT state FROM subject_requests"), "withdrawn");
}

#[tokio::test]
async fn only_whoever_took_a_request_on_decides_and_another_may_begin_anew() {
    let portal = Portal::start().await;
    super::second_officer(&portal, "comms");
    give(&portal, "steward", "primary", "member");
    let (steward, privacy, comms) = (
        portal.person("steward").await,
        portal.person("privacy").await,
        portal.person("comms").await,
    );
    write(&portal, &steward, "member", &[("said", "spoke of the schedule")]).await;
    let request = note(&portal, &steward, "member").await;
    press(&privacy, &request, "review")
        .await
        .expect_see_other("/privacy/");
    let address = format!("/privacy/requests/{request}");
    let open = portal.look("SELECT position FROM subject_request_items WHERE decision = 'pending'");

    let page = comms.get(&format!("{address}/items/{open}")).await.expect_ok();
    page.form("main form")
        .set("decision", "include")
        .submit(&comms)
        .await
        .expect_status(403);
    assert_eq!(
        portal.look("SELECT count(*) FROM subject_request_items WHERE decision = 'pending'"),
        "1"
    );
    press(&comms, &request, "return").await.expect_see_other(&address);
    assert_eq!(portal.look("SELECT count(*) FROM subject_request_items"), "0");
    press(&comms, &request, "review").await.expect_see_other(&address);
    decide(&comms, &request, &open, &[("decision", "include")])
        .await
        .expect_see_other(&address);
    press(&comms, &request, "readiness")
        .await
        .expect_see_other(&address);
    press(&privacy, &request, "release")
        .await
        .expect_see_other(&address);
}

#[tokio::test]
async fn two_who_hear_of_it_at_the_same_moment_note_one_request() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    let address = format!("/people/{}/subject-requests/new", portal.member("member"));
    let first = steward.get(&address).await.form("main form");
    let second = coach.get(&address).await.form("main form");
    let (first, second) = tokio::join!(first.submit(&steward), second.submit(&coach));

    first.expect_see_other("/people/");
    second.expect_see_other("/people/");
    assert_eq!(portal.look("SELECT count(*) FROM subject_requests"), "1");
}
