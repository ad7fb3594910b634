//! Whose dates count for who joins a cohort late.

use chrono::TimeDelta;

use super::written::{Written, enrolment, journey, rule, text};
use crate::people::post;
use crate::support::portal::{Actor, Portal};

/// A journey in which a lesson opens a week after the cohort began and another a week after one was enrolled, and a cohort at two lessons a
/// week that has learned it for fifteen days when somebody else is enrolled with it; and its coach, signed in by then.
async fn fifteen_days_in(portal: &Portal, late: &str) -> (Written, Actor) {
    let coach = portal.person("coach").await;
    let drip = journey(
        portal,
        false,
        &[(
            "One",
            false,
            vec![
                text("First"),
                text("Second"),
                text("Third"),
                text("Week of the cohort"),
                text("Week of their own"),
            ],
        )],
    );
    for (lesson, since) in [
        ("Week of the cohort", "cohort_start"),
        ("Week of their own", "enrolled"),
    ] {
        rule(
            portal,
            &drip,
            lesson,
            "kind, days, anchor",
            &format!("0, 0, 'elapsed', 7, '{since}'"),
        );
    }
    let cohort = portal.look("SELECT id FROM contexts WHERE name = 'Steward school'");
    portal.force("DELETE FROM context_members WHERE member_id = (SELECT id FROM members WHERE handle = 'steward' LIMIT 1)");
    let people = format!("/journeys/{}/people", drip.id);
    post(
        &coach,
        &people,
        &[("cohort", &cohort), ("pace", "2"), ("late", late)],
    )
    .await
    .expect_status(303);
    portal.pass(TimeDelta::days(15));
    let coach = portal.person("coach").await;
    portal.force(&format!(
        "INSERT INTO context_members (org_id, context_id, member_id) VALUES ('{}', '{cohort}', '{}')",
        portal.organization("local"),
        portal.member("other")
    ));
    post(&coach, &people, &[("cohort", &cohort)])
        .await
        .expect_status(303);
    (drip, coach)
}

fn door(portal: &Portal, drip: &Written) -> String {
    let cohort = portal.look("SELECT id FROM cohort_journeys");
    format!("/journeys/{}/cohorts/{cohort}/late-joiners", drip.id)
}

#[tokio::test]
async fn a_rule_is_changed_after_one_saw_whom_it_concerns_and_everything_follows_it() {
    let portal = Portal::start().await;
    let (drip, coach) = fifteen_days_in(&portal, "").await;
    let other = portal.person("other").await;
    let id = enrolment(&portal, &drip, "other");
    let lesson = |title: &str| format!("/learn/{id}/lessons/{}", drip.key(title));
    let (stuck, door) = (format!("/journeys/{}/stuck", drip.id), door(&portal, &drip));
    for title in ["Week of the cohort", "Week of their own"] {
        other.get(&lesson(title)).await.expect_status(403);
    }
    other.get(&lesson("First")).await.expect_ok();
    let page = coach.get(&stuck).await.expect_ok();
    assert_eq!(page.select("li.row--learner").len(), 1, "only who came in time");

    // What it would mean, before it is so.
    let page = coach
        .get(&format!("/journeys/{}/people", drip.id))
        .await
        .expect_ok();
    page.expect_text("Who joins late counts from their own first day");
    let page = coach.get(&door).await.expect_ok();
    page.expect_text("One person joined late")
        .expect_text("2 lessons");
    page.expect_no_element("main form[method=post]");
    let page = page
        .form("main form[method=get]")
        .set("rule", "with_cohort")
        .submit(&coach)
        .await
        .expect_ok();
    page.expect_text("4 lessons behind pace then");
    other.get(&lesson("Week of the cohort")).await.expect_status(403);
    page.form("main form[method=post]")
        .submit(&coach)
        .await
        .expect_status(303);

    // With the cohort: open, and behind the cohort's pace.
    other.get(&lesson("Week of the cohort")).await.expect_ok();
    let path = other.get(&format!("/learn/{id}")).await.expect_ok();
    path.expect_no_element(".study-row--locked");
    let page = coach.get(&stuck).await.expect_ok();
    page.expect_text("4 lessons behind");
    assert_eq!(page.select("li.row--learner").len(), 2);

    // And back: what was started stays open, what was not closes.
    post(&coach, &door, &[("rule", "own_day")])
        .await
        .expect_status(303);
    other.get(&lesson("Week of the cohort")).await.expect_ok();
    other.get(&lesson("Week of their own")).await.expect_status(403);
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'journeys.cohort.late_rule_set'"),
        "2"
    );
    portal.pass(TimeDelta::days(7));
    other.get(&lesson("Week of their own")).await.expect_ok();
}

#[tokio::test]
async fn a_cohort_may_begin_with_the_rule_that_its_dates_count_for_whoever_comes() {
    let portal = Portal::start().await;
    let (drip, _) = fifteen_days_in(&portal, "with_cohort").await;
    let other = portal.person("other").await;
    let id = enrolment(&portal, &drip, "other");
    for title in ["Week of the cohort", "Week of their own"] {
        let lesson = format!("/learn/{id}/lessons/{}", drip.key(title));
        other.get(&lesson).await.expect_ok();
    }
    // Days for which the cohort stood still count for who counts with it, also those before they came.
    portal.force("UPDATE cohort_journeys SET paused_days = 9; DELETE FROM lesson_progress");
    let lesson = format!("/learn/{id}/lessons/{}", drip.key("Week of the cohort"));
    other.get(&lesson).await.expect_status(403);
}

#[tokio::test]
async fn only_who_looks_after_the_journey_chooses_the_rule_and_only_one_of_the_two() {
    let portal = Portal::start().await;
    let (drip, coach) = fifteen_days_in(&portal, "").await;
    let door = door(&portal, &drip);
    for (key, status) in [("member", 403), ("sponsor", 403), ("leader", 404)] {
        let person = portal.person(key).await;
        person.get(&door).await.expect_status(status);
        post(&person, &door, &[("rule", "with_cohort")])
            .await
            .expect_status(status);
    }
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&door).await.expect_status(404);
    post(&stranger, &door, &[("rule", "with_cohort")])
        .await
        .expect_status(404);
    let page = post(&coach, &door, &[("rule", "whenever")]).await;
    page.expect_status(422).expect_text("whose dates count");
    let people = format!("/journeys/{}/people", drip.id);
    let cohort = portal.look("SELECT id FROM contexts WHERE name = 'Steward school'");
    let page = post(&coach, &people, &[("cohort", &cohort), ("late", "whenever")]).await;
    let page = page.expect_status(422);
    assert_eq!(page.select("select[name=cohort] option[selected]").len(), 1);
    assert_eq!(portal.look("SELECT late_rule FROM cohort_journeys"), "own_day");
}

#[tokio::test]
async fn a_preview_shows_what_a_late_joiner_would_see_by_either_rule() {
    let portal = Portal::start().await;
    let (drip, coach) = fifteen_days_in(&portal, "").await;
    let words = "version=published&at=2027-01-20T09:00&enrolled=2027-01-18&begins=2027-01-04";
    for (rule, locked) in [("own_day", 2), ("with_cohort", 0)] {
        let address = format!("/journeys/{}/preview?{words}&late={rule}", drip.id);
        let page = coach.get(&address).await.expect_ok();
        assert_eq!(page.select(".study-row--locked").len(), locked, "{rule}");
    }
}
