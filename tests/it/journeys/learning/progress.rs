//! Progress: forwards, between 0 and 100 %, counted once.

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use waymark::domains::journeys::learning::actions;
use waymark::domains::journeys::learning::model::percent;
use waymark::domains::journeys::learning::progress::watching::{self, Ranges, is_believable};
use waymark::kernel::actor::{Member, Role, Roles};
use waymark::kernel::error::AppError;
use waymark::kernel::ids::{EnrolmentId, NodeKey};
use waymark::platform::db::TenantScope;

use super::written::{Written, enrol, journey, rule, text, version_of};
use crate::people::post;
use crate::support::portal::Portal;

proptest! {
    #[test]
    fn no_numbers_make_more_than_all_or_less_than_nothing(done in any::<i32>(), required in any::<i32>()) {
        prop_assume!(done.checked_mul(100).is_some() || done > required);
        let percent = percent(done.min(20_000_000), required);
        prop_assert!((0..=100).contains(&percent));
    }

    #[test]
    fn ranges_never_cover_more_than_there_is(text in "[0-9,\\-]{0,40}", seconds in 0..10_000_i32) {
        if let Ok(ranges) = Ranges::read(&text, seconds) {
            for part in ranges.multirange().trim_matches(|c| c == '{' || c == '}').split("),").filter(|part| !part.is_empty()) {
                let (from, to) = part.trim_matches(|c| c == '[' || c == ')').split_once(',').unwrap();
                let (from, to): (i32, i32) = (from.parse().unwrap(), to.parse().unwrap());
                prop_assert!(0 <= from && from < to && to <= seconds);
            }
        }
    }
}

#[test]
fn nobody_plays_faster_than_a_player_can() {
    assert!(is_believable(20, 10.0, 0.0));
    assert!(!is_believable(23, 10.0, 0.0));
    assert!(!is_believable(20, -5.0, 3.0));
    assert_eq!(watching::percent(50, 0), 0);
    assert_eq!(watching::percent(200, 100), 100);
    assert_eq!(watching::percent(899, 1000), 89);
    assert!(matches!(Ranges::read("5-3", 100), Err(AppError::Invalid(_))));
    assert!(matches!(Ranges::read("a", 100), Err(AppError::Invalid(_))));
}

/// The scope of a member of the fixture.
fn scope(portal: &Portal, key: &str) -> TenantScope {
    let member = Member {
        org: portal.organization("local"),
        org_name: "Local 100".to_owned(),
        member: portal.member(key),
        user: portal
            .look(&format!(
                "SELECT user_id FROM members WHERE id = '{}'",
                portal.member(key)
            ))
            .parse()
            .unwrap(),
        name: key.to_owned(),
        handle: key.to_owned(),
        roles: [Role::Member].into_iter().collect::<Roles>(),
        zone: chrono_tz::UTC,
        locale: "en".to_owned(),
        auth_epoch: 0,
    };
    TenantScope::of_member(member, uuid::Uuid::now_v7())
}

async fn film(portal: &Portal) -> (Written, EnrolmentId, NodeKey) {
    let film = journey(
        portal,
        false,
        &[(
            "One",
            false,
            vec![text("Watch").of("video", "watched", r#"{"kind": "video"}"#)],
        )],
    );
    let coach = portal.person("coach").await;
    let id = enrol(portal, &coach, &film, &["member"]).await;
    let key = NodeKey(film.key("Watch"));
    (film, EnrolmentId(id.parse().unwrap()), key)
}

fn watch(portal: &Portal, id: EnrolmentId, key: NodeKey, ranges: &str) -> Result<i16, AppError> {
    let (scope, db, ranges) = (scope(portal, "member"), portal.app.db.clone(), ranges.to_owned());
    std::thread::spawn(move || {
        db.tenant_blocking(&scope, |tx| {
            let (working, _) = actions::working(tx, id, key)?;
            watching::watch(tx, &working, &Ranges::read(&ranges, 600)?, 5, 600)
        })
    })
    .join()
    .unwrap()
}

#[tokio::test]
async fn what_is_played_counts_once_and_no_faster_than_time_passes() {
    let portal = Portal::start().await;
    let (_, id, key) = film(&portal).await;
    assert_eq!(watch(&portal, id, key, "0-2").unwrap(), 0);
    assert!(
        matches!(watch(&portal, id, key, "0-600"), Err(AppError::Conflict(_))),
        "seeking is no watching"
    );
    assert_eq!(portal.look("SELECT watched FROM lesson_progress"), "{[0,2)}");
    portal.pass(TimeDelta::seconds(60));
    assert_eq!(watch(&portal, id, key, "0-60").unwrap(), 10);
    assert_eq!(watch(&portal, id, key, "0-60").unwrap(), 10, "sent again");
    portal.pass(TimeDelta::seconds(60));
    assert_eq!(watch(&portal, id, key, "100-160").unwrap(), 20);
    assert_eq!(watch(&portal, id, key, "30-50").unwrap(), 20, "out of order");
    assert_eq!(
        portal.look("SELECT watched FROM lesson_progress"),
        "{[0,60),[100,160)}"
    );
    assert!(matches!(
        watch(&portal, id, key, "200-260"),
        Err(AppError::Conflict(_))
    ));
}

#[tokio::test]
async fn the_database_itself_lets_nothing_fall_back() {
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
    portal.force("UPDATE lesson_progress SET score = 70, watched = '{[0,10)}'");
    for refused in [
        "UPDATE lesson_progress SET done_at = NULL, state = 'started'",
        "UPDATE lesson_progress SET score = 60",
        "UPDATE lesson_progress SET score = NULL",
        "UPDATE lesson_progress SET watched = '{[0,5)}'",
        "UPDATE journey_enrolments SET done = 0",
        "UPDATE journey_enrolments SET done = 3",
        "UPDATE journey_enrolments SET required = 0",
    ] {
        assert!(refuses(&portal, refused), "{refused}");
    }
    assert_eq!(portal.look("SELECT done FROM journey_enrolments"), "1");
}

fn refuses(portal: &Portal, sql: &str) -> bool {
    use diesel::Connection;
    use diesel::connection::SimpleConnection;
    diesel::PgConnection::establish(&portal.owner_url())
        .unwrap()
        .batch_execute(sql)
        .is_err()
}

/// Any steps of a learner and their coach, in any order.
#[tokio::test]
async fn whatever_is_done_in_whatever_order_progress_is_between_none_and_all_and_never_falls_by_itself() {
    let portal = Portal::start().await;
    let mut steps = journey(
        &portal,
        true,
        &[
            ("One", true, vec![text("A"), text("B").optional(), text("C")]),
            ("Two", false, vec![text("D"), text("E")]),
        ],
    );
    rule(&portal, &steps, "E", "kind", "0, 0, 'approval'");
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    let mut runner = TestRunner::deterministic();
    let mut roll = |most: usize| (0..most).new_tree(&mut runner).unwrap().current();
    let recount = "SELECT count(*) FILTER (WHERE p.is_required AND (p.done_at IS NOT NULL OR p.waived_at IS NOT NULL)) FROM lesson_progress p";
    let (mut before, mut number) = (0, 1);
    for step in 0..70 {
        let lesson = steps.key(["A", "B", "C", "D", "E"][roll(5)]);
        let kind = roll(10);
        let acts = format!("/journeys/{}/people/{id}/acts", steps.id);
        let node = lesson.to_string();
        let act = |kind: &'static str| {
            vec![
                ("node", node.clone()),
                ("kind", kind.to_owned()),
                ("reason", "x".to_owned()),
            ]
        };
        let is_fall = match kind {
            0..=4 => {
                post(&member, &format!("/learn/{id}/lessons/{lesson}/completion"), &[]).await;
                false
            }
            5 => {
                member.get(&format!("/learn/{id}/lessons/{lesson}")).await;
                false
            }
            6..=8 => {
                let word = ["waive", "unlock", "approve"][kind - 6];
                let fields = act(word);
                let fields: Vec<(&str, &str)> = fields
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                post(&coach, &acts, &fields).await;
                false
            }
            _ if step % 3 == 0 => {
                number += 1;
                let from = steps.version;
                let lessons = if number % 2 == 0 {
                    vec![text("D").optional(), text("E")]
                } else {
                    vec![text("D"), text("E")]
                };
                version_of(
                    &portal,
                    &mut steps,
                    number,
                    true,
                    &[
                        ("One", true, vec![text("A"), text("B").optional(), text("C")]),
                        ("Two", false, lessons),
                    ],
                );
                post(
                    &coach,
                    &format!("/journeys/{}/people/moving", steps.id),
                    &[("from", &from.to_string())],
                )
                .await
                .expect_status(303);
                true
            }
            _ => {
                let fields = act("revoke");
                let fields: Vec<(&str, &str)> = fields
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                post(&coach, &acts, &fields).await;
                true
            }
        };
        let now: i32 = portal
            .look("SELECT done FROM journey_enrolments")
            .parse()
            .unwrap();
        let required: i32 = portal
            .look("SELECT required FROM journey_enrolments")
            .parse()
            .unwrap();
        assert!((0..=required).contains(&now), "step {step}: {now} of {required}");
        assert!(
            is_fall || now >= before,
            "step {step} of kind {kind}: {before} became {now}"
        );
        assert_eq!(
            portal.look(recount),
            now.to_string(),
            "the roll-up is the recount"
        );
        member.get(&format!("/learn/{id}")).await.expect_ok();
        before = now;
    }
}
