//! Steps in SQL. Those of a task the acting member does not see are not there.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::tasks::model::Task;
use crate::domains::tasks::policy::{Adding, Changing};
use crate::kernel::ids::{TaskId, TaskItemId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::task_items;

/// A step.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = task_items)]
pub struct Item {
    pub id: TaskItemId,
    pub position: i32,
    pub title: String,
    pub done_at: Option<DateTime<Utc>>,
}

/// Steps one task may have.
pub const MOST: usize = 100;

/// The steps of a task, in their order.
pub fn of_task(tx: &mut TenantTx<'_>, task: TaskId) -> QueryResult<Vec<Item>> {
    Item::query()
        .filter(task_items::task_id.eq(task))
        .order((task_items::position, task_items::id))
        .load(tx.conn())
}

/// Adds a step at this place.
pub fn add(tx: &mut TenantTx<'_>, adding: &Adding<'_>, position: i32, title: &str) -> QueryResult<()> {
    insert(tx, adding.task().id, position, title)
}

/// Gives the next task of a series the steps of the one before, none of them ticked.
pub fn copy(tx: &mut TenantTx<'_>, before: &Task, next: TaskId) -> QueryResult<()> {
    for item in of_task(tx, before.id)? {
        insert(tx, next, item.position, &item.title)?;
    }
    Ok(())
}

fn insert(tx: &mut TenantTx<'_>, task: TaskId, position: i32, title: &str) -> QueryResult<()> {
    let id: TaskItemId = tx.new_id();
    diesel::insert_into(task_items::table)
        .values((
            task_items::id.eq(id),
            task_items::task_id.eq(task),
            task_items::position.eq(position),
            task_items::title.eq(title),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Ticks a step, or takes the tick away where `at` is none.
pub fn tick(
    tx: &mut TenantTx<'_>,
    _: &Changing<'_>,
    item: TaskItemId,
    at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    let by = tx.actor().member_id().filter(|_| at.is_some());
    diesel::update(task_items::table.filter(task_items::id.eq(item)))
        .set((task_items::done_at.eq(at), task_items::done_by.eq(by)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Gives a step another place.
pub fn place(tx: &mut TenantTx<'_>, _: &Changing<'_>, item: TaskItemId, position: i32) -> QueryResult<()> {
    diesel::update(task_items::table.filter(task_items::id.eq(item)))
        .set(task_items::position.eq(position))
        .execute(tx.conn())
        .map(|_| ())
}

/// Removes a step.
pub fn remove(tx: &mut TenantTx<'_>, _: &Changing<'_>, item: TaskItemId) -> QueryResult<()> {
    diesel::delete(task_items::table.filter(task_items::id.eq(item)))
        .execute(tx.conn())
        .map(|_| ())
}
