//! When a provider is left alone, so that others take over and it is not asked a thousand times while it is down.
//!
//! What counts as failing is the provider's own trouble:
//! no connection, no answer in time, an answer of 5xx by HTTP. An address that does not exist is none, nor is a request
//! to slow down .

use chrono::{DateTime, TimeDelta, Utc};

/// Failures in a row after which a provider is left alone.
pub const FAILURES: u16 = 5;
/// For how long at first; each failed trial doubles it.
pub const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// For how long at most.
pub const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(15);
/// After this long without an outcome a trial is taken for lost, with the process that made it, and another may go.
/// As long as the lease of a message.
pub const TRIAL_LASTS: TimeDelta = TimeDelta::seconds(60);

/// Whether a provider is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It works: everything goes.
    Closed,
    /// It failed: nothing goes until then.
    Open {
        /// When the next trial may go.
        until: DateTime<Utc>,
    },
    /// One trial is under way; its outcome decides.
    HalfOpen {
        /// When the trial set out.
        since: DateTime<Utc>,
    },
}

/// How a provider has done lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    /// Whether it is asked.
    pub state: State,
    /// Failures since the last success.
    pub failures: u16,
    /// Trials that failed since it was left alone.
    pub failed_trials: u16,
}

impl Default for Breaker {
    /// A provider of which nothing bad is known.
    fn default() -> Self {
        Self {
            state: State::Closed,
            failures: 0,
            failed_trials: 0,
        }
    }
}

impl Breaker {
    /// Whether a message may go through this provider. After a pause the first to ask gets a yes and is the trial, so
    /// only ask with a message in hand, tell the outcome, and store the breaker also when nothing was sent.
    pub fn may_try(&mut self, now: DateTime<Utc>) -> bool {
        let free = match self.state {
            State::Closed => return true,
            State::Open { until } => now >= until,
            State::HalfOpen { since } => now - since >= TRIAL_LASTS,
        };
        if free {
            self.state = State::HalfOpen { since: now };
        }
        free
    }

    /// The provider took a message, or refused it for reasons of the message. While open this is news from before the pause.
    pub fn succeeded(&mut self) {
        match self.state {
            State::Closed | State::HalfOpen { .. } => *self = Self::default(),
            State::Open { .. } => {}
        }
    }

    /// The provider failed. While open this is news from before the pause and does not lengthen it.
    pub fn failed(&mut self, now: DateTime<Utc>) {
        match self.state {
            State::Closed => {
                self.failures = self.failures.saturating_add(1);
                if self.failures >= FAILURES {
                    self.open(now);
                }
            }
            State::HalfOpen { .. } => {
                self.failures = self.failures.saturating_add(1);
                self.failed_trials = self.failed_trials.saturating_add(1);
                self.open(now);
            }
            State::Open { .. } => {}
        }
    }

    fn open(&mut self, now: DateTime<Utc>) {
        let pause = doubled(FIRST_PAUSE, self.failed_trials, LONGEST_PAUSE);
        let until = now.checked_add_signed(pause).unwrap_or(DateTime::<Utc>::MAX_UTC);
        self.state = State::Open { until };
    }
}

/// The pause after so many doublings of the first, `longest` at most.
fn doubled(first: TimeDelta, doublings: u16, longest: TimeDelta) -> TimeDelta {
    // More doublings than that only leave the range of the number.
    let factor = 1_i32 << doublings.min(16);
    first
        .checked_mul(factor)
        .map_or(longest, |pause| pause.min(longest))
}
