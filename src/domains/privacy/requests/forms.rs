//! What browsers send about requests.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

use super::model::Disclosure;

/// When somebody asked, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RequestForm {
    /// Empty for today.
    pub asked_on: String,
}

impl RequestForm {
    /// The day.
    ///
    /// # Errors
    /// A day that is none, or yet to come.
    pub fn parse(&self, today: NaiveDate) -> Result<NaiveDate, FieldErrors> {
        let mut check = Check::default();
        let day = check.day("asked_on", &self.asked_on).unwrap_or(today);
        check.refuse_when(day > today, "asked_on", "That day is yet to come.");
        check.finish(|| day)
    }
}

/// What happens with one thing, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    pub decision: String,
    /// The text without what is others' business.
    pub redacted: String,
    pub reason: String,
}

/// What happens with one thing, as meant.
#[derive(Debug, Clone)]
pub struct Decision {
    pub disclosure: Disclosure,
    /// For [`Disclosure::Redact`].
    pub redacted: Option<String>,
    pub reason: String,
}

impl DecisionForm {
    /// Reads the form.
    ///
    /// # Errors
    /// No decision; holding back or redacting without a reason.
    pub fn parse(&self) -> Result<Decision, FieldErrors> {
        let mut check = Check::default();
        let chosen = check.one_of::<Disclosure>("decision", "what happens with it", &self.decision);
        let reason = check.line("reason", "The reason", &self.reason, 0, 300);
        let redacted = check.text("redacted", "The text", &self.redacted, 0, 20_000);
        let in_part = matches!(chosen, Some(Disclosure::Redact | Disclosure::Withhold));
        check.refuse_when(
            in_part && reason.is_empty(),
            "reason",
            "Say why they do not get all of it. They are told.",
        );
        let disclosure = chosen.unwrap_or(Disclosure::Pending);
        check.finish(|| Decision {
            disclosure,
            redacted: (disclosure == Disclosure::Redact).then_some(redacted),
            reason: if in_part { reason } else { String::new() },
        })
    }
}
