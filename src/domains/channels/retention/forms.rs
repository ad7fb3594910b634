//! What browsers send about retention.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::ids::ChannelId;
use crate::kernel::validate::Check;

/// The longest rule: ten years.
const MOST_DAYS: i64 = 3_650;

/// A rule as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RuleForm {
    /// `for_ever` or `days`.
    pub keep: String,
    /// How many.
    pub days: String,
}

impl RuleForm {
    /// The form as things stand.
    pub fn of(days: Option<i32>) -> Self {
        match days {
            Some(days) => Self {
                keep: "days".to_owned(),
                days: days.to_string(),
            },
            None => Self {
                keep: "for_ever".to_owned(),
                days: String::new(),
            },
        }
    }

    /// Days messages are kept; none: for ever.
    ///
    /// # Errors
    /// Neither of both, or no number of days.
    pub fn parse(&self) -> Result<Option<i32>, FieldErrors> {
        let mut check = Check::default();
        let days = match self.keep.as_str() {
            "for_ever" => None,
            "days" => Some(days(&mut check, &self.days)),
            _ => {
                check.refuse_when(true, "keep", "Choose how long messages are kept.");
                None
            }
        };
        check.finish(|| days)
    }
}

fn days(check: &mut Check, typed: &str) -> i32 {
    i32::try_from(check.whole_number("days", "The number of days", typed, 1, MOST_DAYS)).unwrap_or(i32::MAX)
}

/// A dry run.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DryRunForm {
    /// For how many days; none: no dry run was asked for.
    pub dry_run: Option<String>,
}

impl DryRunForm {
    /// Days to try; none when no dry run was asked for.
    ///
    /// # Errors
    /// No number of days.
    pub fn parse(&self) -> Result<Option<i32>, FieldErrors> {
        let Some(typed) = &self.dry_run else {
            return Ok(None);
        };
        let mut check = Check::default();
        let days = i32::try_from(check.whole_number("dry_run", "The number of days", typed, 1, MOST_DAYS))
            .unwrap_or(i32::MAX);
        check.finish(|| Some(days))
    }
}

/// A legal hold as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct HoldForm {
    /// Why.
    pub reason: String,
}

impl HoldForm {
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

/// Which channels are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// Those of groups.
    #[default]
    Channels,
    /// Direct conversations.
    Direct,
    /// Those under a legal hold.
    Held,
}

/// Where the list goes on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Position {
    /// Which channels.
    pub show: Shown,
    /// Title of the last channel seen.
    pub after: Option<String>,
    /// Its id.
    pub id: Option<ChannelId>,
}
