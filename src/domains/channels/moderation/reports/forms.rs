//! What browsers send about reports.

use serde::Deserialize;

use crate::domains::channels::moderation::model::ReportReason;
use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

/// A report as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    /// One of the reasons.
    pub reason: String,
    /// In the reporter's words.
    pub note: String,
    /// `yes` when the message is to be hidden for the reporter.
    pub hide: String,
}

/// A report as meant.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// Why.
    pub reason: ReportReason,
    /// In the reporter's words; may be empty.
    pub note: String,
    /// Whether the reporter wants not to see the message any more.
    pub hide: bool,
}

impl ReportForm {
    /// The form before anything was typed: two clicks from the message's menu are enough to send it.
    pub fn fresh() -> Self {
        Self {
            reason: ReportReason::Other.to_string(),
            note: String::new(),
            hide: "yes".to_owned(),
        }
    }

    /// What was meant.
    ///
    /// # Errors
    /// An unknown reason or an over-long note.
    pub fn parse(&self) -> Result<NewReport, FieldErrors> {
        let mut check = Check::default();
        let reason = check.one_of("reason", "a reason", &self.reason);
        let note = check.text("note", "What you add", &self.note, 0, 1_000);
        check.finish(|| NewReport {
            reason: reason.unwrap_or(ReportReason::Other),
            note,
            hide: !self.hide.is_empty(),
        })
    }
}
