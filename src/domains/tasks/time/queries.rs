//! Time entries in SQL. Those of a task the acting member does not see are not there.

use chrono::NaiveDate;
use diesel::dsl::sum;
use diesel::prelude::*;

use crate::domains::tasks::policy::Adding;
use crate::kernel::ids::{MemberId, TaskId, TimeEntryId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::task_time_entries;

use super::actions::TimeWords;

/// Time somebody spent.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = task_time_entries)]
pub struct Entry {
    pub id: TimeEntryId,
    pub member_id: MemberId,
    pub worked_on: NaiveDate,
    /// At least 1, at most a day.
    pub minutes: i32,
    pub note: String,
}

/// The latest entries of a task.
pub fn latest(tx: &mut TenantTx<'_>, task: TaskId, limit: i64) -> QueryResult<Vec<Entry>> {
    Entry::query()
        .filter(task_time_entries::task_id.eq(task))
        .order((task_time_entries::worked_on.desc(), task_time_entries::id.desc()))
        .limit(limit)
        .load(tx.conn())
}

/// All minutes spent on a task.
pub fn total(tx: &mut TenantTx<'_>, task: TaskId) -> QueryResult<i64> {
    let total: Option<i64> = task_time_entries::table
        .filter(task_time_entries::task_id.eq(task))
        .select(sum(task_time_entries::minutes))
        .first(tx.conn())?;
    Ok(total.unwrap_or_default())
}

/// One entry of a task.
pub fn one(tx: &mut TenantTx<'_>, task: TaskId, id: TimeEntryId) -> QueryResult<Entry> {
    Entry::query()
        .filter(task_time_entries::task_id.eq(task))
        .filter(task_time_entries::id.eq(id))
        .first(tx.conn())
}

/// Writes an entry of the acting member.
pub fn insert(tx: &mut TenantTx<'_>, adding: &Adding<'_>, words: &TimeWords) -> QueryResult<TimeEntryId> {
    let (id, now): (TimeEntryId, _) = (tx.new_id(), tx.now());
    diesel::insert_into(task_time_entries::table)
        .values((
            task_time_entries::id.eq(id),
            task_time_entries::task_id.eq(adding.task().id),
            task_time_entries::member_id.eq(adding.member()),
            task_time_entries::worked_on.eq(words.worked_on),
            task_time_entries::minutes.eq(words.minutes),
            task_time_entries::note.eq(&words.note),
            task_time_entries::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// That an entry is the acting member's own.
pub struct Own<'a>(&'a Entry);

impl<'a> Own<'a> {
    /// Proof for whose it is; none for others.
    pub fn of(entry: &'a Entry, me: MemberId) -> Option<Self> {
        (entry.member_id == me).then_some(Self(entry))
    }
}

/// Removes an entry.
pub fn remove(tx: &mut TenantTx<'_>, own: &Own<'_>) -> QueryResult<()> {
    diesel::delete(task_time_entries::table.filter(task_time_entries::id.eq(own.0.id)))
        .execute(tx.conn())
        .map(|_| ())
}
