//! What browsers send about pauses.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

use super::FOREVER;

/// How long a pause lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// To cool down.
    Hour,
    /// To sleep over it.
    Day,
    /// A week.
    Week,
    /// Until a moderator lifts it.
    UntilLifted,
}

impl Length {
    /// Every length, the shortest first.
    pub const ALL: &'static [Self] = &[Self::Hour, Self::Day, Self::Week, Self::UntilLifted];

    /// The word in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::UntilLifted => "until_lifted",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hour => "1 hour",
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::UntilLifted => "Until it is lifted",
        }
    }

    /// When a pause that begins at `now` ends.
    pub fn end(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Hour => now + TimeDelta::hours(1),
            Self::Day => now + TimeDelta::hours(24),
            Self::Week => now + TimeDelta::days(7),
            Self::UntilLifted => FOREVER,
        }
    }
}

impl std::str::FromStr for Length {
    type Err = crate::kernel::enums::UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|length| length.as_str() == text)
            .ok_or(crate::kernel::enums::UnknownWord)
    }
}

/// A pause as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SilenceForm {
    /// How long.
    pub length: String,
    /// Why.
    pub reason: String,
}

/// A pause as meant.
#[derive(Debug, Clone)]
pub struct NewSilence {
    /// How long.
    pub length: Length,
    /// Why; that person reads it.
    pub reason: String,
}

impl SilenceForm {
    /// What was meant.
    ///
    /// # Errors
    /// An unknown length, a missing or over-long reason.
    pub fn parse(&self) -> Result<NewSilence, FieldErrors> {
        let mut check = Check::default();
        let length = check.one_of("length", "how long", &self.length);
        let reason = check.line("reason", "The reason", &self.reason, 1, 300);
        check.finish(|| NewSilence {
            length: length.unwrap_or(Length::Hour),
            reason,
        })
    }
}
