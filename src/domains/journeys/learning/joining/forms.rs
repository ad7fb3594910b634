//! Whose dates count, as a coach chooses.

use serde::Deserialize;

use crate::domains::journeys::learning::model::LateRule;
use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

/// A rule as chosen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LateForm {
    pub rule: String,
}

impl LateForm {
    /// Reads the form.
    ///
    /// # Errors
    /// When none is chosen.
    pub fn parse(&self) -> Result<LateRule, FieldErrors> {
        let mut check = Check::default();
        let rule = check.one_of("rule", "whose dates count", &self.rule);
        check
            .finish(|| rule)
            .and_then(|rule| rule.ok_or_else(FieldErrors::default))
    }
}
