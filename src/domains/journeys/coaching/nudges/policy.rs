//! Whether a learner is nudged. Pure.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domains::journeys::learning::model::EnrolmentState;
use crate::kernel::time::local_date_time;

use super::model::{APART, MOST, WINDOW};

/// What is known of a learner when it is decided.
#[derive(Debug, Clone)]
pub struct Facts {
    pub state: EnrolmentState,
    /// Whether it is the coach.
    pub is_self: bool,
    /// Whether they can sign in now.
    pub is_active: bool,
    /// Until when they want no nudges about this journey.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Until when they want no messages at all.
    pub paused_until: Option<DateTime<Utc>>,
    /// When they were nudged about this journey last.
    pub last: Option<DateTime<Utc>>,
    /// When they were nudged about any journey, the newest first.
    pub all: Vec<DateTime<Utc>>,
}

/// Why somebody is not nudged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Left,
    Finished,
    Own,
    Away,
    Snoozed(DateTime<Utc>),
    Paused(DateTime<Utc>),
    /// There was one about this journey; possible again then.
    Soon(DateTime<Utc>),
    /// There were enough over all journeys; possible again then.
    Enough(DateTime<Utc>),
}

/// Why a learner is not nudged now; nothing when they are. What they said comes before what is counted.
pub fn refusal(facts: &Facts, now: DateTime<Utc>) -> Option<Refusal> {
    let later = |until: Option<DateTime<Utc>>| until.filter(|until| *until > now);
    match facts.state {
        EnrolmentState::Left => return Some(Refusal::Left),
        EnrolmentState::Completed => return Some(Refusal::Finished),
        EnrolmentState::Active => {}
    }
    if facts.is_self {
        return Some(Refusal::Own);
    }
    if !facts.is_active {
        return Some(Refusal::Away);
    }
    if let Some(until) = later(facts.paused_until) {
        return Some(Refusal::Paused(until));
    }
    if let Some(until) = later(facts.snoozed_until) {
        return Some(Refusal::Snoozed(until));
    }
    let soon = later(facts.last.map(|at| at + APART));
    let enough = later(facts.all.get(MOST - 1).map(|at| *at + WINDOW));
    match (soon, enough) {
        (Some(soon), Some(enough)) if enough > soon => Some(Refusal::Enough(enough)),
        (Some(soon), _) => Some(Refusal::Soon(soon)),
        (None, enough) => enough.map(Refusal::Enough),
    }
}

impl Refusal {
    /// In words, by the coach's clock.
    pub fn words(self, zone: Tz) -> String {
        let then = |at| local_date_time(at, zone);
        match self {
            Self::Left => "They left this journey.".to_owned(),
            Self::Finished => "They finished this journey.".to_owned(),
            Self::Own => "Nobody nudges themselves.".to_owned(),
            Self::Away => "They have no account here, or can’t sign in just now.".to_owned(),
            Self::Snoozed(at) => format!("They want no reminders about this journey until {}.", then(at)),
            Self::Paused(at) => format!("They want no messages until {}.", then(at)),
            Self::Soon(at) => {
                format!(
                    "They got one about this journey within 72 hours. Possible again on {}.",
                    then(at)
                )
            }
            Self::Enough(at) => format!(
                "They got 3 within 14 days over all their journeys. Possible again on {}.",
                then(at)
            ),
        }
    }
}
