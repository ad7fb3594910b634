//! Changing many tasks, and undoing it.

use chrono::TimeDelta;
use serde_json::json;

use crate::domains::tasks::actions as tasks;
use crate::domains::tasks::forms::TaskWords;
use crate::domains::tasks::model::Task;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{BulkChangeId, TaskId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::BulkWords;
use super::queries::{self, Before};

/// How long a change can be undone.
pub const UNDO: TimeDelta = TimeDelta::hours(24);

/// The ticked tasks the acting member sees.
///
/// # Errors
/// [`AppError::NotFound`] when one of them is not there for them (any more).
pub fn ticked(tx: &mut TenantTx<'_>, ids: &[TaskId]) -> Result<Vec<Task>, AppError> {
    let found = queries::tasks_of(tx, ids)?;
    match found.len() == ids.len() {
        true => Ok(found),
        false => Err(AppError::NotFound),
    }
}

/// Changes all of them or none.
///
/// # Errors
/// As [`tasks::edit`], with the name of the task it is about.
pub fn apply(tx: &mut TenantTx<'_>, ids: &[TaskId], words: &BulkWords) -> Result<BulkChangeId, AppError> {
    let found = ticked(tx, ids)?;
    let me = tx.my_id()?;
    let change = queries::begin(tx, me)?;
    for task in &found {
        queries::keep(tx, change, task)?;
        let wanted = words.over(TaskWords::of(task));
        tasks::edit(tx, task, &wanted, task.version).map_err(|error| about(error, &task.title))?;
    }
    tx.audit(Entry::of("tasks.many.changed", "bulk_change", change).after(json!({ "tasks": found.len() })))?;
    Ok(change)
}

fn about(error: AppError, title: &str) -> AppError {
    let AppError::Invalid(errors) = error else {
        return error;
    };
    let mut named = FieldErrors::default();
    for (field, message) in errors.iter() {
        named.add(field, format!("{title}: {message}"));
    }
    AppError::Invalid(named)
}

/// What an undo put back.
#[derive(Debug, Clone, Copy)]
pub struct Undone {
    /// Tasks that are as they were.
    pub restored: usize,
    /// Tasks that were changed again since, and stay.
    pub left: usize,
}

/// Puts back how the tasks of a change were, save those that were changed since.
///
/// # Errors
/// [`AppError::NotFound`] for others' changes; [`AppError::Conflict`] when it is too late, or was undone before.
pub fn undo(tx: &mut TenantTx<'_>, id: BulkChangeId) -> Result<Undone, AppError> {
    let change = queries::change(tx, id)?;
    if tx.now() - change.made_at > UNDO {
        return Err(AppError::Conflict("That was more than a day ago.".to_owned()));
    }
    if queries::note_undone(tx, id)? == 0 {
        return Err(AppError::Conflict("That was undone before.".to_owned()));
    }
    let mut undone = Undone { restored: 0, left: 0 };
    let rows = queries::before(tx, id)?;
    for row in &rows {
        match restore(tx, row)? {
            true => undone.restored += 1,
            false => undone.left += 1,
        }
    }
    let told = json!({ "restored": undone.restored, "left": undone.left });
    tx.audit(Entry::of("tasks.many.restored", "bulk_change", id).after(told))?;
    Ok(undone)
}

fn restore(tx: &mut TenantTx<'_>, row: &Before) -> Result<bool, AppError> {
    let found = queries::tasks_of(tx, &[row.task_id])?;
    let Some(task) = found.first().filter(|task| task.version == row.version_after) else {
        return Ok(false);
    };
    let words = TaskWords {
        status: row.status,
        priority: row.priority,
        due_on: row.due_on,
        assignee: Some(row.assignee_id),
        blocked_reason: row.blocked_reason.clone(),
        ..TaskWords::of(task)
    };
    match tasks::edit(tx, task, &words, task.version) {
        Ok(()) => Ok(true),
        // Whose it was may no longer look after the person: then it stays.
        Err(AppError::Invalid(_) | AppError::Denied(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
