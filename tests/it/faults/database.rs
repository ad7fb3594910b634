//! PostgreSQL goes away and comes back under a running portal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use uuid::Uuid;

use super::installation::{Installation, PATIENCE};
use crate::support::eventually::eventually;
use crate::support::page::Page;
use crate::support::writer::Writer;

const PEOPLE: [&str; 6] = ["leader", "member", "other", "steward", "coach", "comms"];

/// An answer while the database may be away: what was asked for, or "try again" in time and with a time.
fn is_done(answer: &Page, begun: Instant, done: u16) -> bool {
    assert!(
        begun.elapsed() < PATIENCE,
        "{} took {:?}",
        answer.url,
        begun.elapsed()
    );
    if answer.status == done {
        return true;
    }
    expect_away(answer);
    false
}

fn expect_away(answer: &Page) {
    answer.expect_status(503);
    let wait: Option<u64> = answer.header("retry-after").and_then(|wait| wait.parse().ok());
    assert!(
        wait.is_some_and(|wait| (1..=30).contains(&wait)),
        "Retry-After of {} is {wait:?}",
        answer.url
    );
}

/// Writes and reads until told to stop; what was not taken is sent again until it is. Answers what was sent.
async fn write_on(
    writer: Arc<Writer>,
    path: String,
    taken: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
) -> Vec<Uuid> {
    let mut sent = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let id = Uuid::now_v7();
        let fields = [("body", "still here"), ("client_id", &id.to_string())];
        loop {
            let begun = Instant::now();
            let answer = writer.send(&format!("{path}/messages"), &fields).await;
            if is_done(&answer, begun, 303) {
                break;
            }
        }
        sent.push(id);
        taken.fetch_add(1, Ordering::SeqCst);
        let begun = Instant::now();
        let page = writer.client().get(&path).await;
        is_done(&page, begun, 200);
    }
    sent
}

async fn restart(portal: &Installation) {
    let postgres = portal.postgres.clone();
    tokio::task::spawn_blocking(move || postgres.lock().restart())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_go_on_writing_over_restarts_of_the_database() {
    let portal = Installation::start().await;
    let path = portal.channel("Depot north");
    let (taken, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let mut writing = tokio::task::JoinSet::new();
    for key in PEOPLE {
        let writer = Arc::new(portal.person(key).await);
        writing.spawn(write_on(writer, path.clone(), taken.clone(), stop.clone()));
    }
    for _ in 0..3 {
        let before = taken.load(Ordering::SeqCst);
        eventually("people to write", async || {
            (taken.load(Ordering::SeqCst) > before + 12).then_some(())
        })
        .await;
        restart(&portal).await;
    }
    let before = taken.load(Ordering::SeqCst);
    eventually("people to write again", async || {
        (taken.load(Ordering::SeqCst) > before + 12).then_some(())
    })
    .await;
    stop.store(true, Ordering::SeqCst);

    let sent: Vec<Uuid> = writing.join_all().await.concat();
    let channel = path.replace("/channels/", "");
    for id in &sent {
        let times = portal.look(&format!("SELECT count(*) FROM messages WHERE id = '{id}'"));
        assert_eq!(times, "1", "{id}");
    }
    let (all, holes) = (sent.len(), portal.look(&format!("SELECT last_seq - count(*) FROM channels c JOIN messages m ON m.channel_id = c.id WHERE c.id = '{channel}' GROUP BY last_seq")));
    assert_eq!(holes, "0");
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE body = 'still here'"),
        all.to_string()
    );
    assert!(!portal.log().contains("panicked"), "{}", portal.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_everyone_is_told_in_time_and_afterwards_nobody_signs_in_again() {
    let portal = Installation::start().await;
    let path = portal.channel("Depot north");
    let mut people = Vec::new();
    for key in PEOPLE {
        people.push(Arc::new(portal.person(key).await));
    }
    portal.postgres.lock().stop_immediate();

    let mut asking = tokio::task::JoinSet::new();
    for (number, person) in people.iter().enumerate() {
        for way in 0..4 {
            let (person, path) = (person.clone(), path.clone());
            asking.spawn(async move {
                let begun = Instant::now();
                let answer = match way {
                    0 => person.client().get(&path).await,
                    1 => {
                        person
                            .send(&format!("{path}/messages"), &[("body", "Anyone there?")])
                            .await
                    }
                    2 => person.client().get_partial(&format!("{path}/since?rev=0")).await,
                    _ if number % 2 == 0 => person.client().get("/readyz").await,
                    _ => person.client().get("/api/channels").await,
                };
                (way, begun.elapsed(), answer)
            });
        }
    }
    for (way, took, answer) in asking.join_all().await {
        assert!(took < PATIENCE, "{} took {took:?}", answer.url);
        expect_away(&answer);
        match way {
            0 | 1 => {
                answer.expect_text("can't reach its database");
            }
            _ if answer.url.path().starts_with("/api") => {
                assert_eq!(
                    answer.header("content-type"),
                    Some("application/problem+json"),
                    "{}",
                    answer.html
                );
            }
            _ => {}
        }
    }
    people[0].client().get("/healthz").await.expect_ok();

    let postgres = portal.postgres.clone();
    tokio::task::spawn_blocking(move || postgres.lock().start())
        .await
        .unwrap();
    for person in &people {
        eventually("the portal to be back", async || {
            let page = person.client().get(&path).await;
            match page.status.as_u16() {
                200 => Some(()),
                503 => None,
                other => panic!("{other} instead of patience"),
            }
        })
        .await;
        let posted = person
            .send(&format!("{path}/messages"), &[("body", "Here again")])
            .await;
        posted.expect_see_other(&path);
    }
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE body = 'Here again'"),
        PEOPLE.len().to_string()
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE body = 'Anyone there?'"),
        "0"
    );
}
