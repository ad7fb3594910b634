//! What browsers send about tasks.

use chrono::NaiveDate;
use serde::Deserialize;

use super::actions::Move;
use super::model::{RepeatUnit, Task, TaskPriority, TaskStatus};
use super::repeating::Repeat;
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::MemberId;
use crate::kernel::validate::Check;

pub use super::days::{day_in_words, length_in_words, minutes_in_words, quick_words};

/// A task as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TaskForm {
    pub title: String,
    pub details: String,
    pub due: String,
    pub priority: String,
    pub status: String,
    pub blocked_reason: String,
    pub assignee: String,
    /// Whom it is about; empty when it is about nobody.
    pub member: String,
    pub version: String,
    pub reference: String,
    /// How long it takes, as people write it: `90`, `1h 30m`.
    pub estimate: String,
    /// `day`, `week`, `month`, or empty.
    pub repeat_unit: String,
    pub repeat_every: String,
    pub repeat_until: String,
    /// Not empty where it counts from the last conversation with the person.
    pub from_contact: String,
    /// Not empty where the day may stand at the end of the title.
    pub quick: String,
    /// The page to come back to.
    pub return_to: String,
}

/// A task as meant.
#[derive(Debug, Clone)]
pub struct TaskWords {
    pub title: String,
    pub details: String,
    pub due_on: Option<NaiveDate>,
    pub priority: TaskPriority,
    pub status: TaskStatus,
    pub blocked_reason: String,
    pub assignee: Option<MemberId>,
    pub member: Option<MemberId>,
    pub reference: String,
    /// How long it is thought to take, in minutes.
    pub estimate: Option<i32>,
    pub repeat: Option<Repeat>,
    /// Whether it repeats from the last conversation with the person.
    pub from_contact: bool,
}

impl TaskWords {
    /// The words of a new task of which only the title is known.
    pub fn titled(title: String) -> Self {
        Self {
            title,
            details: String::new(),
            due_on: None,
            priority: TaskPriority::Medium,
            status: TaskStatus::Pending,
            blocked_reason: String::new(),
            assignee: None,
            member: None,
            reference: String::new(),
            estimate: None,
            repeat: None,
            from_contact: false,
        }
    }

    /// The words a task has.
    pub fn of(task: &Task) -> Self {
        Self {
            title: task.title.clone(),
            details: task.details.clone(),
            due_on: task.due_on,
            priority: task.priority,
            status: task.status,
            blocked_reason: task.blocked_reason.clone(),
            assignee: None,
            member: task.member_id,
            reference: task.reference.clone(),
            estimate: task.estimate_minutes,
            repeat: task.repeat(),
            from_contact: task.counts_from_contact,
        }
    }
}

impl TaskForm {
    /// Reads the form; days may be written in words.
    ///
    /// # Errors
    /// A missing or over-long title, a day that is none, a blocked task without a reason.
    pub fn parse(&self, today: NaiveDate) -> Result<TaskWords, FieldErrors> {
        let mut check = Check::default();
        let (typed, day_at_the_end) = match self.quick.is_empty() || !self.due.trim().is_empty() {
            true => (self.title.clone(), None),
            false => quick_words(&self.title, today),
        };
        let title = check.line("title", "What to do", &typed, 1, 200);
        let details = check.text("details", "The details", &self.details, 0, 4_000);
        let due_on = match self.due.trim() {
            "" => day_at_the_end,
            words => {
                let day = day_in_words(words, today);
                let message = "Write a day such as tomorrow, next Tue, 24 Dec or 2026-12-24.";
                check.refuse_when(day.is_none(), "due", message);
                day
            }
        };
        let priority = match self.priority.as_str() {
            "" => TaskPriority::Medium,
            word => check
                .one_of("priority", "how much it presses", word)
                .unwrap_or(TaskPriority::Medium),
        };
        let status = match self.status.as_str() {
            "" => TaskStatus::Pending,
            word => check
                .one_of("status", "how far it is", word)
                .unwrap_or(TaskStatus::Pending),
        };
        let blocked_reason = check.line("blocked_reason", "The reason", &self.blocked_reason, 0, 300);
        check.refuse_when(
            status == TaskStatus::Blocked && blocked_reason.is_empty(),
            "blocked_reason",
            "Say what it waits for, so that somebody can help.",
        );
        let reference = check.line("reference", "The reference", &self.reference, 0, 60);
        let estimate = self.estimate(&mut check);
        let repeat = self.repeat(&mut check);
        check.refuse_when(
            repeat.is_some() && due_on.is_none() && self.due.trim().is_empty(),
            "due",
            "Say by when: what repeats counts from a day.",
        );
        let from_contact = !self.from_contact.is_empty();
        check.refuse_when(
            from_contact && repeat.is_none(),
            "repeat_unit",
            "Say how often: every how many days, weeks or months after a conversation.",
        );
        let assignee = check.optional("assignee", "somebody", &self.assignee);
        let member = check.optional("member", "somebody", &self.member);
        check.refuse_when(
            from_contact && self.member.trim().is_empty(),
            "from_contact",
            "Only a task about a person counts from a conversation.",
        );
        check.finish(|| TaskWords {
            title,
            details,
            due_on,
            priority,
            blocked_reason: match status {
                TaskStatus::Blocked => blocked_reason,
                _ => String::new(),
            },
            status,
            assignee,
            member,
            reference,
            estimate,
            repeat,
            from_contact,
        })
    }

    fn estimate(&self, check: &mut Check) -> Option<i32> {
        let words = self.estimate.trim();
        let minutes = minutes_in_words(words).filter(|minutes| *minutes <= 60_000);
        check.refuse_when(
            !words.is_empty() && minutes.is_none(),
            "estimate",
            "Write how long, such as 45m, 1h 30m or 2h.",
        );
        minutes
    }

    fn repeat(&self, check: &mut Check) -> Option<Repeat> {
        let unit: Option<RepeatUnit> = check.optional("repeat_unit", "how it repeats", &self.repeat_unit);
        let unit = unit?;
        let every = match self.repeat_every.trim() {
            "" => 1,
            number => check.whole_number("repeat_every", "Every how many", number, 1, 99),
        };
        let until = check.day("repeat_until", &self.repeat_until);
        Some(Repeat {
            every: u32::try_from(every).unwrap_or(1),
            unit,
            until,
        })
    }
}

/// Where a button, a menu or a drop moves a task. A board sends the version with the address, so that one form serves all its cards.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MoveForm {
    pub status: String,
    /// What it waits for.
    pub reason: String,
    pub version: String,
    /// The page to come back to.
    pub return_to: String,
}

impl MoveForm {
    /// Reads the form; `in_address` is the version in the address, taken where the form has none.
    ///
    /// # Errors
    /// A status that is none, a reason too long for a line.
    pub fn parse(&self, in_address: &str) -> Result<Move, FieldErrors> {
        let mut check = Check::default();
        let to = check.one_of("status", "a status", &self.status);
        let reason = check.line("reason", "The reason", &self.reason, 0, 300);
        let version = match self.version.as_str() {
            "" => in_address.parse().ok(),
            version => version.parse().ok(),
        };
        check.finish(|| Move {
            to: to.unwrap_or(TaskStatus::Pending),
            reason,
            version,
        })
    }
}
