//! What browsers send about cases.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

use super::model::NewCase;

/// A case as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CaseForm {
    pub reference: String,
    pub title: String,
}

impl CaseForm {
    /// Reads the form.
    ///
    /// # Errors
    /// A missing or over-long number or title.
    pub fn parse(&self) -> Result<NewCase, FieldErrors> {
        let mut check = Check::default();
        let reference = check.line("reference", "The number", &self.reference, 1, 40);
        let title = check.line("title", "What it is about", &self.title, 1, 200);
        check.finish(|| NewCase { reference, title })
    }
}

/// Who is to join a team, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TeamForm {
    /// Their handle, with or without `@`.
    pub member: String,
}

impl TeamForm {
    /// The handle in lower case.
    ///
    /// # Errors
    /// When it is missing.
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let raw = self.member.trim().trim_start_matches('@');
        let handle = check.line("member", "Who joins", raw, 1, 32);
        check.finish(|| handle.to_lowercase())
    }
}

/// Closing a case, or opening it again.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ClosingForm {
    /// `no` opens it again.
    pub closed: String,
    /// What came of it.
    pub outcome: String,
}

impl ClosingForm {
    /// What came of it, or nothing when the case goes on.
    ///
    /// # Errors
    /// A missing or over-long outcome.
    pub fn parse(&self) -> Result<Option<String>, FieldErrors> {
        if self.closed == "no" {
            return Ok(None);
        }
        let mut check = Check::default();
        let outcome = check.line("outcome", "What came of it", &self.outcome, 1, 500);
        check.finish(|| Some(outcome))
    }
}
