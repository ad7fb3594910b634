//! Enrolling people and cohorts, their clocks, and newer versions.

use chrono::TimeDelta;

use super::written::{enrol, enrolment, journey, rule, text, told, version_of};
use crate::people::post;
use crate::support::portal::Portal;

#[tokio::test]
async fn a_coach_sees_who_it_would_be_and_enrols_a_whole_cohort_once() {
    let portal = Portal::start().await;
    let one = journey(&portal, false, &[("One", false, vec![text("Listening")])]);
    let coach = portal.person("coach").await;
    let cohort = portal.look("SELECT id FROM contexts WHERE name = 'Steward school'");
    enrol(&portal, &coach, &one, &["steward"]).await;

    let people = format!("/journeys/{}/people", one.id);
    let page = coach.get(&format!("{people}/new")).await.expect_ok();
    let page = page
        .form("main form[method=get]")
        .set("cohort", &cohort)
        .submit(&coach)
        .await
        .expect_ok();
    page.expect_text("One person would be enrolled")
        .expect_text("Tom Reyes");
    page.expect_text("Learns it already")
        .expect_text("1 learn it already");
    page.expect_no_text("@coach");
    page.form("main form[method=post]")
        .submit(&coach)
        .await
        .expect_see_other(&people);
    let page = coach.get(&people).await.expect_ok();
    page.expect_text("Tom Reyes")
        .expect_text("Rosa Delgado")
        .expect_text("Steward school")
        .expect_text("0 of 1");

    post(&coach, &people, &[("cohort", &cohort)])
        .await
        .expect_see_other(&people);
    assert_eq!(portal.look("SELECT count(*) FROM journey_enrolments"), "2");
    assert_eq!(told(&portal, "enrolment.started"), "2");
}

#[tokio::test]
async fn only_those_who_build_a_journey_enrol_people_and_see_them() {
    let portal = Portal::start().await;
    let one = journey(&portal, false, &[("One", false, vec![text("Listening")])]);
    let coach = portal.person("coach").await;
    let id = enrol(&portal, &coach, &one, &["member"]).await;
    let people = format!("/journeys/{}/people", one.id);
    for (key, status) in [
        ("member", 403),
        ("steward", 403),
        ("sponsor", 403),
        ("comms", 403),
        ("leader", 404),
    ] {
        let who = portal.person(key).await;
        for page in ["", "/new", "/moving", &format!("/{id}")] {
            who.get(&format!("{people}{page}")).await.expect_status(status);
        }
        post(&who, &people, &[("people", "other")])
            .await
            .expect_status(status);
        post(&who, &format!("{people}/{id}/acts"), &[])
            .await
            .expect_status(status);
        post(&who, &format!("{people}/{id}/removal"), &[])
            .await
            .expect_status(status);
        who.get(&format!("/journeys/{}/reviews", one.id))
            .await
            .expect_status(status);
    }
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&people).await.expect_status(404);
    assert_eq!(portal.look("SELECT count(*) FROM journey_enrolments"), "1");
}

#[tokio::test]
async fn team_leaders_enrol_the_people_of_their_teams_and_nobody_else() {
    let portal = Portal::start().await;
    let one = journey(&portal, false, &[("One", false, vec![text("Listening")])]);
    let (depot, cohort) = (
        portal.look("SELECT id FROM contexts WHERE name = 'Depot north'"),
        portal.look("SELECT id FROM contexts WHERE name = 'Steward school'"),
    );
    portal.force(&format!("UPDATE journeys SET team_id = '{depot}'"));
    let leader = portal.person("leader").await;
    let people = format!("/journeys/{}/people", one.id);
    let outside = portal.look(&format!(
        "SELECT m.handle FROM members m WHERE m.org_id = '{}' AND m.state = 'active' AND NOT EXISTS \
           (SELECT FROM context_members c WHERE c.member_id = m.id AND c.context_id = '{depot}') ORDER BY m.handle LIMIT 1",
        portal.organization("local")
    ));
    portal.force(&format!(
        "INSERT INTO context_members (org_id, context_id, member_id) SELECT org_id, '{cohort}', id FROM members WHERE handle = '{outside}' AND org_id = '{}' ON CONFLICT DO NOTHING",
        portal.organization("local")
    ));
    let page = post(&leader, &people, &[("people", &outside)])
        .await
        .expect_status(422);
    page.expect_field_error("people")
        .expect_text("is in none of the teams you lead");
    leader
        .get(&format!("{people}/new"))
        .await
        .expect_ok()
        .expect_no_element(&format!("option[value='{cohort}']"));
    post(&leader, &people, &[("cohort", &cohort)])
        .await
        .expect_status(422)
        .expect_field_error("cohort");
    assert_eq!(portal.look("SELECT count(*) FROM journey_enrolments"), "0");
    let inside = portal.look(&format!(
        "SELECT m.handle FROM members m JOIN context_members c ON c.member_id = m.id WHERE c.context_id = '{depot}' AND m.state = 'active' ORDER BY m.handle LIMIT 1"
    ));
    // Of those called alike they find their own.
    portal.force(&format!(
        "UPDATE members SET display_name = 'Quilla Umber' WHERE handle IN ('{inside}', '{outside}')"
    ));
    let found = leader.get(&format!("{people}/new?q=quilla")).await.expect_ok();
    assert_eq!(
        found.one("button[name='add']").attr("value"),
        Some(inside.as_str())
    );
    post(&leader, &people, &[("people", &inside)])
        .await
        .expect_status(303);
    assert_eq!(portal.look("SELECT count(*) FROM journey_enrolments"), "1");
}

#[tokio::test]
async fn a_bad_day_or_pace_of_a_cohort_is_told_beside_it() {
    let portal = Portal::start().await;
    let one = journey(&portal, false, &[("One", false, vec![text("Listening")])]);
    let coach = portal.person("coach").await;
    let cohort = portal.look("SELECT id FROM contexts WHERE name = 'Steward school'");
    let people = format!("/journeys/{}/people", one.id);
    post(&coach, &people, &[("cohort", &cohort)])
        .await
        .expect_status(303);
    let clock = format!(
        "/journeys/{}/cohorts/{}",
        one.id,
        portal.look("SELECT id FROM cohort_journeys")
    );
    for (day, pace, told) in [
        ("", "3", "Choose the first day."),
        ("2026-12-01", "0", "The pace"),
    ] {
        let page = post(&coach, &clock, &[("starts_on", day), ("pace", pace)])
            .await
            .expect_status(422);
        page.expect_text(told).expect_element("[aria-invalid=true]");
        assert_eq!(
            page.form(&format!("form[action='{clock}']")).value("pace"),
            Some(pace)
        );
    }
}

#[tokio::test]
async fn people_are_found_by_name_and_added_one_by_one() {
    let portal = Portal::start().await;
    let one = journey(&portal, false, &[("One", false, vec![text("Listening")])]);
    let coach = portal.person("coach").await;
    portal.force("UPDATE members SET display_name = 'Quilla Umber' WHERE handle = 'member'");
    let new = format!("/journeys/{}/people/new", one.id);
    let page = coach
        .get(&format!("{new}?q=umb&pace=3&look=yes&find=yes"))
        .await
        .expect_ok();
    page.expect_text("Quilla Umber").expect_no_element("#who");
    let add = page.one("button[name='add']");
    let handle = add.attr("value").unwrap().to_owned();
    let page = coach
        .get(&format!("{new}?q=umb&pace=3&look=yes&people=@other&add={handle}"))
        .await
        .expect_ok();
    let form = page.form("main form");
    assert_eq!(form.value("people"), Some(format!("@other @{handle}").as_str()));
    assert_eq!(form.value("pace"), Some("3"));
    // Whoever is named is not offered again.
    page.expect_no_element("button[name='add']")
        .expect_text("Nobody else is called so.");
    coach
        .get(&format!("{new}?people=@other @{handle}&look=yes"))
        .await
        .expect_ok()
        .expect_text("2 people would be enrolled");
}

#[tokio::test]
async fn a_bad_form_keeps_what_was_typed() {
    let portal = Portal::start().await;
    let one = journey(&portal, false, &[("One", false, vec![text("Listening")])]);
    let coach = portal.person("coach").await;
    let people = format!("/journeys/{}/people", one.id);
    let page = coach
        .get(&format!("{people}/new?people=@nobody.here&look=yes"))
        .await
        .expect_status(422);
    page.expect_field_error("people")
        .expect_text("Nobody here is called @nobody.here.");
    assert_eq!(page.form("main form").value("people"), Some("@nobody.here"));
    let page = post(&coach, &people, &[("people", "member"), ("starts_on", "soon")])
        .await
        .expect_status(422);
    page.expect_field_error("starts_on");
    post(&coach, &people, &[])
        .await
        .expect_status(422)
        .expect_field_error("people");
}

#[tokio::test]
async fn nothing_is_enrolled_before_something_is_published() {
    let portal = Portal::start().await;
    let one = journey(&portal, false, &[("One", false, vec![text("Listening")])]);
    portal.force("SET session_replication_role = replica; UPDATE journey_versions SET number = NULL, published_at = NULL, published_by = NULL");
    let coach = portal.person("coach").await;
    let people = format!("/journeys/{}/people", one.id);
    coach
        .get(&people)
        .await
        .expect_ok()
        .expect_text("Nothing is published yet");
    post(&coach, &people, &[("people", "member")])
        .await
        .expect_status(409);
}

#[tokio::test]
async fn a_cohort_begins_on_its_day_waits_while_paused_and_a_late_joiner_keeps_their_own_clock() {
    let portal = Portal::start().await;
    let drip = journey(
        &portal,
        false,
        &[("One", false, vec![text("First"), text("Later")])],
    );
    rule(
        &portal,
        &drip,
        "Later",
        "kind, days, anchor",
        "0, 0, 'elapsed', 3, 'cohort_start'",
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let people = format!("/journeys/{}/people", drip.id);
    let cohort = portal.look("SELECT id FROM contexts WHERE name = 'Steward school'");
    let zone = portal.look("SELECT time_zone FROM members WHERE handle = 'coach'");
    let start = portal.look(&format!("SELECT (now() AT TIME ZONE '{zone}')::date + 2"));
    portal.force("DELETE FROM context_members WHERE member_id = (SELECT id FROM members WHERE handle = 'steward' LIMIT 1)");
    post(&coach, &people, &[("cohort", &cohort), ("starts_on", &start)])
        .await
        .expect_status(303);

    let id = enrolment(&portal, &drip, "member");
    let (first, later) = (
        format!("/learn/{id}/lessons/{}", drip.key("First")),
        format!("/learn/{id}/lessons/{}", drip.key("Later")),
    );
    member
        .get(&first)
        .await
        .expect_status(403)
        .expect_text("Your journey begins on");
    portal.pass(TimeDelta::days(3));
    member.get(&first).await.expect_ok();
    member
        .get(&later)
        .await
        .expect_status(403)
        .expect_text("It opens on");

    let clock = portal.look("SELECT id FROM cohort_journeys");
    let door = format!("/journeys/{}/cohorts/{clock}", drip.id);
    post(&coach, &door, &[("intent", "pause")])
        .await
        .expect_status(303);
    portal.pass(TimeDelta::days(4));
    member
        .get(&later)
        .await
        .expect_status(403)
        .expect_text("Your cohort is paused.");
    post(&coach, &door, &[("intent", "resume")])
        .await
        .expect_status(303);
    assert_eq!(portal.look("SELECT paused_days FROM cohort_journeys"), "4");
    member
        .get(&later)
        .await
        .expect_status(403)
        .expect_text("It opens on");
    portal.pass(TimeDelta::days(3));
    member.get(&later).await.expect_ok();

    portal.force(&format!(
        "INSERT INTO context_members (org_id, context_id, member_id) VALUES ('{}', '{cohort}', '{}')",
        portal.organization("local"),
        portal.member("other")
    ));
    post(&coach, &people, &[("cohort", &cohort)])
        .await
        .expect_status(303);
    let late = enrolment(&portal, &drip, "other");
    let other = portal.person("other").await;
    other
        .get(&format!("/learn/{late}/lessons/{}", drip.key("First")))
        .await
        .expect_ok();
    other
        .get(&format!("/learn/{late}/lessons/{}", drip.key("Later")))
        .await
        .expect_status(403);
}

#[tokio::test]
async fn learners_stay_on_their_version_until_they_are_moved_and_what_is_done_stays_done() {
    let portal = Portal::start().await;
    let mut steps = journey(
        &portal,
        false,
        &[("One", false, vec![text("Listening"), text("Asking")])],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    for lesson in ["Listening", "Asking"] {
        if lesson == "Listening" {
            post(
                &member,
                &format!("/learn/{id}/lessons/{}/completion", steps.key(lesson)),
                &[],
            )
            .await
            .expect_status(303);
        }
    }
    version_of(
        &portal,
        &mut steps,
        2,
        false,
        &[("One", false, vec![text("Listening"), text("Mapping")])],
    );

    let asking = format!("/learn/{id}/lessons/{}", steps.key("Asking"));
    member.get(&asking).await.expect_ok();
    member
        .get(&format!("/learn/{id}/lessons/{}", steps.key("Mapping")))
        .await
        .expect_status(404);
    coach
        .get(&format!("/journeys/{}/people", steps.id))
        .await
        .expect_ok()
        .expect_text("1 learner is on an older one");

    let page = coach
        .get(&format!("/journeys/{}/people/moving", steps.id))
        .await
        .expect_ok();
    page.expect_text("New for them")
        .expect_text("Mapping")
        .expect_text("No longer there")
        .expect_text("Asking");
    page.form("main form[method=post]")
        .submit(&coach)
        .await
        .expect_status(303);
    member.get(&asking).await.expect_status(404);
    let path = member.get(&format!("/learn/{id}")).await.expect_ok();
    path.expect_text("1 of 2").expect_text("Mapping");
    assert_eq!(portal.look("SELECT count(*) FROM enrolment_moves"), "1");
    assert_eq!(told(&portal, "enrolment.moved"), "1");
    assert_eq!(told(&portal, "journey.completed"), "0");
    coach
        .get(&format!("/journeys/{}/people/moving", steps.id))
        .await
        .expect_ok()
        .expect_text("Everybody learns the newest version");
}

#[tokio::test]
async fn who_is_left_with_nothing_to_do_by_a_move_has_finished() {
    let portal = Portal::start().await;
    let mut steps = journey(
        &portal,
        false,
        &[("One", false, vec![text("Listening"), text("Asking")])],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    post(
        &member,
        &format!("/learn/{id}/lessons/{}/completion", steps.key("Listening")),
        &[],
    )
    .await
    .expect_status(303);
    let from = steps.version;
    version_of(
        &portal,
        &mut steps,
        2,
        false,
        &[("One", false, vec![text("Listening")])],
    );
    post(
        &coach,
        &format!("/journeys/{}/people/moving", steps.id),
        &[("from", &from.to_string())],
    )
    .await
    .expect_status(303);
    assert_eq!(
        portal.look("SELECT state || ' ' || done || '/' || required FROM journey_enrolments"),
        "completed 1/1"
    );
    assert_eq!(told(&portal, "journey.completed"), "1");
}

#[tokio::test]
async fn somebody_leaves_finds_nothing_and_goes_on_where_they_were_when_they_come_back() {
    let portal = Portal::start().await;
    let steps = journey(
        &portal,
        false,
        &[("One", false, vec![text("Listening"), text("Asking")])],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    post(
        &member,
        &format!("/learn/{id}/lessons/{}/completion", steps.key("Listening")),
        &[],
    )
    .await
    .expect_status(303);

    let page = member.get(&format!("/learn/{id}/leaving")).await.expect_ok();
    page.form("main form")
        .submit(&member)
        .await
        .expect_see_other("/learn");
    member.get(&format!("/learn/{id}")).await.expect_status(410);
    member
        .get("/learn")
        .await
        .expect_ok()
        .expect_text("No journey yet");
    assert_eq!(told(&portal, "enrolment.left"), "1");

    enrol(&portal, &coach, &steps, &["member"]).await;
    member
        .get(&format!("/learn/{id}"))
        .await
        .expect_ok()
        .expect_text("1 of 2");
    post(
        &coach,
        &format!("/journeys/{}/people/{id}/removal", steps.id),
        &[],
    )
    .await
    .expect_status(303);
    member.get(&format!("/learn/{id}")).await.expect_status(410);
}

#[tokio::test]
async fn one_learner_is_moved_alone_and_the_others_stay() {
    let portal = Portal::start().await;
    let lessons = || vec![("One", false, vec![text("Listening"), text("Asking")])];
    let mut steps = journey(&portal, false, &lessons());
    let coach = portal.person("coach").await;
    let id = enrol(&portal, &coach, &steps, &["member", "steward"]).await;
    version_of(&portal, &mut steps, 2, false, &lessons());
    let page = coach
        .get(&format!("/journeys/{}/people/{id}", steps.id))
        .await
        .expect_ok();
    let page = page
        .click(&coach, "See what would change for them")
        .await
        .expect_ok();
    page.expect_text("Tom Reyes");
    page.form("main form[method=post]")
        .press("Move them alone")
        .submit(&coach)
        .await
        .expect_status(303);
    let behind = format!(
        "SELECT count(*) FROM journey_enrolments WHERE version_id <> '{}'",
        steps.version
    );
    assert_eq!(portal.look(&behind), "1");
    assert_eq!(told(&portal, "enrolment.moved"), "1");
    coach
        .get(&format!("/journeys/{}/people/{id}", steps.id))
        .await
        .expect_no_text("There is a newer version");
}

#[tokio::test]
async fn the_pace_of_a_cohort_can_be_changed_and_taken_away() {
    let portal = Portal::start().await;
    let one = journey(&portal, false, &[("One", false, vec![text("Listening")])]);
    let coach = portal.person("coach").await;
    let cohort = portal.look("SELECT id FROM contexts WHERE name = 'Steward school'");
    let people = format!("/journeys/{}/people", one.id);
    post(&coach, &people, &[("cohort", &cohort)])
        .await
        .expect_status(303);
    let pace = || portal.look("SELECT coalesce(pace, 0) FROM cohort_journeys");
    for (typed, kept) in [("3", "3"), ("", "0")] {
        let page = coach.get(&people).await.expect_ok();
        page.form(".cohort-clock")
            .set("pace", typed)
            .press("Set day and pace")
            .submit(&coach)
            .await
            .expect_status(303);
        assert_eq!(pace(), kept);
    }
    let door = format!(
        "/journeys/{}/cohorts/{}",
        one.id,
        portal.look("SELECT id FROM cohort_journeys")
    );
    let today = portal.look("SELECT now()::date");
    post(&coach, &door, &[("starts_on", &today), ("pace", "500")])
        .await
        .expect_status(422);
    // Who sets only the day leaves the pace as it is.
    post(&coach, &door, &[("starts_on", &today), ("pace", "4")])
        .await
        .expect_status(303);
    post(&coach, &door, &[("starts_on", &today)])
        .await
        .expect_status(303);
    assert_eq!(pace(), "4");
}
