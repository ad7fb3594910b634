//! An answer to what was handed in.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

/// An answer as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReviewForm {
    pub comments: String,
    /// `approve` or `return`.
    pub verdict: String,
}

/// An answer as meant.
#[derive(Debug, Clone)]
pub struct Review {
    pub comments: String,
    pub is_approved: bool,
}

impl ReviewForm {
    /// Reads the form: who returns something says why.
    ///
    /// # Errors
    /// Missing comments with something that is returned.
    pub fn parse(&self) -> Result<Review, FieldErrors> {
        let is_approved = self.verdict == "approve";
        let mut check = Check::default();
        let least = usize::from(!is_approved);
        let comments = check.text("comments", "What to change", &self.comments, least, 10_000);
        let is_known = is_approved || self.verdict == "return";
        check.refuse_when(!is_known, "comments", "Approve it, or return it with comments.");
        check.finish(|| Review {
            comments,
            is_approved,
        })
    }
}
