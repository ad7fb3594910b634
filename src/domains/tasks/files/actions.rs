//! What is done with files of tasks. Each is one transaction; bytes are stored before and removed after it.

use serde_json::json;

use crate::domains::tasks::events::TaskChanged;
use crate::domains::tasks::history::{self, What};
use crate::domains::tasks::model::Task;
use crate::domains::tasks::{policy, queries as tasks};
use crate::kernel::error::AppError;
use crate::kernel::ids::{TaskFileId, TaskId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::files::StoredFile;

use super::queries::{self, TaskFile};

/// Files one task may have.
pub const MOST: usize = 20;

/// Refuses early what could not be added anyway; answers the files that are there.
///
/// # Errors
/// [`AppError::NotFound`] for who does not see the task, [`AppError::Denied`] as [`policy::may_add`].
pub fn prepare(tx: &mut TenantTx<'_>, id: TaskId) -> Result<Vec<TaskFile>, AppError> {
    let task = tasks::task(tx, id)?;
    policy::may_add(tx.actor(), &task)?;
    Ok(queries::of_task(tx, id)?)
}

/// Writes the row of a file whose bytes are stored. False when it is there already.
///
/// # Errors
/// As [`prepare`]; [`AppError::Invalid`] for one file too many.
pub fn add(
    tx: &mut TenantTx<'_>,
    id: TaskId,
    file: TaskFileId,
    stored: &StoredFile,
) -> Result<bool, AppError> {
    // Whoever adds files to the same task at the same time waits, and then counts what is there.
    let task = tasks::held(tx, id)?;
    let adding = policy::may_add(tx.actor(), &task)?;
    let there = queries::of_task(tx, id)?;
    if there.iter().any(|one| one.id == file) {
        return Ok(false);
    }
    if there.len() >= MOST {
        return Err(too_many());
    }
    if !queries::insert(tx, &adding, file, stored)? {
        return Ok(false);
    }
    tell(tx, &task, What::FileAdded, &stored.name)?;
    Ok(true)
}

/// That a task has as many files as it can.
pub fn too_many() -> AppError {
    AppError::field("files", "That is as many files as one task can have.")
}

/// Removes a file.
///
/// # Errors
/// [`AppError::NotFound`] for who does not see the task, or a file that is gone.
pub fn remove(tx: &mut TenantTx<'_>, id: TaskId, file: TaskFileId) -> Result<(), AppError> {
    let task = tasks::held(tx, id)?;
    let found = queries::one(tx, id, file)?;
    let changing = policy::may_change(tx.actor(), &task)?;
    queries::remove(tx, &changing, file)?;
    tell(tx, &task, What::FileRemoved, &found.name)
}

fn tell(tx: &mut TenantTx<'_>, task: &Task, what: What, name: &str) -> Result<(), AppError> {
    history::note(tx, task.id, what, name)?;
    tx.audit(Entry::of("tasks.files.changed", "task", task.id).after(json!({ "what": what.as_str() })))?;
    tx.emit(&TaskChanged {
        task: task.id,
        assignee: task.assignee_id,
    })?;
    Ok(())
}
