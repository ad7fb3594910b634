//! Changes of many tasks in SQL. Only who made one sees it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::domains::tasks::model::{Task, TaskPriority, TaskStatus};
use crate::kernel::ids::{BulkChangeId, MemberId, TaskId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{task_bulk_changes, task_bulk_rows, tasks};

/// A change that was made.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = task_bulk_changes)]
pub struct BulkChange {
    pub made_at: DateTime<Utc>,
    pub undone_at: Option<DateTime<Utc>>,
}

/// How a task was before.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = task_bulk_rows)]
pub struct Before {
    pub task_id: TaskId,
    pub status: TaskStatus,
    pub priority: TaskPriority,
    pub due_on: Option<NaiveDate>,
    pub assignee_id: MemberId,
    pub blocked_reason: String,
    pub version_after: i32,
}

/// Those of these tasks the acting member sees, by day.
pub fn tasks_of(tx: &mut TenantTx<'_>, ids: &[TaskId]) -> QueryResult<Vec<Task>> {
    Task::query()
        .filter(tasks::id.eq_any(ids.to_vec()))
        .order((tasks::due_on, tasks::id))
        .load(tx.conn())
}

/// Notes that the acting member changes many tasks.
pub fn begin(tx: &mut TenantTx<'_>, me: MemberId) -> QueryResult<BulkChangeId> {
    let (id, now): (BulkChangeId, _) = (tx.new_id(), tx.now());
    diesel::insert_into(task_bulk_changes::table)
        .values((
            task_bulk_changes::id.eq(id),
            task_bulk_changes::made_by.eq(me),
            task_bulk_changes::made_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Notes how a task was.
pub fn keep(tx: &mut TenantTx<'_>, change: BulkChangeId, task: &Task) -> QueryResult<()> {
    diesel::insert_into(task_bulk_rows::table)
        .values((
            task_bulk_rows::change_id.eq(change),
            task_bulk_rows::task_id.eq(task.id),
            task_bulk_rows::status.eq(task.status),
            task_bulk_rows::priority.eq(task.priority),
            task_bulk_rows::due_on.eq(task.due_on),
            task_bulk_rows::assignee_id.eq(task.assignee_id),
            task_bulk_rows::blocked_reason.eq(&task.blocked_reason),
            task_bulk_rows::version_after.eq(task.version + 1),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// One of the acting member's changes.
pub fn change(tx: &mut TenantTx<'_>, id: BulkChangeId) -> QueryResult<BulkChange> {
    BulkChange::query()
        .filter(task_bulk_changes::id.eq(id))
        .first(tx.conn())
}

/// How the tasks of a change were, as far as the acting member still sees them.
pub fn before(tx: &mut TenantTx<'_>, id: BulkChangeId) -> QueryResult<Vec<Before>> {
    Before::query()
        .filter(task_bulk_rows::change_id.eq(id))
        .order(task_bulk_rows::task_id)
        .load(tx.conn())
}

/// Notes that a change was undone; answers how many that were, so that two who press at once undo once.
pub fn note_undone(tx: &mut TenantTx<'_>, id: BulkChangeId) -> QueryResult<usize> {
    let now = tx.now();
    let standing = task_bulk_changes::table
        .filter(task_bulk_changes::id.eq(id))
        .filter(task_bulk_changes::undone_at.is_null());
    diesel::update(standing)
        .set(task_bulk_changes::undone_at.eq(Some(now)))
        .execute(tx.conn())
}
