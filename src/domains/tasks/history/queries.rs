//! Changes of tasks in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::kernel::ids::{EventId, MemberId, TaskId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::task_changes;

use super::What;

/// One change to be noted.
#[derive(Debug, Clone)]
pub struct Change {
    /// What happened.
    pub what: What,
    pub before: String,
    pub after: String,
}

/// One change that was noted.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = task_changes)]
pub struct ChangeRow {
    pub made_at: DateTime<Utc>,
    pub made_by: Option<MemberId>,
    pub what: String,
    pub before: String,
    pub after: String,
}

/// Notes a change of the acting member.
pub fn add(tx: &mut TenantTx<'_>, task: TaskId, change: &Change) -> QueryResult<()> {
    let (id, now, by): (Uuid, _, _) = (tx.new_id::<EventId>().0, tx.now(), tx.actor().member_id());
    diesel::insert_into(task_changes::table)
        .values((
            task_changes::id.eq(id),
            task_changes::task_id.eq(task),
            task_changes::made_at.eq(now),
            task_changes::made_by.eq(by),
            task_changes::what.eq(change.what.as_str()),
            task_changes::before.eq(&change.before),
            task_changes::after.eq(&change.after),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// The newest changes of a task.
pub fn newest(tx: &mut TenantTx<'_>, task: TaskId, limit: i64) -> QueryResult<Vec<ChangeRow>> {
    ChangeRow::query()
        .filter(task_changes::task_id.eq(task))
        .order(task_changes::id.desc())
        .limit(limit)
        .load(tx.conn())
}
