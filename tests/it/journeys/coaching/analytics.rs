//! Where learners get on and where they stop, against what was really done.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::broadcasts::with_cohort;
use crate::journeys::learning::written::{Written, enrol, enrolment, journey, text};
use crate::people::post;
use crate::support::portal::{Actor, Portal};
use crate::tasks::api::Program;

const RIGHT: &str = "019a0000-0000-7000-8000-000000000011";
const WRONG: &str = "019a0000-0000-7000-8000-000000000012";

fn shop(portal: &Portal) -> Written {
    let quiz = format!(
        r#"{{"kind": "quiz", "pool": null, "attempts": null, "pass_percent": 80, "feedback": "at_end", "questions": [
             {{"key": "019a0000-0000-7000-8000-000000000010", "kind": "single", "prompt": "Who speaks first?", "points": 1,
               "options": [{{"key": "{RIGHT}", "text": "They do", "right": true}}, {{"key": "{WRONG}", "text": "I do"}}]}}]}}"#
    );
    journey(
        portal,
        false,
        &[(
            "One",
            false,
            vec![
                text("Listening"),
                text("Asking"),
                text("Check").of("quiz", "scored", &quiz).percent(80),
            ],
        )],
    )
}

async fn finish(learner: &Actor, journey: &Written, id: &str, lesson: &str) {
    let lesson = format!("/learn/{id}/lessons/{}", journey.key(lesson));
    let page = learner.get(&lesson).await.expect_ok();
    page.form("form[action$='/completion']")
        .submit(learner)
        .await
        .expect_status(303);
}

#[tokio::test]
async fn a_coach_sees_lesson_by_lesson_how_many_did_it_how_long_it_took_and_where_they_stopped() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let (coach, member, steward) = (
        portal.person("coach").await,
        portal.person("member").await,
        portal.person("steward").await,
    );
    let page = format!("/journeys/{}/analytics", shop.id);
    coach
        .get(&page)
        .await
        .expect_ok()
        .expect_text("Nobody learns this yet");
    let cohort = with_cohort(&portal, &coach, &shop).await;
    portal.force("UPDATE cohort_journeys SET pace = 2");
    enrol(&portal, &coach, &shop, &["other"]).await;
    let mine = |who: &str| enrolment(&portal, &shop, who);
    finish(&member, &shop, &mine("member"), "Listening").await;
    finish(&member, &shop, &mine("member"), "Asking").await;
    finish(&steward, &shop, &mine("steward"), "Listening").await;
    portal.force(
        "UPDATE lesson_progress SET started_at = done_at - interval '10 minutes' WHERE done_at IS NOT NULL",
    );
    portal.pass(TimeDelta::days(15));
    let coach = portal.person("coach").await;

    let shown = coach.get(&page).await.expect_ok();
    shown
        .expect_text("From enrolled to finished")
        .expect_text("3 learners")
        .expect_text("say little about others")
        .expect_text("2 of 3 done")
        .expect_text("10 min")
        .expect_text("Week by week since the first day");
    let rows = coach.download(&format!("{page}/lessons.csv")).await;
    let rows = String::from_utf8(rows).unwrap();
    let lines: Vec<&str> = rows.lines().collect();
    assert_eq!(lines[1], "One,Listening,no,3,2,2,1,600,600,600");
    assert_eq!(lines[2], "One,Asking,no,3,1,1,1,600,600,600");
    assert_eq!(lines[3], "One,Check,no,3,0,0,0,,,");

    // Of the cohort alone, against its pace.
    let of_cohort = format!("{page}/weeks.csv?cohort={cohort}");
    let weeks = String::from_utf8(coach.download(&of_cohort).await).unwrap();
    let lines: Vec<&str> = weeks.lines().collect();
    assert_eq!(lines[1], "1,2,1.50,2");
    assert_eq!(lines[2], "2,2,1.50,3");
    let unknown = uuid::Uuid::now_v7();
    coach
        .get(&format!("{page}?cohort={unknown}"))
        .await
        .expect_status(404);
    coach.get(&format!("{page}?version=9")).await.expect_status(404);
    for (who, status) in [("member", 403), ("sponsor", 403), ("comms", 403), ("leader", 404)] {
        let person = portal.person(who).await;
        person.get(&page).await.expect_status(status);
        person
            .get(&format!("{page}/lessons.csv"))
            .await
            .expect_status(status);
    }
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&page).await.expect_status(404);
}

#[tokio::test]
async fn how_hard_a_question_is_shows_in_first_attempts_and_programs_read_all_of_it() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let coach = portal.person("coach").await;
    enrol(&portal, &coach, &shop, &["member", "steward", "other"]).await;
    let org = portal.organization("local");
    for (who, number, chosen) in [("member", 1, WRONG), ("member", 2, RIGHT), ("steward", 1, RIGHT)] {
        let (id, lesson) = (enrolment(&portal, &shop, who), shop.key("Check"));
        portal.force(&format!(
            "INSERT INTO quiz_attempts (org_id, enrolment_id, lesson, number, questions, answers, started_at, submitted_at, score) \
             VALUES ('{org}', '{id}', '{lesson}', {number}, '[\"019a0000-0000-7000-8000-000000000010\"]', \
               '{{\"019a0000-0000-7000-8000-000000000010\": {{\"values\": [\"{chosen}\"]}}}}', now(), now(), 100)"
        ));
    }
    let page = format!("/journeys/{}/analytics", shop.id);
    coach
        .get(&page)
        .await
        .expect_ok()
        .expect_text("Hardest: “Who speaks first?” in “Check”, 1 of 2");
    let program = Program::of(&portal, &coach, &["journeys:read"]).await;
    let figures = program
        .get(&format!("/api/journeys/{}/analytics", shop.id))
        .await
        .expect_ok();
    assert_eq!(figures.at("/totals/enrolled"), 3);
    assert_eq!(figures.at("/questions/0/asked"), 2);
    assert_eq!(figures.at("/questions/0/right"), 1);
    assert_eq!(figures.at("/lessons/2/title"), "Check");
    let other = Program::of(&portal, &coach, &["learning:read"]).await;
    other
        .get(&format!("/api/journeys/{}/analytics", shop.id))
        .await
        .expect_status(403);
}

/// Enrols so many more, who are nobody.
fn crowd(portal: &Portal, count: usize) {
    portal.force(&format!(
        "SET session_replication_role = replica; \
         INSERT INTO journey_enrolments SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'member_id', gen_random_uuid()))).* \
           FROM journey_enrolments e, generate_series(1, {count}); \
         INSERT INTO lesson_progress (org_id, enrolment_id, lesson, state, is_required, started_at, done_at) \
           SELECT e.org_id, e.id, n.key, 'done', true, e.enrolled_at, e.enrolled_at + (row_number() OVER (ORDER BY e.id) % 100) * interval '1 second' \
           FROM journey_enrolments e JOIN journey_nodes n ON n.version_id = e.version_id AND n.title = 'Listening'"
    ));
}

#[tokio::test]
async fn figures_of_more_people_than_one_waits_for_are_counted_in_the_background_and_say_when() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let coach = portal.person("coach").await;
    enrol(&portal, &coach, &shop, &["member"]).await;
    crowd(&portal, 5_000);
    let address = format!("/journeys/{}/analytics", shop.id);
    let program = Program::of(&portal, &coach, &["journeys:read"]).await;
    let door = format!("/api/journeys/{}/analytics", shop.id);
    let page = coach.get(&address).await.expect_ok();
    page.expect_text("5,001 learners take a while to count")
        .expect_no_text("From enrolled to finished");
    program.get(&door).await.expect_status(409);
    coach
        .get(&format!("{address}/lessons.csv"))
        .await
        .expect_status(409);
    post(&coach, &format!("{address}/counts/stop"), &[])
        .await
        .expect_status(409);

    let form = page.form("form[action$='/counts']");
    form.submit(&coach).await.expect_see_other(&address);
    portal.settle().await;
    let page = coach.get(&address).await.expect_ok();
    page.expect_text("Counted")
        .expect_text("From enrolled to finished")
        .expect_text("5,001 learners")
        .expect_no_element("script[src*='htmx']");
    let rows = String::from_utf8(coach.download(&format!("{address}/lessons.csv")).await).unwrap();
    let lines: Vec<&str> = rows.lines().collect();
    assert_eq!(lines[1], "One,Listening,no,5001,5001,5001,0,24,49,74");
    assert_eq!(lines[2], "One,Asking,no,5001,0,0,0,,,");
    let counted = program.get(&door).await.expect_ok();
    assert_eq!(counted.at("/totals/enrolled"), 5001);

    // What came after it waits for the next count, each night.
    portal.force("SET session_replication_role = replica; DELETE FROM lesson_progress");
    page.expect_element("form[action$='/counts'] button");
    assert!(coach.download(&format!("{address}/lessons.csv")).await == rows.as_bytes());
    portal.force("UPDATE journey_enrolments SET last_at = now() + interval '1 minute' WHERE id = (SELECT min(id::text)::uuid FROM journey_enrolments)");
    portal.pass(TimeDelta::days(1));
    waymark::domains::upkeep::tidy(&portal.app).await.unwrap();
    portal.settle().await;
    let coach = portal.person("coach").await;
    let rows = String::from_utf8(coach.download(&format!("{address}/lessons.csv")).await).unwrap();
    assert!(
        rows.lines()
            .any(|line| line.starts_with("One,Listening,no,5001,0,0,"))
    );
}

#[tokio::test]
async fn counting_is_asked_for_once_stopped_by_who_may_and_leaves_what_was_counted_before() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let coach = portal.person("coach").await;
    enrol(&portal, &coach, &shop, &["member"]).await;
    crowd(&portal, 5_000);
    let address = format!("/journeys/{}/analytics", shop.id);
    let waiting = "SELECT count(*) FROM jobs WHERE kind = 'journeys.count_figures' AND state = 'available'";

    // A double click, and a second window with a form of its own.
    let (page, other) = (coach.get(&address).await, coach.get(&address).await);
    for page in [&page, &page, &other] {
        let form = page.form("form[action$='/counts']");
        form.submit(&coach).await.expect_see_other(&address);
    }
    assert_eq!(portal.look(waiting), "1");
    let page = coach.get(&address).await.expect_ok();
    page.expect_text("Counting 5,001 learners")
        .expect_element("#counting[hx-trigger]")
        .expect_element("script[src*='htmx']")
        .expect_no_element("form[action$='/counts']");

    // Another organization neither begins nor ends it.
    let stranger = portal.neighbour("stranger").await;
    for door in ["counts", "counts/stop"] {
        post(&stranger, &format!("{address}/{door}"), &[])
            .await
            .expect_status(404);
    }
    let member = portal.person("member").await;
    post(&member, &format!("{address}/counts/stop"), &[])
        .await
        .expect_status(403);
    assert_eq!(portal.look(waiting), "1");

    let stop = page.form("form[action$='/counts/stop']");
    stop.submit(&coach).await.expect_see_other(&address);
    portal.settle().await;
    assert_eq!(portal.look("SELECT count(*) FROM journey_figures"), "0");
    let page = coach.get(&address).await.expect_ok();
    page.expect_text("5,001 learners take a while to count");

    // What was counted stays when the next count is stopped.
    page.form("form[action$='/counts']")
        .submit(&coach)
        .await
        .expect_see_other(&address);
    portal.settle().await;
    let counted = portal.look("SELECT counted_at FROM journey_figures");
    let page = coach.get(&address).await.expect_ok();
    page.form("form[action$='/counts']")
        .submit(&coach)
        .await
        .expect_see_other(&address);
    post(&coach, &format!("{address}/counts/stop"), &[])
        .await
        .expect_see_other(&address);
    portal.settle().await;
    assert_eq!(portal.look("SELECT counted_at FROM journey_figures"), counted);
    coach.get(&address).await.expect_text("From enrolled to finished");
}

#[tokio::test]
async fn a_count_that_failed_for_good_says_so_until_one_works() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let coach = portal.person("coach").await;
    enrol(&portal, &coach, &shop, &["member"]).await;
    crowd(&portal, 5_000);
    let address = format!("/journeys/{}/analytics", shop.id);
    let count = async || {
        let page = coach.get(&address).await.expect_ok();
        let form = page.form("form[action$='/counts']");
        form.submit(&coach).await.expect_see_other(&address);
        // The last attempt it has.
        portal
            .force("UPDATE jobs SET attempts = max_attempts - 1 WHERE kind = 'journeys.count_figures' AND state = 'available'");
        portal.settle().await;
        coach.get(&address).await.expect_ok()
    };
    count().await.expect_text("From enrolled to finished");
    portal.force(
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$; \
         CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON journey_figures FOR EACH ROW EXECUTE FUNCTION broken()",
    );
    count()
        .await
        .expect_text("Counting did not work")
        .expect_text("From enrolled to finished");
    portal.force("DROP TRIGGER broken ON journey_figures");
    count()
        .await
        .expect_no_text("Counting did not work")
        .expect_text("From enrolled to finished");
}

proptest! {
    #[test]
    fn quartiles_of_counts_are_those_of_the_values(mut values in proptest::collection::vec(0_i64..50, 1..40)) {
        let mut took = std::collections::BTreeMap::new();
        for value in &values {
            *took.entry(*value).or_default() += 1;
        }
        values.sort_unstable();
        let at = |share: f64| {
            let place = share * (values.len() - 1) as f64;
            let (low, high) = (values[place.floor() as usize] as f64, values[place.ceil() as usize] as f64);
            low + (high - low) * place.fract()
        };
        let found = waymark::domains::journeys::coaching::analytics::model::quartiles(&took).unwrap();
        prop_assert_eq!(found, [at(0.25), at(0.5), at(0.75)]);
    }
}
