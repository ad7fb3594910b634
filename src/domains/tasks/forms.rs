//! What browsers send about tasks.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::Deserialize;

use super::model::{TaskPriority, TaskStatus};
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::MemberId;
use crate::kernel::validate::Check;

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
}

impl TaskForm {
    /// Reads the form; days may be written in words.
    ///
    /// # Errors
    /// A missing or over-long title, a day that is none, a blocked task without a reason.
    pub fn parse(&self, today: NaiveDate) -> Result<TaskWords, FieldErrors> {
        let mut check = Check::default();
        let title = check.line("title", "What to do", &self.title, 1, 200);
        let details = check.text("details", "The details", &self.details, 0, 4_000);
        let due_on = match self.due.trim() {
            "" => None,
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
        let assignee = check.optional("assignee", "somebody", &self.assignee);
        let member = check.optional("member", "somebody", &self.member);
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
        })
    }
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// A day as people write it: `today`, `tomorrow`, `fri`, `next tuesday`, `in 3 days`, `in 2 weeks`, `24 dec`, `2026-12-24`. A
/// weekday is the next one after today; `next` before it means the one of the following week when this week's is still to come.
pub fn day_in_words(words: &str, today: NaiveDate) -> Option<NaiveDate> {
    let lower = words.trim().to_lowercase();
    if let Ok(day) = lower.parse::<NaiveDate>() {
        return Some(day);
    }
    let parts: Vec<&str> = lower
        .split([' ', ',', '.'])
        .filter(|part| !part.is_empty())
        .collect();
    match *parts.as_slice() {
        ["today"] => Some(today),
        ["tomorrow"] => today.checked_add_days(Days::new(1)),
        ["in", count, unit] => {
            let count: u64 = count.parse().ok().filter(|count| *count <= 1_000)?;
            let days = match unit.trim_end_matches('s') {
                "day" => count,
                "week" => count * 7,
                _ => return None,
            };
            today.checked_add_days(Days::new(days))
        }
        ["next", "week"] => today.checked_add_days(Days::new(7)),
        ["next", name] => {
            let soon = coming(weekday(name)?, today)?;
            let is_this_week = soon.iso_week() == today.iso_week();
            soon.checked_add_days(Days::new(if is_this_week { 7 } else { 0 }))
        }
        [name] => coming(weekday(name)?, today),
        [day, month] => dated(day, month, today).or_else(|| dated(month, day, today)),
        [day, month, year] => {
            let year: i32 = year.parse().ok()?;
            NaiveDate::from_ymd_opt(year, month_number(month)?, day.parse().ok()?)
        }
        _ => None,
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    let full: Weekday = name.parse().ok()?;
    Some(full)
}

/// The first such weekday after today.
fn coming(wanted: Weekday, today: NaiveDate) -> Option<NaiveDate> {
    let from = WEEKDAYS.iter().position(|day| *day == today.weekday())?;
    let to = WEEKDAYS.iter().position(|day| *day == wanted)?;
    let ahead = (to + 7 - from - 1) % 7 + 1;
    today.checked_add_days(Days::new(ahead.try_into().ok()?))
}

/// The next such day of the year, today included.
fn dated(day: &str, month: &str, today: NaiveDate) -> Option<NaiveDate> {
    let (day, month) = (day.parse().ok()?, month_number(month)?);
    let this_year = NaiveDate::from_ymd_opt(today.year(), month, day);
    match this_year {
        Some(date) if date >= today => Some(date),
        _ => NaiveDate::from_ymd_opt(today.year() + 1, month, day),
    }
}

fn month_number(name: &str) -> Option<u32> {
    let start: String = name.chars().take(3).collect();
    let at = MONTHS.iter().position(|month| *month == start)?;
    u32::try_from(at + 1).ok()
}

/// Which tasks are listed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TasksQuery {
    pub tab: String,
    pub after: String,
    /// For a new one: whom it is about.
    pub member: String,
}
