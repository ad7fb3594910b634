//! Tasks.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{MemberId, NoteId, TaskId};
use crate::pg_enum;
use crate::platform::db::schema::tasks;

use super::repeating::Repeat;

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

pg_enum! {
    /// What a repeating task is counted in.
    RepeatUnit as TaskRepeat {
        Day = "day": "days",
        Week = "week": "weeks",
        Month = "month": "months",
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
    /// The case or grievance it refers to, as people call it; may be empty.
    pub reference: String,
    /// How long it is thought to take, in minutes.
    pub estimate_minutes: Option<i32>,
    /// What it repeats in; none when it does not repeat.
    pub repeat_unit: Option<RepeatUnit>,
    /// Every how many of those.
    pub repeat_every: i32,
    /// The last day a next one may be due.
    pub repeat_until: Option<NaiveDate>,
    /// The day of the month a monthly one began on.
    pub repeat_day: Option<i32>,
    /// The first task of its series.
    pub series_id: Option<TaskId>,
    /// Its number in the series, from 1.
    pub occurrence: i32,
    /// Whether it repeats from the last conversation with the person instead of from its own day.
    pub counts_from_contact: bool,
}

impl Task {
    /// How it repeats, when it does.
    pub fn repeat(&self) -> Option<Repeat> {
        Some(Repeat {
            every: u32::try_from(self.repeat_every).unwrap_or(1),
            unit: self.repeat_unit?,
            until: self.repeat_until,
        })
    }
}
