//! Claiming and running jobs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::kernel::error::AppError;
use crate::kernel::ids::{JobId, MemberId, OrgId};
use crate::platform::db::{Db, SystemTask, TenantScope};

use super::JobState;
use super::queries::{self, Claimed};

const LEASE: TimeDelta = TimeDelta::seconds(90);
const BATCH: i64 = 4;

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

/// A kind of job and what it does.
#[derive(Clone)]
pub struct JobKind {
    /// `domain.verb_thing`.
    pub name: &'static str,
    /// Runs on a blocking thread; must be idempotent.
    pub run: Arc<dyn Fn(&JobRun) -> Result<Outcome, AppError> + Send + Sync>,
}

/// One attempt of one job.
pub struct JobRun {
    db: Db,
    claimed: Claimed,
    kind: &'static str,
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
        TenantScope::of_portal(self.claimed.org_id, self.kind)
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

    /// Notes progress, renews the lease, and answers whether to stop.
    ///
    /// # Errors
    /// When the database is away.
    pub fn progress(&self, done: i32, total: Option<i32>) -> Result<bool, AppError> {
        let claimed = self.claimed.clone();
        self.db.system_blocking(SystemTask::Jobs, move |tx| {
            Ok(queries::note_progress(tx, &claimed, done, total, LEASE)?)
        })
    }
}

/// Claims due jobs and runs them.
#[derive(Clone)]
pub struct Worker {
    db: Db,
    kinds: Arc<HashMap<&'static str, JobKind>>,
}

impl Worker {
    /// A worker for these kinds.
    pub fn new(db: Db, kinds: Vec<JobKind>) -> Self {
        Self {
            db,
            kinds: Arc::new(kinds.into_iter().map(|kind| (kind.name, kind)).collect()),
        }
    }

    /// Works until `stop` is raised; a job that has started is finished first.
    pub async fn run(self, mut stop: tokio::sync::watch::Receiver<bool>) {
        while !*stop.borrow() {
            let worker = self.clone();
            let busy = match tokio::task::spawn_blocking(move || worker.round()).await {
                Ok(Ok(done)) => done > 0,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "no jobs could be claimed this time");
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

    /// Claims and runs what is due; answers how many jobs were attempted.
    ///
    /// # Errors
    /// When the database is away.
    pub fn round(&self) -> Result<usize, AppError> {
        let claimed = self
            .db
            .system_blocking(SystemTask::Jobs, |tx| Ok(queries::claim(tx, BATCH, LEASE)?))?;
        let count = claimed.len();
        for job in claimed {
            self.attempt(job)?;
        }
        Ok(count)
    }

    fn attempt(&self, job: Claimed) -> Result<(), AppError> {
        let Some(kind) = self.kinds.get(job.kind.as_str()) else {
            return self.close(
                job,
                JobState::Discarded,
                Some("this version knows no such job"),
                None,
            );
        };
        let run = JobRun {
            db: self.db.clone(),
            claimed: job.clone(),
            kind: kind.name,
        };
        match (kind.run)(&run) {
            Ok(Outcome::Done(result)) => self.close(job, JobState::Completed, None, Some(result)),
            Ok(Outcome::Cancelled(why)) => self.close(job, JobState::Cancelled, Some(&why), None),
            Ok(Outcome::Snooze(delay)) => self.later(job, delay, None),
            Err(error) if job.attempts + 1 >= job.max_attempts => {
                tracing::error!(job.id = %job.id, kind = job.kind, %error, "a job was given up");
                self.close(job, JobState::Discarded, Some(&describe(&error)), None)
            }
            Err(error) => {
                let delay = TimeDelta::seconds(
                    2_i64
                        .saturating_pow(job.attempts.clamp(0, 20).unsigned_abs())
                        .min(900),
                );
                tracing::warn!(job.id = %job.id, kind = job.kind, error = describe(&error), "a job failed and is tried again");
                self.later(job, delay, Some(&describe(&error)))
            }
        }
    }

    fn close(
        &self,
        job: Claimed,
        state: JobState,
        note: Option<&str>,
        result: Option<Value>,
    ) -> Result<(), AppError> {
        let note = note.map(str::to_owned);
        self.db.system_blocking(SystemTask::Jobs, move |tx| {
            Ok(queries::finish(tx, &job, state, note.as_deref(), result)?)
        })
    }

    fn later(&self, job: Claimed, delay: TimeDelta, note: Option<&str>) -> Result<(), AppError> {
        let note = note.map(str::to_owned);
        self.db.system_blocking(SystemTask::Jobs, move |tx| {
            let at = tx.now() + delay;
            Ok(queries::put_back(tx, &job, at, note.as_deref())?)
        })
    }
}

fn describe(error: &AppError) -> String {
    match error {
        AppError::Unexpected(cause) => format!("{cause:#}"),
        other => other.to_string(),
    }
}
