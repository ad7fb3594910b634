//! What browsers send about offices.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

/// An office as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OfficeForm {
    /// The handle of whoever holds it, with or without `@`.
    pub holder: String,
    /// Its name, such as `President`.
    pub office: String,
}

/// An office as meant.
#[derive(Debug, Clone)]
pub struct OfficeWords {
    /// In lower case, without `@`.
    pub handle: String,
    pub office: String,
}

impl OfficeForm {
    /// Reads the form.
    ///
    /// # Errors
    /// A missing holder or name.
    pub fn parse(&self) -> Result<OfficeWords, FieldErrors> {
        let mut check = Check::default();
        let handle = check.line(
            "holder",
            "Who holds it",
            self.holder.trim().trim_start_matches('@'),
            1,
            32,
        );
        let office = check.line("office", "The office", &self.office, 1, 80);
        check.finish(|| OfficeWords {
            handle: handle.to_lowercase(),
            office,
        })
    }
}
