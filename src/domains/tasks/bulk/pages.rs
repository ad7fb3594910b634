//! What is printed of a change of many tasks.

use askama::Template;

use crate::domains::people::stewards::queries::Candidate;
use crate::domains::tasks::assignees;
use crate::domains::tasks::model::{TaskPriority, TaskStatus};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{BulkChangeId, TaskId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, origin};

use super::actions::{self, UNDO};
use super::forms::BulkForm;
use super::queries;

/// `/tasks/bulk`: which tasks, and what is to become of them.
#[derive(Template)]
#[template(path = "tasks/bulk.html")]
pub struct BulkPage {
    pub shell: Shell,
    /// Such as `3 tasks`.
    pub count: String,
    pub tasks: Vec<(TaskId, String)>,
    pub statuses: Vec<Choice>,
    pub priorities: Vec<Choice>,
    pub assignees: Vec<Choice>,
    pub cancel: String,
    pub form: BulkForm,
    pub errors: FieldErrors,
}

impl BulkPage {
    /// The form over the ticked tasks, with what was typed when it comes back.
    ///
    /// # Errors
    /// As [`actions::ticked`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        form: BulkForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let ids = form.tasks()?;
        let tasks = actions::ticked(tx, &ids)?;
        let kept = |chosen: &str| Choice::new("", "As it is", chosen.is_empty());
        let words = |value: &str, label: &str, chosen: &str| Choice::new(value, label, value == chosen);
        let assignees = assignees::of(tx, me, None)?;
        let assignee = |one: Candidate| words(&one.id.to_string(), &one.name, &form.assignee);
        Ok(Self {
            shell,
            count: counted(tasks.len()),
            tasks: tasks.into_iter().map(|task| (task.id, task.title)).collect(),
            statuses: std::iter::once(kept(&form.status))
                .chain(
                    TaskStatus::ALL
                        .iter()
                        .map(|one| words(one.as_str(), one.label(), &form.status)),
                )
                .collect(),
            priorities: std::iter::once(kept(&form.priority))
                .chain(
                    TaskPriority::ALL
                        .iter()
                        .map(|one| words(one.as_str(), one.label(), &form.priority)),
                )
                .collect(),
            assignees: std::iter::once(kept(&form.assignee))
                .chain(assignees.into_iter().map(assignee))
                .collect(),
            cancel: origin::local_path(&form.return_to).unwrap_or("/tasks").to_owned(),
            form,
            errors,
        })
    }
}

/// `/tasks/bulk/{bulk}`: what was changed, and the way back.
#[derive(Template)]
#[template(path = "tasks/bulk_done.html")]
pub struct DonePage {
    pub shell: Shell,
    pub id: BulkChangeId,
    pub count: String,
    pub until: String,
    pub can_undo: bool,
    pub is_undone: bool,
}

impl DonePage {
    /// One of the acting member's changes.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for others'.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        id: BulkChangeId,
    ) -> Result<Self, AppError> {
        let change = queries::change(tx, id)?;
        let until = change.made_at + UNDO;
        Ok(Self {
            shell,
            id,
            count: counted(queries::before(tx, id)?.len()),
            until: local_date_time(until, me.zone),
            can_undo: change.undone_at.is_none() && tx.now() <= until,
            is_undone: change.undone_at.is_some(),
        })
    }
}

/// `1 task`, `12 tasks`.
pub fn counted(count: usize) -> String {
    match count {
        1 => "1 task".to_owned(),
        count => format!("{count} tasks"),
    }
}
