//! The job queue's own statements.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

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
    /// Attempts before this one.
    pub attempts: i32,
    pub max_attempts: i32,
    pub created_by: Option<MemberId>,
    /// The request that asked for it; none for what the calendar asks.
    pub correlation_id: Option<Uuid>,
}

impl Claimed {
    /// The attempt under way, from 1. While the lease is ours the row says this number: every later claim counts one more.
    pub fn attempt(&self) -> i32 {
        self.attempts + 1
    }
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

/// When a job was done, and what it made.
pub type Ending = (DateTime<Utc>, Option<Value>);

/// When the latest job of a kind was done, and what it made.
///
/// The latest is the one that became due last: of two that ran beside each other it saw the newer state, whichever ended first.
///
/// # Errors
/// When the database fails.
pub fn last_done(tx: &mut TenantTx<'_>, kind: &str) -> Result<Option<Ending>, AppError> {
    let found: Option<(Option<DateTime<Utc>>, Option<Value>)> = jobs::table
        .filter(jobs::kind.eq(kind))
        .filter(jobs::state.eq(JobState::Completed))
        .order((jobs::run_at.desc(), jobs::finished_at.desc()))
        .select((jobs::finished_at, jobs::result))
        .first(tx.conn())
        .optional()?;
    Ok(found.and_then(|(at, result)| Some((at?, result))))
}

/// The job of a kind that runs or is due.
///
/// # Errors
/// When the database fails.
pub fn open(tx: &mut TenantTx<'_>, kind: &str) -> Result<Option<Status>, AppError> {
    let now = tx.now();
    let is_due = jobs::state.eq(JobState::Available).and(jobs::run_at.le(now));
    Ok(Status::query()
        .filter(jobs::kind.eq(kind))
        .filter(jobs::state.eq(JobState::Executing).or(is_due))
        .order((jobs::state.desc(), jobs::created_at))
        .first(tx.conn())
        .optional()?)
}

/// The job of a kind and unique key that runs or waits.
///
/// # Errors
/// When the database fails.
pub fn open_named(tx: &mut TenantTx<'_>, kind: &str, key: &str) -> Result<Option<Status>, AppError> {
    Ok(Status::query()
        .filter(jobs::kind.eq(kind))
        .filter(jobs::unique_key.eq(key))
        .filter(jobs::state.eq_any([JobState::Available, JobState::Executing]))
        .first(tx.conn())
        .optional()?)
}

/// Since when the job of a kind and unique key is given up; nothing when one that became due later was not.
///
/// # Errors
/// When the database fails.
pub fn given_up(tx: &mut TenantTx<'_>, kind: &str, key: &str) -> Result<Option<DateTime<Utc>>, AppError> {
    let last: Option<(JobState, Option<DateTime<Utc>>)> = jobs::table
        .filter(jobs::kind.eq(kind))
        .filter(jobs::unique_key.eq(key))
        .order((jobs::run_at.desc(), jobs::finished_at.desc()))
        .select((jobs::state, jobs::finished_at))
        .first(tx.conn())
        .optional()?;
    Ok(last
        .filter(|(state, _)| *state == JobState::Discarded)
        .and_then(|(_, at)| at))
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

/// Takes the job that has been due longest, under a lease.
pub(super) fn claim(tx: &mut SystemTx<'_>, lease: TimeDelta) -> QueryResult<Option<Claimed>> {
    let now = tx.now();
    take_from_the_dead(tx, now)?;
    let due: Option<Claimed> = Claimed::query()
        .filter(jobs::state.eq(JobState::Available))
        .filter(jobs::run_at.le(now))
        .order(jobs::run_at)
        .for_update()
        .skip_locked()
        .first(tx.conn())
        .optional()?;
    if let Some(job) = &due {
        diesel::update(jobs::table.find((job.org_id, job.id)))
            .set((
                jobs::state.eq(JobState::Executing),
                jobs::attempts.eq(job.attempt()),
                jobs::lease_until.eq(now + lease),
            ))
            .execute(tx.conn())?;
    }
    Ok(due)
}

/// Jobs whose worker ended without a word are due again, or given up: one that ends its worker each time must come to
/// an end itself.
fn take_from_the_dead(tx: &mut SystemTx<'_>, now: DateTime<Utc>) -> QueryResult<()> {
    let abandoned = jobs::state.eq(JobState::Executing).and(jobs::lease_until.lt(now));
    diesel::update(
        jobs::table
            .filter(abandoned)
            .filter(jobs::attempts.ge(jobs::max_attempts)),
    )
    .set((
        jobs::state.eq(JobState::Discarded),
        jobs::finished_at.eq(now),
        jobs::lease_until.eq(None::<DateTime<Utc>>),
        jobs::last_error.eq("its worker ended before it was done, in the last attempt"),
    ))
    .execute(tx.conn())?;
    diesel::update(jobs::table.filter(abandoned))
        .set((jobs::state.eq(JobState::Available), jobs::run_at.eq(now)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Closes a job; false when the lease had ended and the job is another worker's by now.
pub(super) fn finish(
    tx: &mut SystemTx<'_>,
    job: &Claimed,
    state: JobState,
    note: Option<&str>,
    result: Option<Value>,
) -> QueryResult<bool> {
    let now = tx.now();
    let closed = diesel::update(
        jobs::table
            .find((job.org_id, job.id))
            .filter(jobs::state.eq(JobState::Executing))
            .filter(jobs::attempts.eq(job.attempt())),
    )
    .set((
        jobs::state.eq(state),
        jobs::finished_at.eq(now),
        jobs::lease_until.eq(None::<DateTime<Utc>>),
        jobs::last_error.eq(note),
        jobs::result.eq(result),
    ))
    .execute(tx.conn())?;
    Ok(closed == 1)
}

/// Makes a job due again at a time, with this many attempts counted; false when it is another worker's by now.
pub(super) fn put_back(
    tx: &mut SystemTx<'_>,
    job: &Claimed,
    at: DateTime<Utc>,
    attempts: i32,
    note: Option<&str>,
) -> QueryResult<bool> {
    let put = diesel::update(
        jobs::table
            .find((job.org_id, job.id))
            .filter(jobs::state.eq(JobState::Executing))
            .filter(jobs::attempts.eq(job.attempt())),
    )
    .set((
        jobs::state.eq(JobState::Available),
        jobs::run_at.eq(at),
        jobs::attempts.eq(attempts),
        jobs::lease_until.eq(None::<DateTime<Utc>>),
        jobs::last_error.eq(note),
    ))
    .execute(tx.conn())?;
    Ok(put == 1)
}

/// Renews the lease, notes progress, and answers whether someone asked to stop; none when it is another worker's by now.
pub(super) fn note_progress(
    tx: &mut SystemTx<'_>,
    job: &Claimed,
    done: i32,
    total: Option<i32>,
    lease: TimeDelta,
) -> QueryResult<Option<bool>> {
    let until = tx.now() + lease;
    diesel::update(
        jobs::table
            .find((job.org_id, job.id))
            .filter(jobs::state.eq(JobState::Executing))
            .filter(jobs::attempts.eq(job.attempt())),
    )
    .set((
        jobs::progress_done.eq(done),
        jobs::progress_total.eq(total),
        jobs::lease_until.eq(until),
    ))
    .returning(jobs::cancel_requested)
    .get_result(tx.conn())
    .optional()
}

/// Whether a job is still this attempt's. Until the transaction ends nobody else can take it: it is asked last, so that who looks
/// for jobs of the dead never waits long.
pub(super) fn is_held(tx: &mut TenantTx<'_>, job: &Claimed) -> QueryResult<bool> {
    let held: Option<JobId> = jobs::table
        .filter(jobs::id.eq(job.id))
        .filter(jobs::state.eq(JobState::Executing))
        .filter(jobs::attempts.eq(job.attempt()))
        .select(jobs::id)
        .for_share()
        .first(tx.conn())
        .optional()?;
    Ok(held.is_some())
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
