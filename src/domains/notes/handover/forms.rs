//! What was ticked.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::ids::NoteId;
use crate::kernel::validate::Check;

/// Notes on a page, which is as many as one form gives away.
pub const PAGE: usize = 50;

/// Which notes, and why.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct HandoverForm {
    pub note: Vec<String>,
    pub reason: String,
    /// The part of the list it was sent from.
    pub before: String,
}

impl HandoverForm {
    /// The notes ticked, each once, and the reason.
    ///
    /// # Errors
    /// When nothing is ticked, or no reason is given.
    pub fn parse(&self) -> Result<(Vec<NoteId>, String), FieldErrors> {
        let mut check = Check::default();
        let mut notes: Vec<NoteId> = self.note.iter().filter_map(|id| id.parse().ok()).collect();
        notes.sort_unstable();
        notes.dedup();
        notes.truncate(PAGE);
        check.refuse_when(
            notes.is_empty(),
            "note",
            "Tick the notes the team may read, or leave this page as it is.",
        );
        let reason = check.line("reason", "Why the team may read them", &self.reason, 1, 300);
        check.finish(|| (notes, reason))
    }
}
