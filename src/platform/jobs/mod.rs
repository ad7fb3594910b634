//! Background work: a row per job, enqueued in the transaction of the change that wants it, claimed under a lease, run
//! outside the claiming transaction, retried with backoff, with progress and a way to cancel.

mod queries;
mod worker;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::kernel::error::AppError;
use crate::kernel::ids::{JobId, MemberId};
use crate::pg_enum;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::jobs;

pub use queries::{Status, cancel, enqueue_across, given_up, last_done, open, open_named, status, waiting};
pub use worker::{JobKind, JobRun, Outcome, Worker};

pg_enum! {
    /// How far a job is.
    JobState as JobState {
        /// Waiting for its time.
        Available = "available": "Waiting",
        /// Running under a lease.
        Executing = "executing": "Running",
        /// Done.
        Completed = "completed": "Done",
        /// Stopped on request.
        Cancelled = "cancelled": "Cancelled",
        /// Given up after the last attempt.
        Discarded = "discarded": "Failed",
    }
}

/// A job to be enqueued.
#[derive(Debug, Clone)]
pub struct NewJob {
    kind: &'static str,
    args: Value,
    run_at: Option<DateTime<Utc>>,
    unique_key: Option<String>,
}

impl NewJob {
    /// A job of this kind; `args` are ids, never contents.
    pub fn new(kind: &'static str, args: impl Serialize) -> Self {
        Self {
            kind,
            args: serde_json::to_value(args).unwrap_or(Value::Null),
            run_at: None,
            unique_key: None,
        }
    }

    /// Not before this moment.
    #[must_use]
    pub fn at(self, moment: DateTime<Utc>) -> Self {
        Self {
            run_at: Some(moment),
            ..self
        }
    }

    /// While a job of this kind and key is open, enqueueing another does nothing.
    #[must_use]
    pub fn unique(self, key: impl Into<String>) -> Self {
        Self {
            unique_key: Some(key.into()),
            ..self
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = jobs)]
struct NewRow<'a> {
    id: JobId,
    kind: &'a str,
    args: Value,
    run_at: DateTime<Utc>,
    unique_key: Option<String>,
    created_by: Option<MemberId>,
    created_at: DateTime<Utc>,
    correlation_id: Uuid,
}

impl TenantTx<'_> {
    /// Enqueues a job that runs after this transaction commits. Answers its id, or that of the open one with the same key.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub fn enqueue(&mut self, job: NewJob) -> Result<JobId, AppError> {
        let now = self.now();
        let id: JobId = self.new_id();
        let row = NewRow {
            id,
            kind: job.kind,
            args: job.args,
            run_at: job.run_at.unwrap_or(now),
            unique_key: job.unique_key.clone(),
            created_by: self.actor().member_id(),
            created_at: now,
            correlation_id: self.scope().request(),
        };
        let inserted = diesel::insert_into(jobs::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(self.conn())?;
        let signals = self.signals().clone();
        self.after_commit(move || signals.jobs.notify_one());
        match (inserted, job.unique_key) {
            (0, Some(key)) => Ok(queries::open_job(self, job.kind, &key)?),
            _ => Ok(id),
        }
    }
}
