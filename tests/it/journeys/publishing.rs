//! Versions: compared, gone back to, and published at a time that was chosen.

use chrono::TimeDelta;
use waymark::domains::journeys::building::publishing::diff::{Mark, of_lines};

use super::building::{filled, key, order, step, write};
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

async fn publish(who: &Actor, journey: &str, note: &str) -> Page {
    let page = who.get(&format!("{journey}/publication")).await.expect_ok();
    page.form("main form[action$=publication]")
        .set("note", note)
        .press("Publish now")
        .submit(who)
        .await
}

#[tokio::test]
async fn what_changed_is_told_in_words_and_one_can_go_back() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    publish(&coach, &journey, "First")
        .await
        .expect_see_other(&journey);
    coach
        .get(&journey)
        .await
        .expect_text("The same as the newest version.");
    write(
        &portal,
        &coach,
        &journey,
        "One",
        &[("body", "Read this twice.\nThen rest.")],
    )
    .await
    .expect_see_other(&journey);
    let (two, three) = (key(&portal, "Two"), key(&portal, "Three"));
    step(&coach, &journey, "titles", &[("node", &two), ("title", "Deux")])
        .await
        .expect_see_other(&journey);
    step(
        &coach,
        &journey,
        "removals",
        &[("step", &format!("remove-{three}"))],
    )
    .await
    .expect_see_other(&journey);
    let first = key(&portal, "First milestone");
    step(&coach, &journey, "moves", &[("step", &format!("down-{first}"))])
        .await
        .expect_see_other(&journey);
    coach
        .get(&journey)
        .await
        .expect_text("Learners do not see")
        .expect_no_text("The same as the newest version.");
    let page = coach.get(&format!("{journey}/versions")).await.expect_ok();
    page.expect_text("Renamed from “Two”.")
        .expect_text("Taken out.")
        .expect_text("What it says changed.")
        .expect_text("Read this twice.")
        .expect_text("Moved from");
    coach
        .get(&format!("{journey}/publication"))
        .await
        .expect_text("Since the newest version");
    publish(&coach, &journey, "Second")
        .await
        .expect_see_other(&journey);
    let ask = coach
        .get(&format!("{journey}/versions/1/draft"))
        .await
        .expect_ok();
    let back = ask
        .form("main form")
        .submit(&coach)
        .await
        .expect_see_other(&format!("{journey}/build"));
    assert_eq!(order(&portal), "First milestone One Two Three Second Four");
    back.follow(&coach)
        .await
        .form("form[action$=returns]")
        .submit(&coach)
        .await
        .expect_see_other(&journey);
    assert_eq!(order(&portal), "Second Four First milestone One Deux");
    coach
        .get(&format!("{journey}/versions/9/draft"))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn what_has_to_be_mended_keeps_a_draft_from_being_published() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    write(&portal, &coach, &journey, "One", &[("body", "")])
        .await
        .expect_see_other(&journey);
    coach
        .get(&format!("{journey}/publication"))
        .await
        .expect_text("It has no text yet.");
    let refused = publish(&coach, &journey, "A note").await.expect_status(422);
    // The summary leads to the list of what has to be mended.
    refused
        .expect_element(".error-summary a[href='#findings']")
        .expect_element("#findings");
    assert_eq!(
        refused.form("main form[action$=publication]").value("note"),
        Some("A note")
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM journey_versions WHERE number IS NOT NULL"),
        "0"
    );
}

#[tokio::test]
async fn a_draft_is_published_at_its_time_unless_somebody_thought_better_of_it() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    let at = |days: i64| {
        (chrono::Utc::now() + TimeDelta::days(days))
            .format("%Y-%m-%dT%H:%M")
            .to_string()
    };
    let plan = async |when: &str, button: &'static str| {
        let page = coach.get(&format!("{journey}/publication")).await.expect_ok();
        page.form("main form[action$=publication]")
            .set("at", when)
            .press(button)
            .submit(&coach)
            .await
    };
    plan(&at(-2), "Publish at that time")
        .await
        .expect_status(422)
        .expect_field_error("at");
    plan(&at(2), "Publish at that time")
        .await
        .expect_see_other(&journey);
    coach.get(&journey).await.expect_text("To be published");
    plan(&at(2), "Do not publish by itself")
        .await
        .expect_see_other(&journey);
    portal.pass(TimeDelta::days(3));
    portal.settle().await;
    assert_eq!(
        portal.look("SELECT count(*) FROM journey_versions WHERE number IS NOT NULL"),
        "0"
    );
    plan(&at(5), "Publish at that time")
        .await
        .expect_see_other(&journey);
    portal.pass(TimeDelta::days(3));
    portal.settle().await;
    assert_eq!(
        portal.look("SELECT m.handle FROM journey_versions v JOIN members m ON m.id = v.published_by WHERE v.number = 1"),
        "coach"
    );
    coach.get(&journey).await.expect_no_text("To be published");
}

#[tokio::test]
async fn rules_are_added_and_taken_away_in_plain_words() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    let (one, four) = (key(&portal, "One"), key(&portal, "Four"));
    let rules = format!("{journey}/nodes/{four}/rules");
    coach
        .get(&rules)
        .await
        .expect_text("milestones are done one after the other");
    let page = coach.get(&format!("{rules}?kind=elapsed")).await.expect_ok();
    page.form("#rule")
        .set("days", "3")
        .check("business")
        .submit(&coach)
        .await
        .expect_see_other(&rules);
    let page = coach
        .get(&format!("{rules}?kind=done"))
        .await
        .expect_text("3 working days have passed since the learner began");
    page.form("#rule")
        .set("argument", &one)
        .set("clause", "0")
        .submit(&coach)
        .await
        .expect_see_other(&rules);
    let page = coach.get(&rules).await.expect_text("“One” is done");
    assert_eq!(
        portal.look(
            "SELECT string_agg(clause || '.' || place || ' ' || kind, ', ' ORDER BY place) FROM unlock_atoms"
        ),
        "0.0 elapsed, 0.1 done"
    );
    coach
        .get(&format!("{journey}/build"))
        .await
        .expect_text("Opens by a rule");
    // Who has not seen it is told, and what was chosen is still there.
    let old = coach.get(&format!("{rules}?kind=score")).await;
    let form = page.form("main form[action$=rules]");
    form.clone()
        .redirect(&rules)
        .forge("then", "remove-0-0")
        .submit(&coach)
        .await
        .expect_see_other(&rules);
    assert_eq!(
        portal.look("SELECT string_agg(clause || '.' || place || ' ' || kind, ', ') FROM unlock_atoms"),
        "0.0 done"
    );
    old.expect_text("no other quiz");
    form.redirect(&rules)
        .forge("then", "remove-0-0")
        .without("_key")
        .forge("_key", &uuid::Uuid::now_v7().to_string())
        .submit(&coach)
        .await
        .expect_status(409);
    let page = coach.get(&format!("{rules}?kind=at")).await;
    page.form("#rule")
        .submit(&coach)
        .await
        .expect_status(422)
        .expect_field_error("at");
    // Taking out what it is about is a warning, and publishing drops it.
    step(
        &coach,
        &journey,
        "removals",
        &[("step", &format!("remove-{one}"))],
    )
    .await
    .expect_see_other(&journey);
    coach
        .get(&format!("{journey}/publication"))
        .await
        .expect_text("dropped when you publish");
    publish(&coach, &journey, "").await.expect_see_other(&journey);
    assert_eq!(portal.look("SELECT count(*) FROM unlock_atoms"), "0");
}

#[test]
fn lines_that_differ_are_shown_with_what_stands_around_them() {
    let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert!(of_lines(&lines("a b"), &lines("a b")).is_empty());
    let shown: String = of_lines(&lines("a b c d e f g h"), &lines("a b c d x f g h"))
        .iter()
        .map(|line| match line.mark {
            Mark::Same => format!(" {}", line.text),
            Mark::Added => format!("+{}", line.text),
            Mark::Removed => format!("-{}", line.text),
            Mark::Skipped => "…".to_owned(),
        })
        .collect();
    assert_eq!(shown, "… c d-e+x f g…");
}
