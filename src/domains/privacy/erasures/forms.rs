//! What browsers send about holds and erasures.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

/// Why nothing is erased for now, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct HoldForm {
    pub reason: String,
}

impl HoldForm {
    /// The reason.
    ///
    /// # Errors
    /// One of fewer than 10 or more than 500 characters.
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let reason = check.line("reason", "The reason", &self.reason, 10, 500);
        check.finish(|| reason)
    }
}

/// The name of whom to erase, typed to be sure.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ErasureForm {
    pub name: String,
}

impl ErasureForm {
    /// Whether it is the name.
    ///
    /// # Errors
    /// When it is another.
    pub fn expect(&self, name: &str) -> Result<(), FieldErrors> {
        let mut check = Check::default();
        let is_it = self.name.trim().to_lowercase() == name.trim().to_lowercase();
        check.refuse_when(!is_it, "name", "Type the name exactly as it is written above.");
        check.finish(|| ())
    }
}
