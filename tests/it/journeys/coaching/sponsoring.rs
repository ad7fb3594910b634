//! What sponsors see: people together, and nothing from which fewer than five could be worked out.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;
use waymark::domains::journeys::coaching::sponsoring::holding::{Held, PERIOD, Person, Turn, turn};
use waymark::domains::journeys::coaching::sponsoring::suppression::{
    COLUMNS, LEAST, Published, Row, publish,
};

use crate::journeys::learning::written::{Written, journey, text};
use crate::support::portal::Portal;

fn row(name: &str, cells: [u32; COLUMNS]) -> Row {
    let people: u32 = cells.iter().sum();
    Row {
        name: name.to_owned(),
        of: Vec::new(),
        cells,
        done: u64::from(people),
        required: u64::from(people) * 2,
        planned: None,
    }
}

#[test]
fn small_cohorts_are_laid_together_and_too_few_people_are_withheld() {
    assert_eq!(publish(vec![row("A", [1, 1, 1, 1])]), None);
    assert_eq!(publish(Vec::new()), None);
    let shown = publish(vec![row("A", [1, 1, 1, 0]), row("B", [0, 1, 1, 0])]).unwrap();
    assert_eq!((shown.rows.len(), shown.people()), (1, 5));
    // Enough everywhere: all of it.
    let shown = publish(vec![row("A", [5, 6, 7, 8]), row("B", [9, 5, 5, 5])]).unwrap();
    assert_eq!((shown.rows.len(), shown.spans.len()), (2, COLUMNS));
    // Who finished stands alone where it may.
    let shown = publish(vec![row("A", [2, 2, 6, 7]), row("B", [3, 1, 1, 6])]).unwrap();
    assert_eq!(shown.spans.last(), Some(&(3, 3)));
}

/// Cells of the true table as bits: row by row.
type Set = u64;

/// Every set whose size is told: cells, rows, columns, everybody.
fn told(truth: &[Row], shown: &Published) -> BTreeSet<Set> {
    let bit = |row: usize, column: usize| 1_u64 << (row * COLUMNS + column);
    // A row that is shown is made of the rows whose names it carries.
    let members = |of: &Row| -> Vec<usize> {
        let names: Vec<&str> = of.name.split(", ").collect();
        (0..truth.len())
            .filter(|row| names.contains(&truth[*row].name.as_str()))
            .collect()
    };
    let mut sets = BTreeSet::new();
    let mut everybody = 0;
    for of in &shown.rows {
        let mut whole = 0;
        for (first, last) in &shown.spans {
            let mut cell = 0;
            for row in members(of) {
                for column in *first..=*last {
                    cell |= bit(row, column);
                }
            }
            sets.insert(cell);
            whole |= cell;
        }
        sets.insert(whole);
        everybody |= whole;
    }
    for (first, last) in &shown.spans {
        let mut column = 0;
        for row in 0..truth.len() {
            for place in *first..=*last {
                column |= bit(row, place);
            }
        }
        sets.insert(column & everybody);
    }
    sets.insert(everybody);
    sets
}

fn people(truth: &[Row], set: Set) -> u32 {
    let mut count = 0;
    for (row, one) in truth.iter().enumerate() {
        for (column, cell) in one.cells.iter().enumerate() {
            if set & (1 << (row * COLUMNS + column)) != 0 {
                count += cell;
            }
        }
    }
    count
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is added up and taken from each other of what is shown: nobody, or at least five people.
    #[test]
    fn no_combination_of_what_is_shown_tells_of_fewer_than_five(
        cells in prop::collection::vec(prop::array::uniform4(0_u32..9), 0..5)
    ) {
        let truth: Vec<Row> = cells
            .iter()
            .enumerate()
            .map(|(place, cells)| row(&format!("C{place}"), *cells))
            .collect();
        let all: u32 = truth.iter().map(Row::people).sum();
        let Some(shown) = publish(truth.clone()) else {
            prop_assert!(all < LEAST);
            return Ok(());
        };
        prop_assert_eq!(shown.people(), all);
        let mut known = told(&truth, &shown);
        // Differences of what holds each other, and sums of what does not meet, until nothing new comes.
        for _ in 0..3 {
            let list: Vec<Set> = known.iter().copied().collect();
            for one in &list {
                for other in &list {
                    if one & other == *other {
                        known.insert(one & !other);
                    }
                    if one & other == 0 {
                        known.insert(one | other);
                    }
                }
            }
            if known.len() > 200 {
                break;
            }
        }
        for set in known {
            let count = people(&truth, set);
            prop_assert!(count >= LEAST || set == 0, "{count} people in {set:b}: {shown:?}");
        }
        // The same people laid out otherwise are told of in the same way.
        let mut turned = truth;
        turned.reverse();
        prop_assert_eq!(publish(turned), Some(shown));
    }
}

/// People of two cohorts as they are counted: each with a number, a cohort, how far they are and what they have done.
fn counted(people: &[(u8, usize, u64)]) -> (Vec<Row>, Vec<Person>) {
    let cohorts = [Uuid::from_u128(1), Uuid::from_u128(2)];
    let mut rows: Vec<Row> = Vec::new();
    let mut all = Vec::new();
    for (id, column, done) in people {
        let cohort = cohorts[usize::from(id % 2)];
        all.push(Person {
            id: Uuid::from_u128(u128::from(*id)),
            cohort,
            column: *column,
            done: *done,
        });
        if !rows.iter().any(|row| row.of == [cohort]) {
            rows.push(Row {
                of: vec![cohort],
                ..row(&cohort.to_string(), [0; COLUMNS])
            });
        }
        let row = rows.iter_mut().find(|row| row.of == [cohort]).unwrap();
        row.cells[*column] += 1;
        row.done += done;
    }
    (rows, all)
}

/// The people behind every figure of a table.
fn groups(shown: &Published, people: &[Person]) -> Vec<BTreeSet<Uuid>> {
    let mut groups = Vec::new();
    for row in &shown.rows {
        for (first, last) in &shown.spans {
            let inside = people
                .iter()
                .filter(|one| row.of.contains(&one.cohort) && (*first..=*last).contains(&one.column));
            groups.push(inside.map(|one| one.id).collect());
        }
    }
    groups
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Of two views, one after the other: whoever stands behind one figure and not behind another, or behind both, is nobody or at least
    /// five people, whatever happened in between.
    #[test]
    fn two_views_compared_tell_of_nobody(
        before in prop::collection::btree_map(0_u8..60, (0_usize..COLUMNS, 0_u64..4), 0..60),
        moves in prop::collection::btree_map(0_u8..60, prop::option::of((0_usize..COLUMNS, 0_u64..4)), 0..60),
        weeks in 0_i64..6,
    ) {
        let flat = |all: &std::collections::BTreeMap<u8, (usize, u64)>| -> Vec<(u8, usize, u64)> {
            all.iter().map(|(id, (column, done))| (*id, *column, *done)).collect()
        };
        let now = Utc::now();
        let (rows, people) = counted(&flat(&before));
        let Turn::Changes(shown) = turn(None, rows, &people, now) else { return Ok(()) };
        let held = Held { taken_at: now, shown, people };
        let mut after = before.clone();
        for (id, step) in moves {
            match step {
                Some(step) => after.insert(id, step),
                None => after.remove(&id),
            };
        }
        let (rows, people) = counted(&flat(&after));
        let age = TimeDelta::days(weeks * 7);
        let Turn::Changes(shown) = turn(Some(&held), rows, &people, now + age) else { return Ok(()) };
        prop_assert!(age >= PERIOD);
        let everybody = |people: &[Person]| -> BTreeSet<Uuid> { people.iter().map(|one| one.id).collect() };
        let mut old = groups(&held.shown, &held.people);
        old.push(everybody(&held.people));
        let mut new = groups(&shown, &people);
        new.push(everybody(&people));
        for one in &old {
            for other in &new {
                for part in [one - other, other - one, one & other] {
                    prop_assert!(part.is_empty() || part.len() >= 5, "{} people: {held:?} {shown:?}", part.len());
                }
            }
        }
        for row in &shown.rows {
            let moved = people.iter().filter(|one| row.of.contains(&one.cohort)
                && held.people.iter().any(|was| was.id == one.id && was.done != one.done));
            let moved = moved.count();
            prop_assert!(moved == 0 || moved >= 5, "{moved} did more");
        }
    }
}

#[tokio::test]
async fn a_view_before_and_one_after_somebody_joined_are_the_same() {
    let portal = Portal::start().await;
    let shop = journey(
        &portal,
        false,
        &[("One", false, vec![text("Listening"), text("Asking")])],
    );
    let org = portal.organization("local");
    portal.force(&format!(
        "INSERT INTO context_members (org_id, context_id, member_id) SELECT '{org}', id, '{}' FROM contexts WHERE name = 'Steward school' ON CONFLICT DO NOTHING",
        portal.member("sponsor")
    ));
    fill_from(&portal, &shop, 0, 12);
    let main = async || {
        // Weeks pass, and sessions end.
        let sponsor = portal.person("sponsor").await;
        let page = sponsor.get("/journeys/sponsored").await.expect_ok();
        page.one("main").text.clone()
    };
    let before = main().await;
    assert!(before.contains("12 people"), "{before}");

    // One joins: nothing shows of them, neither at once nor after weeks.
    fill_from(&portal, &shop, 12, 1);
    assert_eq!(main().await, before);
    portal.pass(TimeDelta::days(8));
    assert_eq!(main().await, before);
    portal.pass(TimeDelta::days(40));
    assert_eq!(main().await, before);
    // With five who joined there is news, and it is news of five at least.
    fill_from(&portal, &shop, 14, 10);
    let after = main().await;
    assert!(after.contains("23 people"), "{after}");
    // And then again a week of rest.
    fill_from(&portal, &shop, 30, 10);
    assert_eq!(main().await, after);
    portal.pass(TimeDelta::days(8));
    let before = main().await;
    assert!(before.contains("33 people"), "{before}");

    // One gets further, and one leaves: nothing shows of them either, until more do.
    let further = |numbers: std::ops::Range<usize>| {
        for number in numbers {
            portal.force(&format!(
                "INSERT INTO lesson_progress (org_id, enrolment_id, lesson, state, is_required, started_at, done_at) \
                 SELECT '{org}', id, '{}', 'done', true, now(), now() FROM members WHERE handle = 'secret{}'",
                shop.key("Listening"),
                number * 2
            ));
        }
    };
    further(0..1);
    portal.pass(TimeDelta::days(40));
    assert_eq!(main().await, before);
    further(1..5);
    let after = main().await;
    assert_ne!(after, before);
    portal.pass(TimeDelta::days(40));
    portal.force("UPDATE journey_enrolments SET state = 'left', left_at = now() WHERE id = (SELECT id FROM members WHERE handle = 'secret1')");
    assert_eq!(main().await, after);
}

/// Ten more people in the cohort of the fixture, all on the journey.
fn fill(portal: &Portal, journey: &Written, count: usize) {
    fill_from(portal, journey, 0, count);
}

/// The same with numbers from one on: every other one has done a lesson.
fn fill_from(portal: &Portal, journey: &Written, first: usize, count: usize) {
    let org = portal.organization("local");
    let context = portal.look("SELECT id FROM contexts WHERE name = 'Steward school'");
    let coach = portal.member("coach");
    for number in first..first + count {
        let (member, cohort) = (uuid::Uuid::now_v7(), "SELECT id FROM cohort_journeys LIMIT 1");
        let done = number % 2;
        portal.force(&format!(
            "INSERT INTO cohort_journeys (org_id, id, context_id, journey_id, starts_on, zone, pace, created_at) \
               SELECT '{org}', gen_random_uuid(), '{context}', '{0}', current_date, 'UTC', 1, now() WHERE NOT EXISTS (SELECT FROM cohort_journeys); \
             INSERT INTO members (org_id, id, display_name, handle) VALUES ('{org}', '{member}', 'Secret Name {number}', 'secret{number}'); \
             INSERT INTO context_members (org_id, context_id, member_id) VALUES ('{org}', '{context}', '{member}'); \
             INSERT INTO journey_enrolments (org_id, id, member_id, journey_id, version_id, cohort_id, zone, enrolled_by, enrolled_at, required) \
               VALUES ('{org}', '{member}', '{member}', '{0}', '{1}', ({cohort}), 'UTC', '{coach}', now(), 2);",
            journey.id, journey.version
        ));
        if done == 1 {
            let lesson = journey.key("Listening");
            portal.force(&format!(
                "INSERT INTO lesson_progress (org_id, enrolment_id, lesson, state, is_required, started_at, done_at) VALUES ('{org}', '{member}', '{lesson}', 'done', true, now(), now())"
            ));
        }
    }
}

#[tokio::test]
async fn a_sponsor_sees_their_people_together_and_nobody_by_name() {
    let portal = Portal::start().await;
    let shop = journey(
        &portal,
        false,
        &[("One", false, vec![text("Listening"), text("Asking")])],
    );
    let sponsor = portal.person("sponsor").await;
    let page = sponsor.get("/journeys/sponsored").await.expect_ok();
    page.expect_text("Nothing to show yet");
    sponsor
        .get("/")
        .await
        .expect_ok()
        .expect_element("a[href='/journeys/sponsored']");
    let org = portal.organization("local");
    portal.force(&format!(
        "INSERT INTO context_members (org_id, context_id, member_id) SELECT '{org}', id, '{}' FROM contexts WHERE name = 'Steward school' ON CONFLICT DO NOTHING",
        portal.member("sponsor")
    ));
    fill(&portal, &shop, 4);
    let page = sponsor.get("/journeys/sponsored").await.expect_ok();
    page.expect_text("Nothing to show yet")
        .expect_no_text("First steps");
    portal.force("DELETE FROM journey_enrolments");
    portal.force(
        "DELETE FROM context_members WHERE member_id IN (SELECT id FROM members WHERE handle LIKE 'secret%')",
    );
    portal.force("DELETE FROM members WHERE handle LIKE 'secret%'");
    fill(&portal, &shop, 12);
    let page = sponsor.get("/journeys/sponsored").await.expect_ok();
    page.expect_text("12 people")
        .expect_text("Nothing done yet")
        .expect_text("about 25 %")
        .expect_text("How many finished is not told apart");
    page.expect_no_text("Secret Name");
    // And nothing else of journeys.
    for path in ["/journeys", "/journeys/reviews"] {
        sponsor.get(path).await.expect_status(403);
    }
    for page in ["people", "matrix", "stuck", "analytics", "reviews"] {
        let page = format!("/journeys/{}/{page}", shop.id);
        sponsor.get(&page).await.expect_status(403);
    }
    for (who, status) in [("member", 403), ("coach", 403), ("admin", 403)] {
        let person = portal.person(who).await;
        person.get("/journeys/sponsored").await.expect_status(status);
    }
}
