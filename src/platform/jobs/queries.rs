//! The job queue's own statements.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::kernel::error::AppError;
use crate::kernel::ids::{JobId, MemberId, OrgId};
use crate::platform::db::schema::jobs;
use crate::platform::db::{SystemTx, TenantTx};

use super::JobState;

/// A job taken for an attempt.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = jobs)]
pub struct Claimed {
    pub org_id: OrgId,
    pub id: JobId,
    pub kind: String,
    pub args: Value,
    pub attempts: i32,
    pub max_attempts: i32,
    pub created_by: Option<MemberId>,
}

/// How a job is doing, for the person who waits for it.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = jobs)]
pub struct Status {
    /// The job.
    pub id: JobId,
    /// Its kind.
    pub kind: String,
    /// Its arguments.
    pub args: Value,
    /// How far it is.
    pub state: JobState,
    /// Steps done.
    pub progress_done: i32,
    /// Steps in all, once known.
    pub progress_total: Option<i32>,
    /// Whether someone asked it to stop.
    pub cancel_requested: bool,
    /// What the last attempt said.
    pub last_error: Option<String>,
    /// What it made.
    pub result: Option<Value>,
    /// Who asked for it.
    pub created_by: Option<MemberId>,
    /// When.
    pub created_at: DateTime<Utc>,
}

pub(super) fn open_job(tx: &mut TenantTx<'_>, kind: &str, key: &str) -> QueryResult<JobId> {
    jobs::table
        .filter(jobs::kind.eq(kind))
        .filter(jobs::unique_key.eq(key))
        .filter(jobs::state.eq_any([JobState::Available, JobState::Executing]))
        .select(jobs::id)
        .first(tx.conn())
}

/// How one job is doing.
///
/// # Errors
/// [`AppError::NotFound`] when it is not this organization's.
pub fn status(tx: &mut TenantTx<'_>, id: JobId) -> Result<Status, AppError> {
    Ok(Status::query().filter(jobs::id.eq(id)).first(tx.conn())?)
}

/// Asks a job to stop: at once when it waits, at its next step when it runs.
///
/// # Errors
/// When the database fails.
pub fn cancel(tx: &mut TenantTx<'_>, id: JobId) -> Result<(), AppError> {
    let now = tx.now();
    diesel::update(
        jobs::table
            .filter(jobs::id.eq(id))
            .filter(jobs::state.eq(JobState::Available)),
    )
    .set((
        jobs::state.eq(JobState::Cancelled),
        jobs::finished_at.eq(now),
        jobs::cancel_requested.eq(true),
    ))
    .execute(tx.conn())?;
    diesel::update(
        jobs::table
            .filter(jobs::id.eq(id))
            .filter(jobs::state.eq(JobState::Executing)),
    )
    .set(jobs::cancel_requested.eq(true))
    .execute(tx.conn())?;
    Ok(())
}

/// Enqueues a scheduled job for an organization unless one with this key was ever enqueued (its key holds the date).
///
/// # Errors
/// When the database fails.
pub fn enqueue_across(tx: &mut SystemTx<'_>, org: OrgId, kind: &str, key: &str) -> Result<bool, AppError> {
    let known = jobs::table
        .filter(jobs::org_id.eq(org))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::unique_key.eq(key));
    if diesel::select(diesel::dsl::exists(known)).get_result(tx.conn())? {
        return Ok(false);
    }
    let id: JobId = tx.new_id();
    let now = tx.now();
    let inserted = diesel::insert_into(jobs::table)
        .values((
            jobs::org_id.eq(org),
            jobs::id.eq(id),
            jobs::kind.eq(kind),
            jobs::unique_key.eq(key),
            jobs::run_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(inserted == 1)
}

pub(super) fn claim(tx: &mut SystemTx<'_>, limit: i64, lease: TimeDelta) -> QueryResult<Vec<Claimed>> {
    let now = tx.now();
    diesel::update(
        jobs::table
            .filter(jobs::state.eq(JobState::Executing))
            .filter(jobs::lease_until.lt(now)),
    )
    .set((jobs::state.eq(JobState::Available), jobs::run_at.eq(now)))
    .execute(tx.conn())?;
    let due: Vec<Claimed> = Claimed::query()
        .filter(jobs::state.eq(JobState::Available))
        .filter(jobs::run_at.le(now))
        .order(jobs::run_at)
        .limit(limit)
        .for_update()
        .skip_locked()
        .load(tx.conn())?;
    for job in &due {
        diesel::update(jobs::table.find((job.org_id, job.id)))
            .set((
                jobs::state.eq(JobState::Executing),
                jobs::attempts.eq(job.attempts + 1),
                jobs::lease_until.eq(now + lease),
            ))
            .execute(tx.conn())?;
    }
    Ok(due)
}

pub(super) fn finish(
    tx: &mut SystemTx<'_>,
    job: &Claimed,
    state: JobState,
    note: Option<&str>,
    result: Option<Value>,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(jobs::table.find((job.org_id, job.id)))
        .set((
            jobs::state.eq(state),
            jobs::finished_at.eq(now),
            jobs::lease_until.eq(None::<DateTime<Utc>>),
            jobs::last_error.eq(note),
            jobs::result.eq(result),
        ))
        .execute(tx.conn())?;
    Ok(())
}

pub(super) fn put_back(
    tx: &mut SystemTx<'_>,
    job: &Claimed,
    at: DateTime<Utc>,
    note: Option<&str>,
) -> QueryResult<()> {
    diesel::update(jobs::table.find((job.org_id, job.id)))
        .set((
            jobs::state.eq(JobState::Available),
            jobs::run_at.eq(at),
            jobs::lease_until.eq(None::<DateTime<Utc>>),
            jobs::last_error.eq(note),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Renews the lease, notes progress, and answers whether someone asked to stop.
pub(super) fn note_progress(
    tx: &mut SystemTx<'_>,
    job: &Claimed,
    done: i32,
    total: Option<i32>,
    lease: TimeDelta,
) -> QueryResult<bool> {
    let until = tx.now() + lease;
    diesel::update(jobs::table.find((job.org_id, job.id)))
        .set((
            jobs::progress_done.eq(done),
            jobs::progress_total.eq(total),
            jobs::lease_until.eq(until),
        ))
        .returning(jobs::cancel_requested)
        .get_result(tx.conn())
}

/// Jobs that are due or running now, across organizations.
///
/// # Errors
/// When the database fails.
pub fn waiting(tx: &mut SystemTx<'_>) -> QueryResult<i64> {
    let now = tx.now();
    jobs::table
        .filter(
            jobs::state
                .eq(JobState::Executing)
                .or(jobs::state.eq(JobState::Available).and(jobs::run_at.le(now))),
        )
        .count()
        .get_result(tx.conn())
}
