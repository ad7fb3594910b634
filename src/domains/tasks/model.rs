//! Tasks.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{MemberId, NoteId, TaskId};
use crate::pg_enum;
use crate::platform::db::schema::tasks;

pg_enum! {
    /// How far a task is.
    TaskStatus as TaskStatus {
        Pending = "pending": "To do",
        InProgress = "in_progress": "In progress",
        Blocked = "blocked": "Blocked",
        Completed = "completed": "Done",
        Cancelled = "cancelled": "Cancelled",
    }
}

impl TaskStatus {
    /// Whether there is nothing more to do.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }
}

pg_enum! {
    /// How much it presses.
    TaskPriority as TaskPriority {
        Low = "low": "Low",
        Medium = "medium": "Medium",
        High = "high": "High",
        Urgent = "urgent": "Urgent",
    }
}

/// A task the acting member sees.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = tasks)]
pub struct Task {
    /// Which.
    pub id: TaskId,
    /// What to do, in a line.
    pub title: String,
    /// More about it; may be empty.
    pub details: String,
    /// How far it is.
    pub status: TaskStatus,
    /// How much it presses.
    pub priority: TaskPriority,
    /// The last day, in the assignee's zone.
    pub due_on: Option<NaiveDate>,
    /// Whose it is.
    pub assignee_id: MemberId,
    /// Whom it is about.
    pub member_id: Option<MemberId>,
    /// The note it follows.
    pub note_id: Option<NoteId>,
    /// Whether it is done as soon as somebody spoke with the person.
    pub is_follow_up: bool,
    /// Why it cannot go on; not empty exactly while it is blocked.
    pub blocked_reason: String,
    /// Who made it.
    pub created_by: Option<MemberId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// When it was done.
    pub completed_at: Option<DateTime<Utc>>,
    /// Who did it.
    pub completed_by: Option<MemberId>,
    /// Counts changes, so that a form made from an older one is noticed.
    pub version: i32,
    /// Whether only whose it is and who made it see it, though it is about somebody.
    pub is_private: bool,
}
