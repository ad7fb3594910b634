//! What the browser sends about suggestions.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

use super::model::Status;

/// Most characters of a message.
const LONGEST: usize = 3_000;

/// The words that are approved.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ApprovalForm {
    pub message: String,
}

impl ApprovalForm {
    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let message = check.text("message", "Message", &self.message, 1, LONGEST);
        check.finish(|| message)
    }
}

/// Why a suggestion is rejected.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RejectionForm {
    pub why: String,
    /// What stood in the message, which is not lost.
    pub message: String,
}

impl RejectionForm {
    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let why = check.text("why", "The reason", &self.why, 3, 500);
        check.finish(|| why)
    }
}

/// Which suggestions.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SuggestionQuery {
    pub status: String,
    pub after: String,
}

impl SuggestionQuery {
    /// Of which status; those that wait unless said otherwise.
    pub fn status(&self) -> Status {
        self.status.parse().unwrap_or(Status::Pending)
    }
}
