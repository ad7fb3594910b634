//! Claiming and running jobs.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::kernel::error::AppError;
use crate::kernel::ids::{JobId, MemberId, OrgId};
use crate::platform::db::{Db, SystemTask, TenantScope, TenantTx};

use super::JobState;
use super::queries::{self, Claimed};

const LEASE: TimeDelta = TimeDelta::seconds(90);
/// Jobs run before a round ends.
const BATCH: usize = 4;

/// How an attempt ended.
#[derive(Debug)]
pub enum Outcome {
    /// Done; the value is kept for whoever asked.
    Done(Value),
    /// Not yet: again after this long, without counting as a failure.
    Snooze(TimeDelta),
    /// Stopped on request or because it is no longer wanted.
    Cancelled(String),
}

type Work = dyn Fn(&JobRun) -> Result<Outcome, AppError> + Send + Sync;

/// A kind of job and what it does.
#[derive(Clone)]
pub struct JobKind {
    /// `domain.verb_thing`.
    pub name: &'static str,
    /// Runs on a blocking thread; must be idempotent.
    pub run: Arc<Work>,
}

/// One attempt of one job.
pub struct JobRun {
    db: Db,
    claimed: Claimed,
    kind: &'static str,
    stop: watch::Receiver<bool>,
    /// Whether the job was told to stop because this process ends.
    interrupted: AtomicBool,
}

impl JobRun {
    /// The job.
    pub fn id(&self) -> JobId {
        self.claimed.id
    }

    /// Its organization.
    pub fn org(&self) -> OrgId {
        self.claimed.org_id
    }

    /// Who asked for it, when a person did.
    pub fn asked_by(&self) -> Option<MemberId> {
        self.claimed.created_by
    }

    /// A scope for transactions of this attempt.
    pub fn scope(&self) -> TenantScope {
        let scope = TenantScope::of_portal(self.claimed.org_id, self.kind);
        match self.claimed.correlation_id {
            Some(request) => scope.correlated(request),
            None => scope,
        }
    }

    /// Runs `work` in a transaction of this attempt, which is kept only while the job is still this attempt's: one that outlived
    /// its lease writes nothing beside the worker who has the job by now.
    ///
    /// # Errors
    /// What `work` answers; [`AppError::Conflict`] when the job is another worker's by now.
    pub fn tenant<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut TenantTx<'_>) -> Result<T, AppError> + Send,
    ) -> Result<T, AppError> {
        self.db.tenant_blocking(&self.scope(), |tx| {
            let done = work(tx)?;
            match queries::is_held(tx, &self.claimed)? {
                true => Ok(done),
                false => Err(AppError::Conflict(
                    "another worker has this job by now".to_owned(),
                )),
            }
        })
    }

    /// Does `work`, which answers how many rows it took away, in transactions of their own until it finds none: however much there is,
    /// no transaction is long, and the job can be cancelled in between.
    ///
    /// # Errors
    /// As [`JobRun::tenant`].
    pub fn forget(
        &self,
        work: fn(&mut TenantTx<'_>) -> Result<usize, AppError>,
    ) -> Result<Outcome, AppError> {
        let mut forgotten = 0_i32;
        loop {
            let count = self.tenant(work)?;
            forgotten = forgotten.saturating_add(i32::try_from(count).unwrap_or(i32::MAX));
            if count == 0 {
                return Ok(Outcome::Done(json!({ "forgotten": forgotten })));
            }
            if self.progress(forgotten, None)? {
                return Ok(Outcome::Cancelled("asked to stop".to_owned()));
            }
        }
    }

    /// The arguments it was enqueued with.
    ///
    /// # Errors
    /// When they have another shape.
    pub fn args<T: DeserializeOwned>(&self) -> Result<T, AppError> {
        serde_json::from_value(self.claimed.args.clone()).map_err(|cause| {
            AppError::Unexpected(anyhow::anyhow!(
                "job {} has unexpected arguments: {cause}",
                self.claimed.kind
            ))
        })
    }

    /// Notes progress, renews the lease, and answers whether to stop: someone asked for it, another worker has the job by
    /// now, or this process ends. A job that is told so answers [`Outcome::Cancelled`]; when it is only the process that
    /// ends, the job is run again from the start by whoever is next.
    ///
    /// # Errors
    /// When the database is away.
    pub fn progress(&self, done: i32, total: Option<i32>) -> Result<bool, AppError> {
        let claimed = self.claimed.clone();
        let asked = self.db.system_blocking(SystemTask::Jobs, move |tx| {
            Ok(queries::note_progress(tx, &claimed, done, total, LEASE)?)
        })?;
        if asked == Some(false) && *self.stop.borrow() {
            self.interrupted.store(true, Ordering::Relaxed);
            return Ok(true);
        }
        Ok(asked.unwrap_or(true))
    }
}

/// Claims due jobs and runs them.
#[derive(Clone)]
pub struct Worker {
    db: Db,
    kinds: Arc<HashMap<&'static str, JobKind>>,
    stop: watch::Receiver<bool>,
}

impl Worker {
    /// A worker for these kinds.
    pub fn new(db: Db, kinds: Vec<JobKind>) -> Self {
        Self {
            db,
            kinds: Arc::new(kinds.into_iter().map(|kind| (kind.name, kind)).collect()),
            stop: watch::channel(false).1,
        }
    }

    /// Works until `stop` is raised; a job that has started is finished first, or stops when it next tells its progress.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        self.stop = stop.clone();
        while !*stop.borrow() {
            let worker = self.clone();
            let busy = match tokio::task::spawn_blocking(move || worker.round()).await {
                Ok(Ok(done)) => done > 0,
                Ok(Err(error)) => {
                    tracing::warn!(error = error.told(), "no jobs could be claimed this time");
                    false
                }
                Err(panic) => {
                    tracing::error!(%panic, "a job round stopped");
                    false
                }
            };
            if !busy {
                tokio::select! {
                    () = self.db.signals().jobs.notified() => {}
                    () = tokio::time::sleep(Duration::from_millis(1_000)) => {}
                    _ = stop.changed() => {}
                }
            }
        }
    }

    /// Claims and runs what is due, one after the other, so that no lease runs while its job waits; answers how many jobs
    /// were attempted.
    ///
    /// # Errors
    /// When the database is away.
    pub fn round(&self) -> Result<usize, AppError> {
        let mut count = 0;
        while count < BATCH && !*self.stop.borrow() {
            let claimed = self
                .db
                .system_blocking(SystemTask::Jobs, |tx| Ok(queries::claim(tx, LEASE)?))?;
            let Some(job) = claimed else { break };
            self.attempt(job)?;
            count += 1;
        }
        Ok(count)
    }

    fn attempt(&self, job: Claimed) -> Result<(), AppError> {
        let Some(kind) = self.kinds.get(job.kind.as_str()) else {
            let note = "this version knows no such job";
            return self.close(job, JobState::Discarded, Some(note), None);
        };
        let run = JobRun {
            db: self.db.clone(),
            claimed: job.clone(),
            kind: kind.name,
            stop: self.stop.clone(),
            interrupted: AtomicBool::new(false),
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| (kind.run)(&run)))
            .unwrap_or_else(|_| Err(AppError::Unexpected(anyhow::anyhow!("the job panicked"))));
        match outcome {
            Ok(Outcome::Done(result)) => self.close(job, JobState::Completed, None, Some(result)),
            Ok(Outcome::Cancelled(_)) if run.interrupted.into_inner() => {
                self.uncounted(job, TimeDelta::zero())
            }
            Ok(Outcome::Cancelled(why)) => self.close(job, JobState::Cancelled, Some(&why), None),
            Ok(Outcome::Snooze(delay)) => self.uncounted(job, delay),
            Err(error) => self.failed(job, &error.told()),
        }
    }

    fn failed(&self, job: Claimed, error: &str) -> Result<(), AppError> {
        let attempts = job.attempt();
        if attempts >= job.max_attempts {
            tracing::error!(job.id = %job.id, kind = job.kind, attempts, error, "a job was given up");
            return self.close(job, JobState::Discarded, Some(error), None);
        }
        tracing::warn!(job.id = %job.id, kind = job.kind, attempts, error, "a job failed and is tried again");
        let delay = backoff(job.attempts);
        self.put_back(job, delay, attempts, Some(error))
    }

    fn close(
        &self,
        job: Claimed,
        state: JobState,
        note: Option<&str>,
        result: Option<Value>,
    ) -> Result<(), AppError> {
        let (id, note) = (job.id, note.map(str::to_owned));
        let closed = self.db.system_blocking(SystemTask::Jobs, move |tx| {
            Ok(queries::finish(tx, &job, state, note.as_deref(), result)?)
        })?;
        tell_when_late(id, closed);
        Ok(())
    }

    /// Later, as if this attempt had not been made.
    fn uncounted(&self, job: Claimed, delay: TimeDelta) -> Result<(), AppError> {
        let attempts = job.attempts;
        self.put_back(job, delay, attempts, None)
    }

    fn put_back(
        &self,
        job: Claimed,
        delay: TimeDelta,
        attempts: i32,
        note: Option<&str>,
    ) -> Result<(), AppError> {
        let (id, note) = (job.id, note.map(str::to_owned));
        let put = self.db.system_blocking(SystemTask::Jobs, move |tx| {
            let at = tx.now() + delay;
            Ok(queries::put_back(tx, &job, at, attempts, note.as_deref())?)
        })?;
        tell_when_late(id, put);
        Ok(())
    }
}

/// 1 s, 2 s, 4 s … at most 15 minutes.
fn backoff(attempts_before: i32) -> TimeDelta {
    let doubled = 2_i64.saturating_pow(attempts_before.clamp(0, 20).unsigned_abs());
    TimeDelta::seconds(doubled.min(900))
}

fn tell_when_late(job: JobId, noted: bool) {
    if !noted {
        tracing::warn!(job.id = %job, "an attempt outlived its lease; the job is another worker's, and decides by itself");
    }
}
