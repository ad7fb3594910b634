//! What browsers send about exports.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

/// Asks for an export of a channel.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ExportForm {
    /// What it is needed for.
    pub reason: String,
}

impl ExportForm {
    /// The reason.
    ///
    /// # Errors
    /// None given, or too long.
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let reason = check.line("reason", "The reason", &self.reason, 1, 300);
        check.finish(|| reason)
    }
}
