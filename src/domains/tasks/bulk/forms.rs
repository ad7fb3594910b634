//! What browsers send about many tasks.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domains::tasks::forms::{TaskWords, day_in_words};
use crate::domains::tasks::model::{TaskPriority, TaskStatus};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, TaskId};
use crate::kernel::validate::Check;

/// Tasks one change may reach.
pub const MOST: usize = 200;

/// The ticked tasks and what is to become of them, as typed. What is empty stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct BulkForm {
    pub task: Vec<String>,
    pub status: String,
    pub reason: String,
    pub priority: String,
    /// A day, or `none` for without a day.
    pub due: String,
    pub assignee: String,
    pub return_to: String,
}

/// What is to become of them, as meant.
#[derive(Debug, Clone)]
pub struct BulkWords {
    pub status: Option<TaskStatus>,
    pub reason: String,
    pub priority: Option<TaskPriority>,
    /// The outer none: as it is.
    pub due: Option<Option<NaiveDate>>,
    pub assignee: Option<MemberId>,
}

impl BulkForm {
    /// The ticked tasks, each once.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for none, or too many.
    pub fn tasks(&self) -> Result<Vec<TaskId>, AppError> {
        let mut ids: Vec<TaskId> = self.task.iter().filter_map(|id| id.parse().ok()).collect();
        ids.sort_unstable();
        ids.dedup();
        match ids.len() {
            0 => Err(AppError::field("task", "Tick the tasks you want to change.")),
            count if count > MOST => Err(AppError::field(
                "task",
                format!("Change {MOST} tasks at a time at most."),
            )),
            _ => Ok(ids),
        }
    }

    /// Reads what is to be changed.
    ///
    /// # Errors
    /// Nothing to change, a day that is none, blocked without a reason.
    pub fn parse(&self, today: NaiveDate) -> Result<BulkWords, FieldErrors> {
        let mut check = Check::default();
        let status = check.optional("status", "a status", &self.status);
        let reason = check.line("reason", "The reason", &self.reason, 0, 300);
        let priority = check.optional("priority", "how much they press", &self.priority);
        let due = match self.due.trim() {
            "" => None,
            "none" => Some(None),
            words => {
                let day = day_in_words(words, today);
                let message = "Write a day such as tomorrow, next Tue or 2026-12-24, or none.";
                check.refuse_when(day.is_none(), "due", message);
                Some(day)
            }
        };
        let assignee = check.optional("assignee", "somebody", &self.assignee);
        check.refuse_when(
            status == Some(TaskStatus::Blocked) && reason.is_empty(),
            "reason",
            "Say what they wait for, so that somebody can help.",
        );
        let is_nothing = status.is_none() && priority.is_none() && due.is_none() && assignee.is_none();
        check.refuse_when(
            is_nothing && self.status.is_empty() && self.priority.is_empty(),
            "status",
            "Choose at least one thing to change.",
        );
        check.finish(|| BulkWords {
            status,
            reason,
            priority,
            due,
            assignee,
        })
    }
}

impl BulkWords {
    /// A task's words with these over them.
    pub fn over(&self, words: TaskWords) -> TaskWords {
        let status = self.status.unwrap_or(words.status);
        TaskWords {
            status,
            blocked_reason: match (self.status, status) {
                (Some(_), TaskStatus::Blocked) => self.reason.clone(),
                (Some(_), _) => String::new(),
                (None, _) => words.blocked_reason,
            },
            priority: self.priority.unwrap_or(words.priority),
            due_on: self.due.unwrap_or(words.due_on),
            assignee: self.assignee.or(words.assignee),
            ..words
        }
    }
}
