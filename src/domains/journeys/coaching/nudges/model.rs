//! What a nudge is about, and how often there may be one.

use chrono::TimeDelta;

use crate::pg_enum;

/// Between two nudges about one journey.
pub const APART: TimeDelta = TimeDelta::hours(72);
/// So many within [`WINDOW`], over all journeys of a learner.
pub const MOST: usize = 3;
/// The time in which nudges are counted.
pub const WINDOW: TimeDelta = TimeDelta::days(14);
/// For how long a learner who wants none is left alone.
pub const SNOOZE: TimeDelta = TimeDelta::days(14);
/// Learners who are written to at once.
pub const AT_ONCE: usize = 50;
/// Characters of a message.
pub const LENGTH: usize = 2_000;
/// What stands for the learner's name.
pub const NAME: &str = "{name}";

pg_enum! {
    /// Why somebody is written to.
    Reason as NudgeReason {
        Stalled = "stalled": "Nothing came for a while",
        Behind = "behind": "Behind the pace of the cohort",
        Failed = "failed": "A quiz was not passed",
        Returned = "returned": "Something was returned",
        Waiting = "waiting": "Their work waits for review",
        Other = "other": "Something else",
    }
}

impl Reason {
    /// The text it is drafted from, in general.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Stalled => "nudge-stalled",
            Self::Behind => "nudge-behind",
            Self::Failed => "nudge-failed",
            Self::Returned => "nudge-returned",
            Self::Waiting => "nudge-waiting",
            Self::Other => "nudge-other",
        }
    }

    /// The text that names the lesson, where there is one.
    pub const fn text_of_lesson(self) -> Option<&'static str> {
        match self {
            Self::Failed => Some("nudge-failed-at"),
            Self::Returned => Some("nudge-returned-at"),
            _ => None,
        }
    }
}
