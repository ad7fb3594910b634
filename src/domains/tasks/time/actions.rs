//! Noting time, and taking it back.

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;

use crate::domains::tasks::forms::{day_in_words, minutes_in_words};
use crate::domains::tasks::model::Task;
use crate::domains::tasks::policy;
use crate::kernel::error::{AppError, Denied, FieldErrors};
use crate::kernel::ids::{TaskId, TimeEntryId};
use crate::kernel::validate::Check;
use crate::platform::audit;
use crate::platform::db::TenantTx;

use super::queries::{self, Entry, Own};

/// Time as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TimeForm {
    pub minutes: String,
    /// Empty for today.
    pub worked_on: String,
    pub time_note: String,
}

/// Time as meant.
#[derive(Debug, Clone)]
pub struct TimeWords {
    pub minutes: i32,
    pub worked_on: NaiveDate,
    pub note: String,
}

impl TimeForm {
    /// Reads the form.
    ///
    /// # Errors
    /// A length that is none or longer than a day, a day that is none or to come.
    pub fn parse(&self, today: NaiveDate) -> Result<TimeWords, FieldErrors> {
        let mut check = Check::default();
        let minutes = minutes_in_words(&self.minutes).filter(|minutes| *minutes <= 1_440);
        let message = "Write how long, such as 45m, 1h 30m or 2h; a day at most.";
        check.refuse_when(minutes.is_none(), "minutes", message);
        let worked_on = match self.worked_on.trim() {
            "" => Some(today),
            "yesterday" => today.pred_opt(),
            words => day_in_words(words, today),
        };
        let message = "Write a day that is not to come, such as today, yesterday or 2026-11-24.";
        check.refuse_when(worked_on.is_none_or(|day| day > today), "worked_on", message);
        let note = check.line("time_note", "The note", &self.time_note, 0, 200);
        check.finish(|| TimeWords {
            minutes: minutes.unwrap_or(1),
            worked_on: worked_on.unwrap_or(today),
            note,
        })
    }
}

/// Notes that the acting member spent time on a task.
///
/// # Errors
/// [`AppError::Denied`] for the portal itself.
pub fn add(tx: &mut TenantTx<'_>, task: &Task, words: &TimeWords) -> Result<(), AppError> {
    let adding = policy::may_add(tx.actor(), task)?;
    let entry = queries::insert(tx, &adding, words)?;
    tx.audit(
        audit::Entry::of("tasks.time.noted", "task", task.id)
            .after(json!({ "entry": entry, "minutes": words.minutes })),
    )?;
    Ok(())
}

/// An entry on a task the acting member sees.
///
/// # Errors
/// [`AppError::NotFound`] otherwise.
pub fn found(tx: &mut TenantTx<'_>, id: TaskId, entry: TimeEntryId) -> Result<Entry, AppError> {
    Ok(queries::one(tx, id, entry)?)
}

/// Proof that an entry is the acting member's own.
///
/// # Errors
/// [`Denied`] for others'.
pub fn own<'a>(tx: &TenantTx<'_>, entry: &'a Entry) -> Result<Own<'a>, AppError> {
    let me = tx.my_id()?;
    Ok(Own::of(entry, me).ok_or_else(|| Denied::because("Only who noted the time takes it back."))?)
}

/// Takes back time one noted.
///
/// # Errors
/// As [`found`] and [`own`].
pub fn remove(tx: &mut TenantTx<'_>, id: TaskId, entry: TimeEntryId) -> Result<(), AppError> {
    let before = found(tx, id, entry)?;
    let proof = own(tx, &before)?;
    queries::remove(tx, &proof)?;
    tx.audit(
        audit::Entry::of("tasks.time.removed", "task", id)
            .before(json!({ "entry": entry, "minutes": before.minutes })),
    )?;
    Ok(())
}
