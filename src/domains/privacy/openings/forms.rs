//! What browsers send about openings.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

/// Why notes are opened, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OpeningForm {
    pub reason: String,
}

impl OpeningForm {
    /// The reason.
    ///
    /// # Errors
    /// One of fewer than 20 characters, which says nothing, or of more than 500.
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let reason = check.line("reason", "The reason", &self.reason, 20, 500);
        check.finish(|| reason)
    }
}
