//! Carrying events to subscribers: expand, claim, react, sign.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use diesel::prelude::*;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::kernel::error::AppError;
use crate::kernel::ids::EventId;
use crate::platform::audit::Entry;
use crate::platform::db::{Db, SystemTask, SystemTx, TenantScope, TenantTx};

use super::Subscriber;
use super::queries::{self, DeadLetter, Due};

/// Attempts before a delivery becomes a dead letter.
const MAX_ATTEMPTS: i32 = 8;
/// A claimed delivery comes back after this long when its worker died.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// What has not been begun by then is given back, so that nothing is begun under a lease about to end.
const BEGIN_WITHIN: Duration = Duration::from_secs(20);
/// After the first event of a burst the others are waited for this long: a round costs the same for many.
const GATHER: Duration = Duration::from_millis(50);
/// Events and deliveries taken at a time.
const BATCH: i64 = 200;
/// A round that did this much probably left some behind.
const FULL_ROUND: usize = 200;

/// Delivers committed events to the registered subscribers.
#[derive(Clone)]
pub struct Dispatcher {
    db: Db,
    subscribers: Vec<Subscriber>,
    stop: watch::Receiver<bool>,
    /// Claimed deliveries that could not be given back when the database went away.
    owed: Arc<Mutex<Vec<Due>>>,
}

impl Dispatcher {
    /// A dispatcher for these subscribers.
    pub fn new(db: Db, subscribers: Vec<Subscriber>) -> Self {
        Self {
            db,
            subscribers,
            stop: watch::channel(false).1,
            owed: Arc::default(),
        }
    }

    /// The registered subscribers.
    pub fn subscribers(&self) -> &[Subscriber] {
        &self.subscribers
    }

    /// Works until `stop` is raised: woken by commits of this process, and by a floor of half a second for others'. What
    /// was claimed and not begun by then is given back.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        self.stop = stop.clone();
        while !*stop.borrow() {
            let dispatcher = self.clone();
            let done = match tokio::task::spawn_blocking(move || dispatcher.round()).await {
                Ok(Ok(done)) => done,
                Ok(Err(error)) => {
                    tracing::warn!(error = error.told(), "the bus could not work this time");
                    0
                }
                Err(panic) => {
                    tracing::error!(%panic, "the bus stopped in a round");
                    0
                }
            };
            match done {
                0 => tokio::select! {
                    () = self.db.signals().events.notified() => tokio::time::sleep(GATHER).await,
                    () = tokio::time::sleep(Duration::from_millis(500)) => {}
                    _ = stop.changed() => {}
                },
                // In a steady stream, a round for every event took a quarter of the database's transactions.
                1..FULL_ROUND => tokio::time::sleep(GATHER).await,
                _ => {}
            }
        }
    }

    /// One round: expands new events, then attempts what is due. Answers how much was done.
    ///
    /// # Errors
    /// When the database is away; single failing reactions are noted and retried, not answered.
    pub fn round(&self) -> Result<usize, AppError> {
        self.give_back(std::mem::take(&mut *self.owed.lock()))?;
        let subscribers = self.subscribers.clone();
        let expanded = self.db.system_blocking(SystemTask::Dispatch, move |tx| {
            Ok(queries::expand(tx, &subscribers, BATCH)?)
        })?;
        let claimed = Instant::now();
        let due = self
            .db
            .system_blocking(SystemTask::Dispatch, |tx| Ok(queries::claim(tx, BATCH, LEASE)?))?;
        let count = expanded + due.len();
        let mut waiting = due.into_iter();
        while let Some(one) = waiting.next() {
            let outcome = if *self.stop.borrow() || claimed.elapsed() > BEGIN_WITHIN {
                Ok(Attempt::NotBegun)
            } else {
                self.attempt(&one)
            };
            if !matches!(outcome, Ok(Attempt::Made)) {
                self.give_back(std::iter::once(one).chain(waiting).collect())?;
                return outcome.map(|_| count);
            }
        }
        Ok(count)
    }

    /// What cannot be given back now is given back in the next round.
    fn give_back(&self, claimed: Vec<Due>) -> Result<(), AppError> {
        if claimed.is_empty() {
            return Ok(());
        }
        let given = self
            .db
            .system_blocking(SystemTask::Dispatch, |tx| Ok(queries::release(tx, &claimed)?));
        if given.is_err() {
            self.owed.lock().extend(claimed);
        }
        given
    }

    fn attempt(&self, due: &Due) -> Result<Attempt, AppError> {
        let Some(subscriber) = self
            .subscribers
            .iter()
            .find(|subscriber| subscriber.name == due.subscriber)
            .copied()
        else {
            return self.fail(due, "no subscriber of this name is registered");
        };
        let scope =
            TenantScope::of_portal(due.org_id, subscriber.name).caused_by(due.event_id, due.correlation_id);
        let receipt = due.clone();
        let outcome = self.db.tenant_blocking(&scope, move |tx| {
            let envelope = queries::envelope(tx, receipt.event_id)?;
            if queries::sign_receipt(tx, &receipt)? {
                (subscriber.react)(tx, &envelope)?;
            }
            Ok(())
        });
        match outcome {
            Ok(()) => Ok(Attempt::Made),
            Err(AppError::Unavailable) => Err(AppError::Unavailable),
            Err(error) => self.fail(due, &error.told()),
        }
    }

    fn fail(&self, due: &Due, error: &str) -> Result<Attempt, AppError> {
        let attempts = due.attempts + 1;
        tracing::warn!(event.id = %due.event_id, subscriber = due.subscriber, attempts, error, "a delivery failed");
        let (due, error) = (due.clone(), error.to_owned());
        self.db.system_blocking(SystemTask::Dispatch, move |tx| {
            let next = (attempts < MAX_ATTEMPTS).then(|| tx.now() + backoff(attempts));
            queries::note_failure(tx, &due, &error, next)?;
            Ok(Attempt::Made)
        })
    }
}

/// What became of a claimed delivery.
enum Attempt {
    /// It was attempted, and the outcome is noted.
    Made,
    /// There was no time for it.
    NotBegun,
}

/// 1 s, 2 s, 4 s … at most 10 minutes.
fn backoff(attempts: i32) -> TimeDelta {
    TimeDelta::seconds(
        2_i64
            .saturating_pow(attempts.clamp(1, 30).unsigned_abs().saturating_sub(1))
            .min(600),
    )
}

/// How much is waiting across organizations: `(undispatched events, pending deliveries, dead deliveries)`.
///
/// # Errors
/// When the database fails.
pub fn backlog(tx: &mut SystemTx<'_>) -> QueryResult<(i64, i64, i64)> {
    queries::waiting(tx)
}

/// Deliveries of this organization that were given up, newest first.
///
/// # Errors
/// When the database fails.
pub fn dead_letters(tx: &mut TenantTx<'_>, limit: i64) -> QueryResult<Vec<DeadLetter>> {
    queries::dead(tx, limit)
}

/// Makes a dead delivery due again, noted in the audit log.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such dead delivery.
pub fn redrive(tx: &mut TenantTx<'_>, event: EventId, subscriber: &str) -> Result<(), AppError> {
    if !queries::revive(tx, event, subscriber)? {
        return Err(AppError::NotFound);
    }
    tx.audit(
        Entry::of("bus.delivery.redriven", "event", event)
            .after(serde_json::json!({ "subscriber": subscriber })),
    )?;
    let signals = tx.signals().clone();
    tx.after_commit(move || signals.events.notify_one());
    Ok(())
}
