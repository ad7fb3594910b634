//! The one question of unlocking against the plain rules, over trees nobody thought of.

use std::collections::HashMap;
use std::fmt::Write as _;

use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use uuid::Uuid;
use waymark::domains::journeys::learning::unlocking::{evaluation, path};
use waymark::kernel::ids::EnrolmentId;
use waymark::platform::db::TenantScope;

use super::naive::{
    self, Atom, Done, Late, Learner, Lesson, Milestone, Rule, Since, Tree, Word, business_day,
};
use super::written::{enrol, journey, text};
use crate::support::portal::Portal;

/// Choices, one after another.
struct Dice(TestRunner);

impl Dice {
    fn below(&mut self, most: u32) -> u32 {
        (0..most).new_tree(&mut self.0).unwrap().current()
    }

    fn is(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(u32::try_from(of.len()).unwrap())).unwrap()]
    }

    fn hours(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::hours(i64::from(self.below(400)) - 250)
    }

    fn tree(&mut self, now: DateTime<Utc>) -> Tree {
        let milestones: Vec<Milestone> = (0..1 + self.below(4))
            .map(|_| Milestone {
                key: Uuid::now_v7(),
                in_order: self.is(40),
                lessons: (0..self.below(5))
                    .map(|_| Lesson {
                        key: Uuid::now_v7(),
                        is_required: self.is(70),
                    })
                    .collect(),
            })
            .collect();
        let mut nodes: Vec<Uuid> = milestones.iter().map(|one| one.key).collect();
        nodes.extend(
            milestones
                .iter()
                .flat_map(|one| one.lessons.iter().map(|lesson| lesson.key)),
        );
        // And one that is not there.
        let mut arguments = nodes.clone();
        arguments.push(Uuid::now_v7());
        let mut atoms = Vec::new();
        for node in nodes {
            if self.is(55) {
                continue;
            }
            for clause in 0..1 + i16::try_from(self.below(2)).unwrap() {
                for place in 0..1 + i16::try_from(self.below(2)).unwrap() {
                    let argument = self.one(&arguments);
                    let rule = match self.below(9) {
                        0 => Rule::Previous,
                        1 | 2 => Rule::Done(argument),
                        3 => Rule::Score(argument, 60),
                        4 => Rule::At(self.hours(now)),
                        5 => Rule::Until(self.hours(now)),
                        6 | 7 => Rule::Elapsed {
                            since: match self.below(3) {
                                0 => Since::Enrolled,
                                1 => Since::CohortStart,
                                _ => Since::Done(argument),
                            },
                            days: i32::try_from(self.below(8)).unwrap(),
                            is_business: self.is(40),
                        },
                        _ => Rule::Approval,
                    };
                    atoms.push(Atom {
                        node,
                        clause,
                        place,
                        rule,
                    });
                }
            }
        }
        Tree {
            in_order: self.is(40),
            milestones,
            atoms,
        }
    }

    fn learner(&mut self, tree: &Tree, now: DateTime<Utc>) -> Learner {
        let zone: Tz = self
            .one(&["America/Toronto", "Asia/Tokyo", "UTC", "Pacific/Auckland"])
            .parse()
            .unwrap();
        let mut lessons = HashMap::new();
        let mut words = Vec::new();
        for milestone in &tree.milestones {
            for lesson in &milestone.lessons {
                if self.is(50) {
                    let started_at = now - TimeDelta::hours(i64::from(self.below(250)));
                    let later = started_at + TimeDelta::minutes(5);
                    let is_waived = self.is(15);
                    lessons.insert(
                        lesson.key,
                        Done {
                            started_at: (!is_waived || self.is(30)).then_some(started_at),
                            done_at: (!is_waived && self.is(65)).then_some(later),
                            waived_at: is_waived.then_some(later),
                            score: self.is(40).then_some(i16::try_from(self.below(101)).unwrap()),
                        },
                    );
                }
            }
            for node in milestone.lessons.iter().map(|one| one.key).chain([milestone.key]) {
                while self.is(20) {
                    let word = match self.below(4) {
                        0 => Word::Unlock(
                            self.is(50)
                                .then_some(now + TimeDelta::hours(i64::from(self.below(60)) - 30)),
                        ),
                        1 | 2 => Word::Approve,
                        _ => Word::Revoke,
                    };
                    words.push((node, word));
                }
            }
        }
        let enrolled_at = now - TimeDelta::hours(i64::from(self.below(300)));
        let starts = now + TimeDelta::hours(i64::from(self.below(300)) - 270);
        let starts_on = starts.with_timezone(&zone).date_naive();
        let paused_days = i32::try_from(self.below(3)).unwrap();
        let late = self.is(40).then(|| Late {
            joined_on: starts_on + Days::new(1 + u64::from(self.below(9))),
            paused_days: paused_days.min(i32::try_from(self.below(3)).unwrap()),
            with_cohort: self.is(50),
        });
        Learner {
            has_left: self.is(4),
            zone,
            enrolled_at,
            starts_on,
            late,
            paused_at: self
                .is(20)
                .then(|| now - TimeDelta::hours(i64::from(self.below(100)))),
            paused_days,
            lessons,
            words,
        }
    }
}

fn at(moment: Option<DateTime<Utc>>) -> String {
    moment.map_or("NULL".to_owned(), |moment| format!("'{}'", moment.to_rfc3339()))
}

/// Writes a tree and its learner; answers the enrolment.
fn write(portal: &Portal, tree: &Tree, learner: &Learner) -> Uuid {
    let (org, coach, member) = (
        portal.organization("local"),
        portal.member("coach"),
        portal.member("member"),
    );
    let [journey, version, cohort, enrolment] = [(); 4].map(|()| Uuid::now_v7());
    let context = portal.look("SELECT id FROM contexts WHERE name = 'Steward school'");
    let mut sql = format!(
        "BEGIN; INSERT INTO journeys (org_id, id, title, created_by, created_at, changed_at) VALUES ('{org}', '{journey}', 'Any', '{coach}', now(), now()); \
         INSERT INTO journey_versions (org_id, id, journey_id, title, in_order) VALUES ('{org}', '{version}', '{journey}', 'Any', {});",
        tree.in_order
    );
    let mut required = 0;
    for (place, milestone) in tree.milestones.iter().enumerate() {
        write!(sql, "INSERT INTO journey_nodes (org_id, version_id, key, position, title, in_order) VALUES ('{org}', '{version}', '{}', {place}, 'M', {});", milestone.key, milestone.in_order).unwrap();
        for (place, lesson) in milestone.lessons.iter().enumerate() {
            required += i32::from(lesson.is_required);
            write!(
                sql,
                "INSERT INTO journey_nodes (org_id, version_id, key, parent, position, title, kind, goal, is_optional) VALUES ('{org}', '{version}', '{}', '{}', {place}, 'L', 'text', 'marked', {});",
                lesson.key, milestone.key, !lesson.is_required
            )
            .unwrap();
        }
    }
    for atom in &tree.atoms {
        let (kind, rest) = match atom.rule {
            Rule::Previous => ("previous", "NULL, NULL, NULL, NULL, false, NULL".to_owned()),
            Rule::Done(node) => ("done", format!("'{node}', NULL, NULL, NULL, false, NULL")),
            Rule::Score(node, percent) => ("score", format!("'{node}', {percent}, NULL, NULL, false, NULL")),
            Rule::At(moment) => (
                "at",
                format!("NULL, NULL, {}, NULL, false, NULL", at(Some(moment))),
            ),
            Rule::Until(moment) => (
                "until",
                format!("NULL, NULL, {}, NULL, false, NULL", at(Some(moment))),
            ),
            Rule::Approval => ("approval", "NULL, NULL, NULL, NULL, false, NULL".to_owned()),
            Rule::Elapsed {
                since,
                days,
                is_business,
            } => {
                let (argument, anchor) = match since {
                    Since::Enrolled => ("NULL".to_owned(), "enrolled"),
                    Since::CohortStart => ("NULL".to_owned(), "cohort_start"),
                    Since::Done(node) => (format!("'{node}'"), "done"),
                };
                (
                    "elapsed",
                    format!("{argument}, NULL, NULL, {days}, {is_business}, '{anchor}'"),
                )
            }
        };
        write!(
            sql,
            "INSERT INTO unlock_atoms (org_id, version_id, node, clause, place, kind, argument, percent, at, days, is_business, anchor) VALUES ('{org}', '{version}', '{}', {}, {}, '{kind}', {rest});",
            atom.node, atom.clause, atom.place
        )
        .unwrap();
    }
    let own = learner.late.filter(|late| !late.with_cohort);
    let day = |late: Option<Late>| late.map_or("NULL".to_owned(), |late| format!("'{}'", late.joined_on));
    write!(
        sql,
        "UPDATE journey_versions SET number = 1, published_at = now(), published_by = '{coach}' WHERE id = '{version}'; \
         INSERT INTO cohort_journeys (org_id, id, context_id, journey_id, starts_on, zone, paused_at, paused_days, created_at) VALUES ('{org}', '{cohort}', '{context}', '{journey}', '{}', '{zone}', {}, {}, now()); \
         INSERT INTO journey_enrolments (org_id, id, member_id, journey_id, version_id, cohort_id, state, left_at, zone, enrolled_by, enrolled_at, joined_late_on, own_start, paused_when_joined, paused_before, required) \
           VALUES ('{org}', '{enrolment}', '{member}', '{journey}', '{version}', '{cohort}', '{}', {}, '{zone}', '{coach}', {}, {}, {}, {}, {}, {required});",
        learner.starts_on,
        at(learner.paused_at),
        learner.paused_days,
        if learner.has_left { "left" } else { "active" },
        if learner.has_left { "now()" } else { "NULL" },
        at(Some(learner.enrolled_at)),
        day(learner.late),
        day(own),
        learner.late.map_or(0, |late| late.paused_days),
        own.map_or(0, |late| late.paused_days),
        zone = learner.zone.name(),
    )
    .unwrap();
    for (lesson, done) in &learner.lessons {
        let is_required = tree
            .milestones
            .iter()
            .flat_map(|one| &one.lessons)
            .any(|one| one.key == *lesson && one.is_required);
        let started_at = done.started_at.or(done.done_at);
        let state = match (done.done_at, started_at) {
            (Some(_), _) => "done",
            (None, Some(_)) => "started",
            (None, None) => "open",
        };
        write!(
            sql,
            "INSERT INTO lesson_progress (org_id, enrolment_id, lesson, state, is_required, score, started_at, done_at, waived_at) VALUES ('{org}', '{enrolment}', '{lesson}', '{state}', {is_required}, {}, {}, {}, {});",
            done.score.map_or("NULL".to_owned(), |score| score.to_string()),
            at(started_at),
            at(done.done_at),
            at(done.waived_at)
        )
        .unwrap();
    }
    for (node, word) in &learner.words {
        let (kind, until) = match word {
            Word::Unlock(until) => ("unlock", *until),
            Word::Approve => ("approve", None),
            Word::Revoke => ("revoke", None),
        };
        write!(
            sql,
            "INSERT INTO lesson_acts (org_id, id, enrolment_id, node, kind, reason, acted_by, acted_at, expires_at) VALUES ('{org}', '{}', '{enrolment}', '{node}', '{kind}', 'x', '{coach}', now(), {});",
            Uuid::now_v7(),
            at(until)
        )
        .unwrap();
    }
    sql.push_str("COMMIT");
    portal.force(&sql);
    enrolment
}

#[tokio::test]
async fn what_is_open_is_what_the_plain_rules_say_over_any_tree() {
    let portal = Portal::start().await;
    let mut dice = Dice(TestRunner::deterministic());
    let (mut opened, mut closed) = (0, 0);
    for _ in 0..220 {
        let now = portal.app.clock().now();
        let tree = dice.tree(now);
        let learner = dice.learner(&tree, now);
        let enrolment = write(&portal, &tree, &learner);
        let scope = TenantScope::of_portal(portal.organization("local"), "test");
        let db = portal.app.db.clone();
        let found = tokio::task::spawn_blocking(move || {
            db.tenant_blocking(&scope, |tx| Ok(path(tx, EnrolmentId(enrolment))?))
        })
        .await
        .unwrap()
        .unwrap();
        let expected = naive::open(&tree, &learner, now);
        assert_eq!(found.lessons.len(), expected.len());
        for lesson in &found.lessons {
            assert_eq!(
                lesson.is_open, expected[&lesson.key.0],
                "lesson {} of {tree:#?} for {learner:#?}, asked {lesson:#?}",
                lesson.key
            );
            opened += u32::from(lesson.is_open);
            closed += u32::from(!lesson.is_open);
        }
        portal.force("DELETE FROM journeys");
    }
    assert!(
        opened > 200 && closed > 200,
        "both are met: {opened} open, {closed} closed"
    );
}

#[test]
fn business_days_are_counted_as_on_a_calendar() {
    let first: chrono::NaiveDate = "2026-11-23".parse().unwrap();
    for offset in 0..7 {
        for days in 0..13 {
            let day = first + chrono::Days::new(offset);
            let found = evaluation::business_day(day, days);
            assert_eq!(found, Some(business_day(day, days)), "{days} after {day}");
        }
    }
}

#[tokio::test]
async fn what_a_whole_milestone_waits_for_is_said_once_at_its_head() {
    let portal = Portal::start().await;
    let steps = journey(
        &portal,
        true,
        &[
            ("One", false, vec![text("Listening")]),
            ("Two", false, vec![text("Asking"), text("Mapping")]),
        ],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    for page in [
        member.get(&format!("/learn/{id}")).await.expect_ok(),
        coach
            .get(&format!("/journeys/{}/people/{id}", steps.id))
            .await
            .expect_ok(),
    ] {
        assert_eq!(page.text().matches("Finish “One” first.").count(), 1);
        assert_eq!(page.select(".study-row--locked").len(), 2);
        page.expect_no_element(".study-row--locked .reasons");
    }
}
