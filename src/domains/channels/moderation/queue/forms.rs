//! What browsers send about a case.

use serde::Deserialize;

use crate::domains::channels::moderation::model::ReportOutcome;
use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

/// A decision as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    /// `removed`, `warned` or `dismissed`.
    pub outcome: String,
    /// What is said about it.
    pub note: String,
}

/// A decision as meant.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Anything but open.
    pub outcome: ReportOutcome,
    /// For everyone in the channel when removed, for the author when warned, for the reporters when dismissed.
    pub note: String,
}

impl DecisionForm {
    /// What was meant.
    ///
    /// # Errors
    /// No decision, or a missing or over-long text.
    pub fn parse(&self) -> Result<Decision, FieldErrors> {
        let mut check = Check::default();
        let outcome = check
            .one_of("outcome", "what you decide", &self.outcome)
            .unwrap_or(ReportOutcome::Open);
        check.refuse_when(
            outcome == ReportOutcome::Open,
            "outcome",
            "Choose what you decide from the list.",
        );
        let (least, label) = match outcome {
            ReportOutcome::Removed => (1, "The reason that everyone in the channel reads"),
            ReportOutcome::Warned => (1, "The warning that the author reads"),
            ReportOutcome::Open | ReportOutcome::Dismissed => (0, "The note"),
        };
        let note = check.text("note", label, &self.note, least, 300);
        check.finish(|| Decision { outcome, note })
    }
}

/// Which part of the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    /// Waiting, the oldest first.
    #[default]
    Open,
    /// Decided, the newest first.
    Handled,
}

/// Where the queue goes on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Position {
    /// Which part.
    pub tab: Tab,
    /// The moment of the last case seen, in microseconds since 1970.
    pub at: Option<i64>,
    /// Its id.
    pub after: Option<super::super::model::ReportId>,
}
