//! A repeating task that is done makes the next one, once; one that is to be done after all takes it back.

use serde_json::json;

use crate::kernel::error::AppError;
use crate::kernel::ids::TaskId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::checklist::queries as checklist;
use super::events::TaskCreated;
use super::history::{self, What};
use super::model::{Task, TaskStatus};
use super::queries;

/// What follows from a change of status.
///
/// # Errors
/// When the database fails.
pub fn follow(
    tx: &mut TenantTx<'_>,
    id: TaskId,
    before: TaskStatus,
    now: TaskStatus,
) -> Result<(), AppError> {
    if before == now || TaskStatus::Completed != before && TaskStatus::Completed != now {
        return Ok(());
    }
    let task = queries::task(tx, id)?;
    match now {
        TaskStatus::Completed => come_again(tx, &task),
        _ => take_back(tx, &task),
    }
}

/// Makes the next task of a series that goes on. Where it was made before, nothing happens.
///
/// # Errors
/// When the database fails.
pub fn come_again(tx: &mut TenantTx<'_>, task: &Task) -> Result<(), AppError> {
    let (Some(repeat), Some(due)) = (task.repeat(), task.due_on) else {
        return Ok(());
    };
    let zone = tx.me().map_or(chrono_tz::Tz::UTC, |me| me.zone);
    let today = tx.now().with_timezone(&zone).date_naive();
    let month_day = task
        .repeat_day
        .and_then(|day| u32::try_from(day).ok())
        .unwrap_or(1);
    let next = match task.counts_from_contact {
        true => repeat.after(today),
        false => repeat.next(due, month_day, today),
    };
    let Some(next) = next else {
        return Ok(());
    };
    let Some(made) = queries::insert_next(tx, task, next)? else {
        return Ok(());
    };
    checklist::copy(tx, task, made)?;
    history::note(tx, made, What::Created, "")?;
    tx.audit(
        Entry::of("tasks.task.created", "task", made).after(json!({ "after": task.id, "due_on": next })),
    )?;
    tx.emit(&TaskCreated {
        task: made,
        assignee: task.assignee_id,
    })?;
    Ok(())
}

fn take_back(tx: &mut TenantTx<'_>, task: &Task) -> Result<(), AppError> {
    if let Some(gone) = queries::delete_untouched_next(tx, task)? {
        let because = json!({ "because": "the one before is to be done after all", "before": task.id });
        tx.audit(Entry::of("tasks.task.removed", "task", gone).after(because))?;
    }
    Ok(())
}
