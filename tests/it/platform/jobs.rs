//! The job queue when workers die, are slow, or are told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use serde_json::json;
use tokio::sync::watch;
use waymark::kernel::error::AppError;
use waymark::platform::db::TenantScope;
use waymark::platform::jobs::{JobKind, JobRun, NewJob, Outcome, Worker};

use crate::support::eventually::eventually;
use crate::support::portal::Portal;

const KIND: &str = "test.job";

fn enqueue(portal: &Portal) {
    let scope = TenantScope::of_portal(portal.organization("local"), "test");
    let app = portal.app.clone();
    app.db
        .tenant_blocking(&scope, |tx| tx.enqueue(NewJob::new(KIND, json!({}))))
        .unwrap();
}

fn worker(
    portal: &Portal,
    run: impl Fn(&JobRun) -> Result<Outcome, AppError> + Send + Sync + 'static,
) -> Worker {
    let kind = JobKind {
        name: KIND,
        run: Arc::new(run),
    };
    Worker::new(portal.app.db.clone(), vec![kind])
}

async fn round(worker: &Worker) -> usize {
    let worker = worker.clone();
    tokio::task::spawn_blocking(move || worker.round().unwrap())
        .await
        .unwrap()
}

fn job(portal: &Portal) -> String {
    portal.look(&format!(
        "SELECT state || ' ' || attempts FROM jobs WHERE kind = '{KIND}'"
    ))
}

#[tokio::test]
async fn a_job_that_ends_its_worker_each_time_is_given_up() {
    let portal = Portal::start().await;
    enqueue(&portal);
    let worker = worker(&portal, |_| Ok(Outcome::Done(json!(null))));

    portal.force("UPDATE jobs SET state = 'executing', attempts = max_attempts, lease_until = now() - interval '1 minute'");
    assert_eq!(round(&worker).await, 0);
    assert_eq!(job(&portal), "discarded 8");
    assert!(
        portal
            .look("SELECT last_error FROM jobs")
            .contains("worker ended")
    );

    portal.force("UPDATE jobs SET state = 'executing', attempts = 3, finished_at = NULL, lease_until = now() - interval '1 minute'");
    assert_eq!(round(&worker).await, 1);
    assert_eq!(job(&portal), "completed 4");
}

#[tokio::test]
async fn a_job_that_panics_is_tried_again_and_does_not_end_the_round() {
    let portal = Portal::start().await;
    enqueue(&portal);

    let worker = worker(&portal, |_| panic!("as tests may"));

    assert_eq!(round(&worker).await, 1);
    assert_eq!(job(&portal), "available 1");
    assert!(portal.look("SELECT last_error FROM jobs").contains("panicked"));
}

#[tokio::test]
async fn an_attempt_that_lost_its_lease_changes_nothing() {
    for late in ["done", "failed", "snoozed"] {
        let portal = Arc::new(Portal::start().await);
        enqueue(&portal);
        let other = portal.clone();
        let worker = worker(&portal, move |run| {
            // The lease ends, and another worker takes the job.
            other.force("UPDATE jobs SET attempts = attempts + 1, progress_done = 7");
            assert!(run.progress(1, None).unwrap(), "it is told to stop");
            match late {
                "done" => Ok(Outcome::Done(json!(null))),
                "failed" => Err(AppError::NotFound),
                _ => Ok(Outcome::Snooze(TimeDelta::zero())),
            }
        });

        round(&worker).await;

        assert_eq!(job(&portal), "executing 2", "{late}");
        assert_eq!(portal.look("SELECT progress_done FROM jobs"), "7", "{late}");
    }
}

#[tokio::test]
async fn an_attempt_that_lost_its_lease_writes_nothing() {
    let portal = Portal::start().await;
    enqueue(&portal);
    let owner = portal.owner_url();
    let worker = worker(&portal, move |run| {
        run.tenant(|tx| {
            tx.enqueue(NewJob::new("test.kept", json!({})))?;
            Ok(())
        })?;
        // Another worker takes the job over while this one is slow.
        let owner = owner.clone();
        run.tenant(move |tx| {
            tx.enqueue(NewJob::new("test.lost", json!({})))?;
            use diesel::connection::SimpleConnection as _;
            use diesel::{Connection as _, PgConnection};
            PgConnection::establish(&owner)
                .unwrap()
                .batch_execute(&format!(
                    "UPDATE jobs SET attempts = attempts + 1 WHERE kind = '{KIND}'"
                ))
                .unwrap();
            Ok(())
        })?;
        Ok(Outcome::Done(json!(null)))
    });
    round(&worker).await;
    assert_eq!(
        portal.look("SELECT string_agg(kind, ' ') FROM jobs WHERE kind LIKE 'test.%' AND kind <> 'test.job'"),
        "test.kept"
    );
    assert_eq!(job(&portal), "executing 2", "and the job is the other worker's");
}

#[tokio::test]
async fn waiting_is_not_an_attempt() {
    let portal = Portal::start().await;
    enqueue(&portal);
    let worker = worker(&portal, |_| Ok(Outcome::Snooze(TimeDelta::zero())));

    for _ in 0..3 {
        round(&worker).await;
    }

    assert_eq!(job(&portal), "available 0");
}

#[tokio::test]
async fn a_long_job_stops_with_its_process_and_is_due_for_the_next() {
    let portal = Portal::start().await;
    enqueue(&portal);
    let begun = Arc::new(AtomicBool::new(false));
    let sign = begun.clone();
    let worker = worker(&portal, move |run| {
        sign.store(true, Ordering::Relaxed);
        loop {
            if run.progress(1, None)? {
                return Ok(Outcome::Cancelled("told to stop".to_owned()));
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    });
    let (stop, stopped) = watch::channel(false);

    let working = tokio::spawn(worker.run(stopped));
    eventually("the job to begin", async || {
        begun.load(Ordering::Relaxed).then_some(())
    })
    .await;
    stop.send(true).unwrap();
    working.await.unwrap();

    assert_eq!(job(&portal), "available 0");
}

#[tokio::test]
async fn a_job_somebody_cancels_is_cancelled() {
    let portal = Arc::new(Portal::start().await);
    enqueue(&portal);
    let other = portal.clone();
    let worker = worker(&portal, move |run| {
        other.force("UPDATE jobs SET cancel_requested = true");
        assert!(run.progress(1, None).unwrap());
        Ok(Outcome::Cancelled("told to stop".to_owned()))
    });

    round(&worker).await;

    assert_eq!(job(&portal), "cancelled 1");
}
