//! Opening what a privacy officer does not usually read.

use chrono::TimeDelta;

use crate::notes::{newest, write};
use crate::people::give;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

const WHY: &str = "A threat was reported, the board asks.";

async fn open(portal: &Portal, by: &Actor, about: &str, reason: &str) -> Page {
    by.get(&format!("/people/{}/openings/new", portal.member(about)))
        .await
        .expect_ok()
        .form("main form")
        .set("reason", reason)
        .submit(by)
        .await
}

#[tokio::test]
async fn an_opening_shows_everything_for_an_hour_and_each_reading_is_noted() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let (steward, privacy) = (portal.person("steward").await, portal.person("privacy").await);
    write(
        &portal,
        &steward,
        "member",
        &[("said", "told-me-alone"), ("visibility", "private")],
    )
    .await;
    let note = format!("/notes/{}", newest(&portal));
    privacy.get(&note).await.expect_status(404);

    let page = open(&portal, &privacy, "member", WHY)
        .await
        .expect_see_other("/privacy/openings/")
        .follow(&privacy)
        .await;
    page.expect_text("Open it to read it")
        .expect_no_text("told-me-alone");
    privacy
        .get(&note)
        .await
        .expect_ok()
        .expect_text("told-me-alone")
        .expect_text("Opened for a reason");
    assert_eq!(
        portal.look("SELECT string_agg(purpose || ' ' || visibility, ',') FROM note_reads"),
        "break_glass private"
    );
    // The author sees that it was read, and by whom.
    steward.get(&note).await.expect_ok().expect_text("Jules Tremblay");
    portal.pass(TimeDelta::minutes(61));
    privacy.get(&note).await.expect_status(404);
}

#[tokio::test]
async fn authors_and_the_other_officers_are_told_without_a_name_and_the_person_is_not() {
    let portal = Portal::start().await;
    super::second_officer(&portal, "comms");
    give(&portal, "steward", "primary", "member");
    let (steward, privacy) = (portal.person("steward").await, portal.person("privacy").await);
    write(
        &portal,
        &steward,
        "member",
        &[("visibility", "private"), ("said", "x")],
    )
    .await;
    open(&portal, &privacy, "member", WHY)
        .await
        .expect_see_other("/privacy/");

    assert_eq!(
        portal.look("SELECT string_agg(recipient, ' ' ORDER BY recipient) FROM outbox_mails WHERE subject = 'Notes were opened'"),
        format!(
            "{} {}",
            portal.look("SELECT email FROM members WHERE handle = 'comms'"),
            portal.look("SELECT email FROM members WHERE handle = 'steward'")
        )
    );
    let mail = portal.look("SELECT string_agg(convert_from(mime, 'UTF8'), '') FROM outbox_mails WHERE subject = 'Notes were opened'");
    assert!(
        !mail.contains("Reyes"),
        "a lock screen would show whom it is about"
    );
    let opening = portal.look("SELECT id FROM sight_openings");
    let address = format!("/privacy/openings/{opening}");
    steward.get(&address).await.expect_ok().expect_text(WHY);
    for key in ["member", "coach", "admin"] {
        portal.person(key).await.get(&address).await.expect_status(404);
    }
}

#[tokio::test]
async fn one_person_at_a_time_with_a_reason_that_says_something() {
    let portal = Portal::start().await;
    let privacy = portal.person("privacy").await;

    open(&portal, &privacy, "member", "because")
        .await
        .expect_status(422)
        .expect_field_error("reason")
        .expect_text("because");
    open(&portal, &privacy, "member", WHY)
        .await
        .expect_see_other("/privacy/");
    open(&portal, &privacy, "other", WHY).await.expect_status(409);
    let opening = portal.look("SELECT id FROM sight_openings");
    let page = privacy
        .get(&format!("/privacy/openings/{opening}"))
        .await
        .expect_ok();
    page.form("form[action$='/closing']")
        .submit(&privacy)
        .await
        .expect_see_other("/privacy");
    open(&portal, &privacy, "other", WHY)
        .await
        .expect_see_other("/privacy/");
}

#[tokio::test]
async fn nobody_but_privacy_officers_opens_and_nobody_about_themselves() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let address = format!("/people/{}/openings/new", portal.member("member"));
    for key in ["admin", "steward", "coach"] {
        portal.person(key).await.get(&address).await.expect_status(403);
    }
    let privacy = portal.person("privacy").await;
    privacy
        .get(&format!("/people/{}/openings/new", portal.member("privacy")))
        .await
        .expect_status(404);
    portal
        .neighbour("stranger")
        .await
        .get(&address)
        .await
        .expect_status(404);
}

#[tokio::test]
async fn who_loses_the_role_loses_what_they_opened() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let (steward, privacy) = (portal.person("steward").await, portal.person("privacy").await);
    write(
        &portal,
        &steward,
        "member",
        &[("visibility", "private"), ("said", "x")],
    )
    .await;
    open(&portal, &privacy, "member", WHY)
        .await
        .expect_see_other("/privacy/");
    portal.force(&format!(
        "DELETE FROM member_roles WHERE role = 'privacy_officer' AND member_id = '{}'",
        portal.member("privacy")
    ));
    privacy
        .get(&format!("/notes/{}", newest(&portal)))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn a_note_is_not_shown_when_its_reading_cannot_be_noted() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let (steward, privacy) = (portal.person("steward").await, portal.person("privacy").await);
    write(
        &portal,
        &steward,
        "member",
        &[("visibility", "private"), ("said", "not-unlogged")],
    )
    .await;
    open(&portal, &privacy, "member", WHY)
        .await
        .expect_see_other("/privacy/");
    portal.force("ALTER TABLE note_reads ADD CONSTRAINT full_disk CHECK (false) NOT VALID");

    let page = privacy.get(&format!("/notes/{}", newest(&portal))).await;
    page.expect_status(500).expect_no_text("not-unlogged");
}

#[tokio::test]
async fn two_windows_do_not_open_two_people() {
    let portal = Portal::start().await;
    let privacy = portal.person("privacy").await;
    let mut forms = Vec::new();
    for about in ["member", "other"] {
        let page = privacy
            .get(&format!("/people/{}/openings/new", portal.member(about)))
            .await;
        forms.push(page.form("main form").set("reason", WHY));
    }
    let (first, second) = tokio::join!(forms[0].submit(&privacy), forms[1].submit(&privacy));

    let mut answers = [first.status.as_u16(), second.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
    assert_eq!(portal.look("SELECT count(*) FROM sight_openings"), "1");
}
