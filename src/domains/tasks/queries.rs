//! Tasks in SQL. What the acting member does not see, row-level security leaves out of every one of these.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Uuid as SqlUuid};

use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, NoteId, TaskId};
use crate::platform::db::schema::tasks;
use crate::platform::db::{TenantTx, statement};

use super::forms::TaskWords;
use super::model::{Task, TaskStatus};
use super::policy::{Changing, Making};

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
