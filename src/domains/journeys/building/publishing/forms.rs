//! What the browser sends about publishing.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::domains::journeys::building::lesson::forms::moment;
use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

/// As typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PublishForm {
    pub note: String,
    /// When it is to be published by itself.
    pub at: String,
    /// `now`, `at` or `never`.
    pub then: String,
}

/// What was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Now { note: String },
    At { note: String, at: DateTime<Utc> },
    Never,
}

impl PublishForm {
    /// What was meant, on the clock of whoever typed it.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, zone: Tz, now: DateTime<Utc>) -> Result<Wanted, FieldErrors> {
        let mut check = Check::default();
        let note = check.line("note", "What changed", &self.note, 0, 500);
        let at = moment(&mut check, "at", &self.at, zone);
        let is_planned = self.then == "at";
        check.refuse_when(
            is_planned && self.at.trim().is_empty(),
            "at",
            "Choose the day and time at which it is to be published.",
        );
        check.refuse_when(
            is_planned && at.is_some_and(|at| at <= now),
            "at",
            "That time has passed.",
        );
        check.finish(|| match (self.then.as_str(), at) {
            ("never", _) => Wanted::Never,
            ("at", Some(at)) => Wanted::At { note, at },
            _ => Wanted::Now { note },
        })
    }
}
