//! Tasks in SQL. What the acting member does not see, row-level security leaves out of every one of these.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text, Uuid as SqlUuid};

use crate::domains::tenancy::Erasing;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, NoteId, TaskId};
use crate::kernel::sql_types;
use crate::platform::db::schema::tasks;
use crate::platform::db::{TenantTx, statement};

use super::forms::TaskWords;
use super::model::{Task, TaskPriority, TaskStatus};
use super::policy::{Changing, Making};

/// A task in a list.
#[derive(QueryableByName, Debug, Clone)]
pub struct Listed {
    #[diesel(sql_type = SqlUuid)]
    pub id: TaskId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = sql_types::TaskStatus)]
    pub status: TaskStatus,
    #[diesel(sql_type = sql_types::TaskPriority)]
    pub priority: TaskPriority,
    #[diesel(sql_type = Nullable<Date>)]
    pub due_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub member_id: Option<MemberId>,
    /// Whom it is about.
    #[diesel(sql_type = Nullable<Text>)]
    pub member: Option<String>,
    /// Whose it is when nobody is away.
    #[diesel(sql_type = SqlUuid)]
    pub assignee_id: MemberId,
    #[diesel(sql_type = Text)]
    pub assignee: String,
}

/// Which of the acting member's tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// To be done by them now: their own, and those that fall to them.
    Mine,
    /// What they made for others and see.
    Given,
    /// What is done or cancelled.
    Over,
}

macro_rules! listed {
    ($where:literal, $order:literal) => {
        concat!(
            "SELECT t.id, t.title, t.status, t.priority, t.due_on, t.member_id, m.display_name AS member, t.assignee_id, a.display_name AS assignee \
             FROM tasks t JOIN members a ON a.org_id = t.org_id AND a.id = t.assignee_id \
             LEFT JOIN members m ON m.org_id = t.org_id AND m.id = t.member_id WHERE ",
            $where,
            " ORDER BY ",
            $order,
            " LIMIT $3"
        )
    };
}

/// A page of tasks: what is open by day, what is over with the newest first.
#[expect(
    clippy::disallowed_methods,
    reason = "functions of the database and outer joins"
)]
pub fn page(
    tx: &mut TenantTx<'_>,
    which: Which,
    me: MemberId,
    after: Option<TaskId>,
    limit: i64,
) -> QueryResult<Vec<Listed>> {
    let text = match which {
        Which::Mine => listed!(
            "t.completed_at IS NULL AND t.status <> 'cancelled' \
             AND (t.assignee_id = $1 OR t.member_id IN (SELECT p.member_id FROM app.people_of($1, app.moment()) p)) \
             AND app.task_falls_to(t.assignee_id, t.member_id, app.moment()) = $1 \
             AND ($2::uuid IS NULL OR (coalesce(t.due_on, 'infinity'), t.id) > (SELECT coalesce(b.due_on, 'infinity'), b.id FROM tasks b WHERE b.id = $2))",
            "coalesce(t.due_on, 'infinity'), t.id"
        ),
        Which::Given => listed!(
            "t.completed_at IS NULL AND t.status <> 'cancelled' AND t.created_by = $1 AND t.assignee_id <> $1 \
             AND ($2::uuid IS NULL OR (coalesce(t.due_on, 'infinity'), t.id) > (SELECT coalesce(b.due_on, 'infinity'), b.id FROM tasks b WHERE b.id = $2))",
            "coalesce(t.due_on, 'infinity'), t.id"
        ),
        Which::Over => listed!(
            "(t.completed_at IS NOT NULL OR t.status = 'cancelled') AND (t.assignee_id = $1 OR t.created_by = $1 OR t.completed_by = $1) \
             AND ($2::uuid IS NULL OR (t.changed_at, t.id) < (SELECT b.changed_at, b.id FROM tasks b WHERE b.id = $2))",
            "t.changed_at DESC, t.id DESC"
        ),
    };
    statement(text)
        .bind::<SqlUuid, _>(me)
        .bind::<Nullable<SqlUuid>, _>(after)
        .bind::<BigInt, _>(limit)
        .load(tx.conn())
}

/// One task the acting member sees.
pub fn task(tx: &mut TenantTx<'_>, id: TaskId) -> QueryResult<Task> {
    Task::query().filter(tasks::id.eq(id)).first(tx.conn())
}

/// The tasks about a person, the newest first.
pub fn about(tx: &mut TenantTx<'_>, member: MemberId, limit: i64) -> QueryResult<Vec<Task>> {
    Task::query()
        .filter(tasks::member_id.eq(member))
        .order(tasks::id.desc())
        .limit(limit)
        .load(tx.conn())
}

/// The note a task follows.
#[derive(Debug, Clone, Copy)]
pub struct Follows {
    /// Which.
    pub note: NoteId,
    /// Whether only its author reads it; then only they see what follows it.
    pub is_private: bool,
}

/// Writes a task.
pub fn insert(
    tx: &mut TenantTx<'_>,
    making: &Making,
    words: &TaskWords,
    follows: Option<Follows>,
) -> QueryResult<TaskId> {
    let (id, now, by) = (tx.new_id::<TaskId>(), tx.now(), tx.actor().member_id());
    diesel::insert_into(tasks::table)
        .values((
            (
                tasks::id.eq(id),
                tasks::title.eq(&words.title),
                tasks::details.eq(&words.details),
                tasks::status.eq(words.status),
                tasks::priority.eq(words.priority),
                tasks::due_on.eq(words.due_on),
                tasks::assignee_id.eq(making.assignee()),
                tasks::member_id.eq(words.member),
            ),
            (
                tasks::note_id.eq(follows.map(|follows| follows.note)),
                tasks::is_private.eq(follows.is_some_and(|follows| follows.is_private)),
                tasks::is_follow_up.eq(follows.is_some()),
                tasks::blocked_reason.eq(&words.blocked_reason),
                tasks::created_by.eq(by),
                tasks::created_at.eq(now),
                tasks::changed_at.eq(now),
            ),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Writes a task's words, when it is still the version the writer saw.
///
/// # Errors
/// [`AppError::Conflict`] when somebody was faster.
pub fn update(
    tx: &mut TenantTx<'_>,
    changing: &Changing<'_>,
    words: &TaskWords,
    assignee: MemberId,
    version: i32,
) -> Result<(), AppError> {
    let (now, by) = (tx.now(), tx.actor().member_id());
    let (task, done) = (changing.task(), words.status == TaskStatus::Completed);
    let completed_at = match (done, task.completed_at) {
        (true, Some(before)) => Some(before),
        (true, None) => Some(now),
        (false, _) => None,
    };
    let completed_by = match (done, task.completed_at) {
        (true, Some(_)) => task.completed_by,
        (true, None) => by,
        (false, _) => None,
    };
    let same = tasks::table
        .filter(tasks::id.eq(task.id))
        .filter(tasks::version.eq(version));
    let changed = diesel::update(same)
        .set((
            tasks::title.eq(&words.title),
            tasks::details.eq(&words.details),
            tasks::status.eq(words.status),
            tasks::priority.eq(words.priority),
            tasks::due_on.eq(words.due_on),
            tasks::assignee_id.eq(assignee),
            tasks::blocked_reason.eq(&words.blocked_reason),
            tasks::completed_at.eq(completed_at),
            tasks::completed_by.eq(completed_by),
            tasks::changed_at.eq(now),
            tasks::version.eq(version + 1),
        ))
        .execute(tx.conn())?;
    match changed {
        0 => Err(AppError::Conflict(
            "Somebody changed this task while you had it open. Look at it again, then save.".to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Notes that the open follow-ups about a person are done: somebody spoke with them. Answers which.
#[expect(
    clippy::disallowed_methods,
    reason = "UPDATE … RETURNING over what one may see"
)]
pub fn complete_follow_ups(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    but: Option<TaskId>,
) -> QueryResult<Vec<(TaskId, MemberId)>> {
    let by = tx.actor().member_id();
    let done: Vec<Done> = statement(
        "UPDATE tasks SET status = 'completed', completed_at = app.moment(), completed_by = $2, changed_at = app.moment(), version = version + 1, blocked_reason = '' \
         WHERE member_id = $1 AND is_follow_up AND completed_at IS NULL AND status <> 'cancelled' AND id IS DISTINCT FROM $3 RETURNING id, assignee_id",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<Nullable<SqlUuid>, _>(by)
    .bind::<Nullable<SqlUuid>, _>(but)
    .load(tx.conn())?;
    Ok(done.into_iter().map(|done| (done.id, done.assignee_id)).collect())
}

#[derive(QueryableByName)]
struct Done {
    #[diesel(sql_type = SqlUuid)]
    id: TaskId,
    #[diesel(sql_type = SqlUuid)]
    assignee_id: MemberId,
}

#[derive(QueryableByName)]
struct Yes {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// Whether a task about this person would be seen by this assignee: who does not look after them can't be asked to.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn looks_after(tx: &mut TenantTx<'_>, assignee: MemberId, member: MemberId) -> QueryResult<bool> {
    let found: Yes = statement("SELECT app.covers($1, $2, app.moment()) AS yes")
        .bind::<SqlUuid, _>(assignee)
        .bind::<SqlUuid, _>(member)
        .get_result(tx.conn())?;
    Ok(found.yes)
}

/// Takes away every task about somebody.
pub fn erase(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<()> {
    diesel::delete(tasks::table.filter(tasks::member_id.eq(erasing.member())))
        .execute(tx.conn())
        .map(|_| ())
}

/// Every task about somebody that the acting member sees, the oldest first.
pub fn all_about(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<(String, String, DateTime<Utc>)>> {
    tasks::table
        .filter(tasks::member_id.eq(member))
        .order((tasks::created_at, tasks::id))
        .select((tasks::title, tasks::details, tasks::created_at))
        .limit(20_000)
        .load(tx.conn())
}
