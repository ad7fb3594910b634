//! What a coach sees at a glance: learners by lessons, and who is stuck.

use chrono::TimeDelta;

use super::written::{Written, enrol, journey, text};
use crate::people::post;
use crate::support::portal::Portal;

fn shop(portal: &Portal) -> Written {
    let content = r#"{"kind": "assignment", "brief": "Map your shop.", "rubric": [], "days_to_review": 3}"#;
    journey(
        portal,
        false,
        &[
            ("One", false, vec![text("Listening"), text("Asking")]),
            (
                "Two",
                false,
                vec![text("Map").of("assignment", "approved", content)],
            ),
        ],
    )
}

#[tokio::test]
async fn each_learner_is_a_row_and_each_lesson_a_column_that_says_how_far_they_are() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &shop, &["member"]).await;
    enrol(&portal, &coach, &shop, &["other"]).await;
    let lesson = |title: &str| format!("/learn/{id}/lessons/{}", shop.key(title));
    let page = member.get(&lesson("Listening")).await.expect_ok();
    page.form("form[action$='/completion']")
        .submit(&member)
        .await
        .expect_status(303);
    let page = member.get(&lesson("Map")).await.expect_ok();
    let form = page.form("form[action$='/writing']").set("body", "Three people.");
    form.submit(&member).await.expect_status(303);

    let matrix = format!("/journeys/{}/matrix", shop.id);
    let page = coach.get(&matrix).await.expect_ok();
    let columns: Vec<String> = page
        .select(".matrix__column")
        .iter()
        .map(|one| one.text.clone())
        .collect();
    assert_eq!(columns.len(), 3);
    assert!(columns[2].ends_with("Map"), "{columns:?}");
    assert_eq!(page.select(".matrix tbody tr").len(), 2);
    assert_eq!(page.select(".matrix__cell .matrix__mark--done").len(), 1);
    assert_eq!(page.select(".matrix__cell .matrix__mark--waiting").len(), 1);
    page.expect_text("33 %");
    // Another cohort has nobody; one that is none shows everybody.
    coach
        .get(&format!("{matrix}?cohort=nonsense"))
        .await
        .expect_text("33 %");

    for (who, status) in [("member", 403), ("sponsor", 403), ("comms", 403)] {
        let who = portal.person(who).await;
        for page in ["matrix", "stuck"] {
            let page = format!("/journeys/{}/{page}", shop.id);
            who.get(&page).await.expect_status(status);
        }
    }
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&matrix).await.expect_status(404);
}

#[tokio::test]
async fn who_is_stuck_is_listed_with_reasons_until_they_go_on() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &shop, &["member"]).await;
    enrol(&portal, &coach, &shop, &["other"]).await;
    let stuck = format!("/journeys/{}/stuck", shop.id);
    coach.get(&stuck).await.expect_ok().expect_text("Nobody is stuck");

    // Handed in: it is the coach's turn, at once.
    let lesson = format!("/learn/{id}/lessons/{}", shop.key("Map"));
    let page = member.get(&lesson).await.expect_ok();
    let form = page.form("form[action$='/writing']").set("body", "Three people.");
    form.submit(&member).await.expect_status(303);
    let page = coach.get(&stuck).await.expect_ok();
    page.expect_text("Tom Reyes");
    page.expect_text("Your turn");
    assert_eq!(page.select("li.row--learner").len(), 1);

    // Returned: theirs.
    let door = format!(
        "/journeys/{}/reviews/{}",
        shop.id,
        portal.look("SELECT id FROM lesson_submissions")
    );
    post(
        &coach,
        &door,
        &[("verdict", "return"), ("comments", "Who talks to whom?")],
    )
    .await
    .expect_status(303);
    let page = coach.get(&stuck).await.expect_ok();
    page.expect_text("“Map” was returned and not handed in again.");
    page.expect_no_text("Your turn");

    // A week without a sign.
    portal.pass(TimeDelta::days(8));
    let page = coach.get(&stuck).await.expect_ok();
    page.expect_text("Nothing for 8 days.");
    page.expect_text("Could have begun 8 days ago and has not.");
    assert_eq!(page.select("li.row--learner").len(), 2);
}
