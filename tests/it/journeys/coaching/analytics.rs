//! Where learners get on and where they stop, against what was really done.

use chrono::TimeDelta;

use super::broadcasts::with_cohort;
use crate::journeys::learning::written::{Written, enrol, enrolment, journey, text};
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
