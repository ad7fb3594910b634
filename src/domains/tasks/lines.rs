//! One task as lists, cards and days print it.

use chrono::{Datelike, NaiveDate};

use crate::kernel::ids::{MemberId, TaskId};
use crate::platform::web::Choice;

use super::model::{TaskPriority, TaskStatus};
use super::views::queries::Listed;

/// One task in a list.
pub struct TaskLine {
    pub id: TaskId,
    pub title: String,
    pub version: i32,
    /// Empty where it goes without saying.
    pub status: &'static str,
    pub status_tone: &'static str,
    pub priority: &'static str,
    pub due: String,
    pub is_overdue: bool,
    pub person: String,
    pub person_href: String,
    pub whose: String,
    /// What it waits for.
    pub waits_for: String,
    pub is_over: bool,
    pub is_follow_up: bool,
}

/// A task of a list, for who reads it today.
pub fn line(task: Listed, me: MemberId, today: NaiveDate) -> TaskLine {
    let is_over = task.status.is_over();
    TaskLine {
        id: task.id,
        title: task.title,
        version: task.version,
        status: match task.status {
            TaskStatus::Pending => "",
            status => status.label(),
        },
        status_tone: tone(task.status),
        priority: match task.priority {
            TaskPriority::High | TaskPriority::Urgent => task.priority.label(),
            TaskPriority::Low | TaskPriority::Medium => "",
        },
        due: task
            .due_on
            .map(|due| due_in_words(due, today))
            .unwrap_or_default(),
        is_overdue: !is_over && task.due_on.is_some_and(|due| due < today),
        person_href: task
            .member_id
            .map(|member| format!("/people/{member}/record"))
            .unwrap_or_default(),
        person: task.member.unwrap_or_default(),
        whose: match task.assignee_id == me {
            true => String::new(),
            false => task.assignee,
        },
        waits_for: task.blocked_reason,
        is_over,
        is_follow_up: task.is_follow_up,
    }
}

/// How a status is coloured.
pub const fn tone(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Pending | TaskStatus::Cancelled => "",
        TaskStatus::InProgress => "accent",
        TaskStatus::Blocked => "warning",
        TaskStatus::Completed => "positive",
    }
}

/// `today`, `tomorrow`, `3 days ago`, or the day.
pub fn due_in_words(due: NaiveDate, today: NaiveDate) -> String {
    match (due - today).num_days() {
        -1 => "yesterday".to_owned(),
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days if (-30..0).contains(&days) => format!("{} days ago", -days),
        days if (2..7).contains(&days) => due.format("%A").to_string(),
        _ if due.year() == today.year() => due.format("%-d %b").to_string(),
        _ => due.format("%-d %b %Y").to_string(),
    }
}

/// A choice that is taken when it is the chosen one, or the usual one where nothing is chosen.
pub fn choice(value: &str, label: &str, chosen: &str, otherwise: &str) -> Choice {
    Choice::new(
        value,
        label,
        value == if chosen.is_empty() { otherwise } else { chosen },
    )
}
