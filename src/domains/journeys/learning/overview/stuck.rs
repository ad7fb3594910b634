//! Why a learner is stuck, in words: facts that a coach can check, and no score. Pure.

use chrono::{DateTime, TimeDelta, Utc};

use super::queries::{Facts, Limits};

/// Days without a sign after which somebody counts as stuck.
const QUIET: TimeDelta = TimeDelta::days(7);
/// Failed attempts at one quiz.
const ATTEMPTS: i64 = 2;
/// Lessons behind the pace of the cohort.
const BEHIND: i32 = 2;

/// From when on somebody counts as stuck.
pub fn limits(now: DateTime<Utc>) -> Limits {
    Limits {
        quiet: now - QUIET,
        attempts: ATTEMPTS,
        behind: BEHIND,
    }
}

/// Who has to do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The coach.
    Coach,
    /// The learner.
    Learner,
}

/// A reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub words: String,
    pub turn: Turn,
}

/// Why somebody is stuck; what the coach can do something about comes first.
pub fn reasons(facts: &Facts, now: DateTime<Utc>) -> Vec<Reason> {
    let learner = |words: String| Reason {
        words,
        turn: Turn::Learner,
    };
    let mut reasons = Vec::new();
    if let Some(since) = facts.waiting_since {
        reasons.push(Reason {
            words: format!("Has waited {} for your review.", days(since, now)),
            turn: Turn::Coach,
        });
    }
    if let Some(title) = &facts.returned {
        reasons.push(learner(format!(
            "“{title}” was returned and not handed in again."
        )));
    }
    if let Some(title) = &facts.failed {
        let times = facts.attempts;
        reasons.push(learner(format!(
            "Tried “{title}” {times} times and has not passed."
        )));
    }
    if let Some(expected) = facts.expected.filter(|expected| expected - facts.done >= BEHIND) {
        let behind = expected - facts.done;
        reasons.push(learner(format!(
            "{behind} lessons behind the pace of the cohort."
        )));
    }
    if facts.quiet_since < now - QUIET && !facts.is_paused {
        let since = days(facts.quiet_since, now);
        reasons.push(learner(match facts.last_at {
            Some(_) => format!("Nothing for {since}."),
            None => format!("Could have begun {since} ago and has not."),
        }));
    }
    reasons
}

fn days(since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (now - since).num_days() {
        ..1 => "less than a day".to_owned(),
        1 => "a day".to_owned(),
        days => format!("{days} days"),
    }
}
