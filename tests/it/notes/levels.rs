//! Notes of cases and of officers, and the log of their readings.

use super::{newest, write};
use crate::cases;
use crate::people::give;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// What happens once a day.
async fn night(portal: &Portal) {
    waymark::domains::upkeep::tidy(&portal.app).await.unwrap();
    portal.settle().await;
}

/// Gives somebody an office through the page.
pub async fn appoint(admin: &Actor, handle: &str) {
    admin
        .get("/officers")
        .await
        .expect_ok()
        .form("form[action='/officers']")
        .set("holder", handle)
        .set("office", "President")
        .submit(admin)
        .await
        .expect_see_other("/officers");
}

#[tokio::test]
async fn a_note_in_a_case_is_read_by_its_team_and_each_reading_is_noted() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let steward = portal.person("steward").await;
    let case = cases::open(&portal, &steward, "member").await;
    write(
        &portal,
        &steward,
        "member",
        &[
            ("kind", "grievance"),
            ("case", &case),
            ("said", "the-foreman-shouted"),
        ],
    )
    .await
    .expect_see_other("/cases/");
    let note = format!("/notes/{}", newest(&portal));

    assert_eq!(portal.look("SELECT visibility FROM field_notes"), "case");
    for key in ["coach", "member", "other", "admin", "privacy"] {
        portal.person(key).await.get(&note).await.expect_status(404);
    }
    assert_eq!(
        portal.look("SELECT count(*) FROM note_reads"),
        "0",
        "nobody read it"
    );
    // Lists say that it is there and not what it says.
    for list in [
        format!("/people/{}/record", portal.member("member")),
        format!("/cases/{case}"),
        "/notes".to_owned(),
    ] {
        steward
            .get(&list)
            .await
            .expect_ok()
            .expect_text("Open it to read it")
            .expect_no_text("the-foreman-shouted");
    }
    assert_eq!(
        portal.look("SELECT count(*) FROM note_reads"),
        "0",
        "lists are no readings"
    );
    steward
        .get(&note)
        .await
        .expect_ok()
        .expect_text("the-foreman-shouted")
        .expect_text("Works on the case");
    assert_eq!(
        portal.look("SELECT purpose || ' ' || visibility FROM note_reads"),
        "case case"
    );
    // The team is the case's, not the person's.
    cases::add(&steward, &case, "@coach").await;
    let coach = portal.person("coach").await;
    coach
        .get(&note)
        .await
        .expect_ok()
        .expect_text("the-foreman-shouted");
}

#[tokio::test]
async fn who_only_works_on_the_case_writes_for_its_team_alone() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    let case = cases::open(&portal, &steward, "member").await;
    let form = format!("/people/{}/notes/new?case={case}", portal.member("member"));
    coach.get(&form).await.expect_status(404);
    cases::add(&steward, &case, "@coach").await;

    let page = coach.get(&form).await.expect_ok();
    page.form("main form")
        .set("said", "met the foreman")
        .set("visibility", "team")
        .submit(&coach)
        .await
        .expect_status(422)
        .expect_field_error("visibility")
        .expect_text("met the foreman");
    let page = coach.get(&form).await.expect_ok();
    page.form("main form")
        .set("said", "met the foreman")
        .submit(&coach)
        .await
        .expect_see_other(&format!("/cases/{case}"));
    // Without the case there is no way to write about somebody who is not theirs.
    let plain = format!("/people/{}/notes/new", portal.member("member"));
    coach.get(&plain).await.expect_status(404);
}

#[tokio::test]
async fn what_is_written_for_officers_is_read_by_them_while_they_hold_the_office() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let (steward, admin, leader) = (
        portal.person("steward").await,
        portal.person("admin").await,
        portal.person("leader").await,
    );
    write(
        &portal,
        &steward,
        "member",
        &[("said", "was-threatened"), ("visibility", "officers")],
    )
    .await
    .expect_see_other("/people/");
    let note = format!("/notes/{}", newest(&portal));

    for who in [&steward, &admin, &leader] {
        who.get(&note).await.expect_status(404);
    }
    appoint(&admin, "@leader").await;
    leader.get(&note).await.expect_ok().expect_text("was-threatened");
    leader.get("/notes").await.expect_ok().expect_text("Officers");
    let page = admin.get("/officers").await.expect_ok();
    page.form("form[action$='/end']")
        .submit(&admin)
        .await
        .expect_see_other("/officers");
    leader.get(&note).await.expect_status(404);
    leader.get("/notes").await.expect_ok().expect_text("No notes yet");
    assert_eq!(
        portal.look("SELECT string_agg(purpose::text, ' ') FROM note_reads"),
        "office",
        "each reading is noted, and what was refused is none"
    );
}

#[tokio::test]
async fn offices_are_given_by_admins_and_never_to_themselves() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);

    let page = admin.get("/officers").await.expect_ok();
    page.form("form[action='/officers']")
        .set("holder", "@admin")
        .set("office", "President")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_field_error("holder")
        .expect_text("yourself");
    appoint(&admin, "@leader").await;
    let page = member.get("/officers").await.expect_ok();
    page.expect_text("Owen Clarke")
        .expect_no_element("form[action='/officers']");
    let office = portal.look("SELECT id FROM officers");
    let end = format!("/officers/{office}/end");
    let forged = |page: &Page| page.form("form").redirect(&end);
    forged(&member.get("/me").await)
        .submit(&member)
        .await
        .expect_status(403);
    let stranger = portal.neighbour("stranger").await;
    forged(&stranger.get("/me").await)
        .submit(&stranger)
        .await
        .expect_status(404);
}

#[tokio::test]
async fn an_author_without_an_office_is_told_that_they_would_lose_their_note() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    write(&portal, &steward, "member", &[("said", "first words")]).await;
    let note = newest(&portal);

    let page = steward.get(&format!("/notes/{note}/edit")).await.expect_ok();
    page.form("main form")
        .set("said", "second words")
        .set("visibility", "officers")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("You hold no office")
        .expect_text("second words");
}

#[tokio::test]
async fn what_a_note_said_while_fewer_could_read_it_stays_with_those() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let case = cases::open(&portal, &steward, "member").await;
    cases::add(&steward, &case, "@coach").await;
    write(
        &portal,
        &steward,
        "member",
        &[
            ("case", &case),
            ("visibility", "private"),
            ("said", "for-my-eyes"),
        ],
    )
    .await;
    let note = newest(&portal);
    let page = steward.get(&format!("/notes/{note}/edit")).await.expect_ok();
    page.form("main form")
        .set("said", "for-the-case")
        .set("visibility", "case")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_field_error("reason");
    let page = steward.get(&format!("/notes/{note}/edit")).await.expect_ok();
    page.form("main form")
        .set("said", "for-the-case")
        .set("visibility", "case")
        .set("reason", "They agreed")
        .submit(&steward)
        .await
        .expect_see_other("/notes/");

    let coach = portal.person("coach").await;
    coach
        .get(&format!("/notes/{note}"))
        .await
        .expect_ok()
        .expect_text("for-the-case")
        .expect_no_text("for-my-eyes");
    steward
        .get(&format!("/notes/{note}"))
        .await
        .expect_ok()
        .expect_text("for-my-eyes");
}

#[tokio::test]
async fn notes_are_found_by_their_words_by_who_may_read_them() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "primary", "other");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    write(&portal, &steward, "member", &[("said", "Le café est fermé")]).await;
    write(
        &portal,
        &coach,
        "other",
        &[("said", "café again"), ("kind", "meeting")],
    )
    .await;

    steward
        .get("/notes?q=CAFE")
        .await
        .expect_ok()
        .expect_text("Le café est fermé")
        .expect_no_text("café again");
    coach
        .get("/notes?q=cafe&kind=meeting")
        .await
        .expect_text("café again");
    coach
        .get("/notes?q=cafe&kind=contact")
        .await
        .expect_text("Nothing found");
    let admin = portal.person("admin").await;
    admin
        .get("/notes?q=cafe")
        .await
        .expect_ok()
        .expect_text("Nothing found");
}

#[tokio::test]
async fn readings_are_listed_for_privacy_officers_and_not_for_admins() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let case = cases::open(&portal, &steward, "member").await;
    write(
        &portal,
        &steward,
        "member",
        &[("case", &case), ("said", "quiet-words")],
    )
    .await;
    steward
        .get(&format!("/notes/{}", newest(&portal)))
        .await
        .expect_ok();

    let privacy = portal.person("privacy").await;
    privacy
        .get("/notes/readings")
        .await
        .expect_ok()
        .expect_text("Rosa Delgado")
        .expect_text("Tom Reyes")
        .expect_text("Works on the case")
        .expect_no_text("quiet-words");
    for key in ["admin", "steward", "member"] {
        portal
            .person(key)
            .await
            .get("/notes/readings")
            .await
            .expect_status(403);
    }
}

#[tokio::test]
async fn who_loses_role_or_membership_loses_cases_and_offices_and_a_return_brings_none_back() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let (steward, admin) = (portal.person("steward").await, portal.person("admin").await);
    let case = cases::open(&portal, &steward, "member").await;
    cases::add(&steward, &case, "@coach")
        .await
        .expect_see_other("/cases/");
    write(
        &portal,
        &steward,
        "member",
        &[("case", &case), ("said", "quiet-words")],
    )
    .await;
    let in_case = format!("/notes/{}", newest(&portal));
    write(
        &portal,
        &steward,
        "member",
        &[("visibility", "officers"), ("said", "x")],
    )
    .await;
    let for_officers = format!("/notes/{}", newest(&portal));
    appoint(&admin, "@leader").await;
    let (coach, leader) = (portal.person("coach").await, portal.person("leader").await);
    coach.get(&in_case).await.expect_ok();
    leader.get(&for_officers).await.expect_ok();

    portal.force(&format!(
        "DELETE FROM member_roles WHERE role = 'coach' AND member_id = '{}'",
        portal.member("coach")
    ));
    coach.get(&in_case).await.expect_status(404);
    coach.get(&format!("/cases/{case}")).await.expect_status(404);
    for change in ["departure", "restoration"] {
        let page = admin
            .get(&format!("/people/{}", portal.member("leader")))
            .await
            .expect_ok();
        page.form("form")
            .redirect(&format!("/people/{}/{change}", portal.member("leader")))
            .submit(&admin)
            .await
            .expect_see_other("/people");
    }
    assert_eq!(
        portal.look("SELECT state FROM members WHERE handle = 'leader'"),
        "active"
    );
    let leader = portal.person("leader").await;
    leader.get(&for_officers).await.expect_status(404);
    assert_eq!(
        portal.look("SELECT effective_to IS NOT NULL FROM officers"),
        "true"
    );
}

#[tokio::test]
async fn private_notes_of_who_left_can_be_opened_for_ninety_days_and_then_they_go() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "steward", "primary", "other");
    let steward = portal.person("steward").await;
    for (about, fields) in [
        ("member", [("said", "mine alone"), ("visibility", "private")]),
        ("member", [("said", "the team's"), ("visibility", "team")]),
        ("other", [("said", "held"), ("visibility", "private")]),
    ] {
        write(&portal, &steward, about, &fields).await;
    }
    portal.force(&format!(
        "INSERT INTO legal_holds (org_id, id, member_id, reason, placed_by, placed_at) VALUES ('{}', gen_random_uuid(), '{}', 'A claim goes on', '{}', now()); \
         UPDATE members SET state = 'left' WHERE handle = 'steward'",
        portal.organization("local"),
        portal.member("other"),
        portal.member("privacy")
    ));
    let kept = || portal.look("SELECT count(*) FROM field_notes");
    night(&portal).await;
    assert_eq!(kept(), "3", "not before their time");
    portal.pass(chrono::TimeDelta::days(91));
    night(&portal).await;
    assert_eq!(
        kept(),
        "2",
        "the private one goes; the team's stays, and who is under a hold keeps theirs"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'notes.abandoned.shredded'"),
        "1"
    );
}

#[tokio::test]
async fn what_is_for_officers_tells_nobody_that_there_was_a_conversation() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "primary", "other");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    appoint(&portal.person("admin").await, "@steward").await;
    let fields = [("said", "call back"), ("follow_up", "tomorrow")];
    write(&portal, &coach, "member", &fields)
        .await
        .expect_see_other("/people/");
    let told = || {
        portal.look(
            "SELECT (SELECT last_reached_at FROM member_contacts) || ' ' || (SELECT string_agg(status::text, ' ') FROM tasks)",
        )
    };
    let before = told();
    portal.pass(chrono::TimeDelta::minutes(5));
    let fields = [("said", "the threat"), ("visibility", "officers")];
    write(&portal, &steward, "member", &fields)
        .await
        .expect_see_other("/people/");
    assert_eq!(told(), before);
    // Any other level tells that they spoke.
    let fields = [("said", "at home"), ("visibility", "private")];
    write(&portal, &steward, "member", &fields)
        .await
        .expect_see_other("/people/");
    assert!(told().ends_with(" completed") && told() != before, "{}", told());
}
