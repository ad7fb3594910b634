use std::collections::BTreeMap;

use chrono::{TimeDelta, Utc};
use futures_util::future::join_all;
use waymark::config;
use waymark::domains::channels::broadcasts::throttle::Allowance;
use waymark::kernel::actor::Role;
use waymark::kernel::error::AppError;

use super::draft::Draft;
use crate::support::portal::Portal;

#[tokio::test]
async fn of_eight_attempts_at_once_exactly_as_many_succeed_as_the_role_may() {
    let portal = Portal::start().await;
    let leader = portal.person("leader").await;
    let mut previews = Vec::new();
    for attempt in 0..8 {
        previews.push(
            Draft::to_channel(&portal, &format!("Attempt {attempt}"), "Depot north")
                .preview(&leader)
                .await
                .expect_ok(),
        );
    }
    let answers = join_all(
        previews
            .iter()
            .map(|preview| async { preview.form("main form").submit(&leader).await }),
    )
    .await;

    let made = answers
        .iter()
        .filter(|answer| answer.status.as_u16() == 303)
        .count();
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status.as_u16() == 429)
        .collect();
    assert_eq!((made, refused.len()), (3, 5), "a team leader sends three an hour");
    for answer in refused {
        answer
            .expect_text("You have sent as many broadcasts as your role may for now")
            .expect_text("Attempt");
        let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((3_000..=3_601).contains(&seconds), "{seconds}");
    }
    assert_eq!(portal.look("SELECT count(*) FROM broadcasts"), "3");
}

#[tokio::test]
async fn the_refused_one_can_be_sent_an_hour_later_until_the_day_is_full() {
    let portal = Portal::start().await;
    let leader = portal.person("leader").await;
    for number in 0..3 {
        Draft::to_channel(&portal, &format!("Hour one, {number}"), "Depot north")
            .send(&leader)
            .await;
    }
    let refused = Draft::to_channel(&portal, "The fourth", "Depot north")
        .preview(&leader)
        .await
        .form("main form")
        .submit(&leader)
        .await
        .expect_status(429);
    portal.pass(TimeDelta::seconds(
        refused.header("retry-after").unwrap().parse().unwrap(),
    ));
    refused
        .form("main form")
        .submit(&leader)
        .await
        .expect_see_other("/broadcasts/");
    Draft::to_channel(&portal, "The fifth", "Depot north")
        .send(&leader)
        .await;

    portal.pass(TimeDelta::hours(2));
    let full = Draft::to_channel(&portal, "The sixth", "Depot north")
        .preview(&leader)
        .await
        .form("main form")
        .submit(&leader)
        .await
        .expect_status(429);
    full.expect_text("hours");
    portal.pass(TimeDelta::hours(22));
    full.form("main form")
        .submit(&leader)
        .await
        .expect_see_other("/broadcasts/");
}

#[tokio::test]
async fn scheduled_ones_count_and_those_cancelled_within_the_minute_do_not() {
    let portal = Portal::start().await;
    let leader = portal.person("leader").await;
    let soon = (Utc::now() + TimeDelta::days(3))
        .format("%Y-%m-%dT09:00")
        .to_string();
    let scheduled = Draft::to_channel(&portal, "Later", "Depot north")
        .with("when", "later")
        .with("send_at", &soon);
    let cancel = async |path: &str| {
        leader
            .get(path)
            .await
            .form(".countdown form")
            .submit(&leader)
            .await
            .expect_see_other(path)
    };

    for _ in 0..4 {
        cancel(&scheduled.send(&leader).await).await;
    }
    let mut paths = Vec::new();
    for _ in 0..3 {
        paths.push(scheduled.send(&leader).await);
    }
    scheduled
        .preview(&leader)
        .await
        .form("main form")
        .submit(&leader)
        .await
        .expect_status(429);

    portal.pass(TimeDelta::minutes(2));
    cancel(&paths[0]).await;
    scheduled
        .preview(&leader)
        .await
        .form("main form")
        .submit(&leader)
        .await
        .expect_status(429);
}

#[test]
fn a_role_without_a_figure_gets_the_smallest_one() {
    let figures: BTreeMap<String, i64> = [("admin".to_owned(), 6), ("team_leader".to_owned(), 2)].into();
    let settings = config::Broadcasts {
        cancel_seconds: 60,
        hourly: figures.clone(),
        daily: figures,
    };
    assert_eq!(
        Allowance::of(Role::Coach, &settings),
        Allowance { hourly: 2, daily: 2 }
    );
    assert_eq!(
        Allowance::of(Role::Admin, &settings),
        Allowance { hourly: 6, daily: 6 }
    );
}

#[test]
fn waiting_lasts_until_both_the_hour_and_the_day_allow_it() {
    let now = Utc::now();
    let made = |minutes: &[i64]| {
        minutes
            .iter()
            .map(|ago| now - TimeDelta::minutes(*ago))
            .collect::<Vec<_>>()
    };
    let allowance = Allowance { hourly: 2, daily: 3 };
    let wait = |minutes: &[i64]| match allowance.check(&made(minutes), now) {
        Ok(()) => 0,
        Err(AppError::RateLimited { retry_after }) => retry_after,
        Err(other) => panic!("{other}"),
    };
    assert_eq!(wait(&[]), 0);
    assert_eq!(wait(&[10]), 0);
    assert_eq!(wait(&[10, 20]), 40 * 60 + 1);
    assert_eq!(wait(&[10, 61]), 0);
    assert_eq!(wait(&[10, 61, 62]), (24 * 60 - 62) * 60 + 1);
    assert_eq!(
        wait(&[10, 20, 30]),
        (24 * 60 - 30) * 60 + 1,
        "the longer of the two"
    );
    assert!(matches!(
        Allowance { hourly: 0, daily: 9 }.check(&[], now),
        Err(AppError::Denied(_))
    ));
}
