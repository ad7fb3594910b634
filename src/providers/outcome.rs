//! What became of handing a message to a provider.

use std::time::Duration;

/// Characters of a provider's own words that are kept: enough to understand, too little to fill a log.
const KEPT: usize = 300;

/// What became of one attempt, in terms of what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider has taken the message over; later news comes by webhook.
    Accepted {
        /// Its name for the message, when it told one.
        provider_id: Option<String>,
    },
    /// Not taken this time, and safe to try again.
    Deferred {
        why: String,
        /// How long the provider wants to be left alone; `None` leaves the pause to the caller.
        retry_after: Option<Duration>,
        scope: Scope,
    },
    /// This message will not be taken, however often it is tried.
    Refused {
        code: String,
        why: String,
        kind: Refusal,
    },
    /// No message will be taken before a person mends the provider's settings: pause the provider.
    Credentials { why: String },
    /// It may have been taken or not, and another attempt could send it twice.
    InDoubt { why: String },
}

/// How much is to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Only this message.
    Message,
    /// Everything that goes through this provider.
    Provider,
}

/// Why a message was refused for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody can be reached at the address.
    BadAddress,
    /// The recipient told the provider to stop: consent is withdrawn.
    OptedOut,
    /// The message itself is not acceptable.
    Content,
    /// Anything else; the provider's words tell more.
    Other,
}

/// An attempt's outcome, and what the answer said about the pace that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub outcome: Outcome,
    pub rate: Option<RateLimit>,
}

/// How many more requests a provider takes in its current window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests in a whole window.
    pub limit: u32,
    /// Requests left in this one.
    pub remaining: u32,
    /// Until the next window begins.
    pub reset: Duration,
}

/// Whether a provider lets us in. Checking sends no message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// Yes; with something worth knowing, if there is.
    Good { note: Option<String> },
    /// No, and a person has to mend the settings.
    Wrong { why: String },
    /// It could not be found out now.
    Unknown { why: String },
}

/// Settings that cannot be right, found before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Misconfigured(pub String);

impl Outcome {
    pub(super) fn accepted(provider_id: Option<&str>) -> Outcome {
        Outcome::Accepted {
            provider_id: provider_id.filter(|id| !id.is_empty()).map(str::to_owned),
        }
    }

    pub(super) fn message_waits(why: impl Into<String>, retry_after: Option<Duration>) -> Outcome {
        Outcome::Deferred {
            why: why.into(),
            retry_after,
            scope: Scope::Message,
        }
    }

    pub(super) fn provider_waits(why: impl Into<String>, retry_after: Option<Duration>) -> Outcome {
        Outcome::Deferred {
            why: why.into(),
            retry_after,
            scope: Scope::Provider,
        }
    }

    pub(super) fn refused(kind: Refusal, code: impl Into<String>, why: impl Into<String>) -> Outcome {
        Outcome::Refused {
            code: code.into(),
            why: why.into(),
            kind,
        }
    }

    pub(super) fn credentials(why: impl Into<String>) -> Outcome {
        Outcome::Credentials { why: why.into() }
    }
}

impl From<Outcome> for Sent {
    fn from(outcome: Outcome) -> Sent {
        Sent { outcome, rate: None }
    }
}

impl Check {
    /// Reads an outcome as the answer to a check.
    pub(super) fn of(outcome: Outcome) -> Check {
        match outcome {
            Outcome::Accepted { .. } => Check::Good { note: None },
            Outcome::Credentials { why } | Outcome::Refused { why, .. } => Check::Wrong { why },
            Outcome::Deferred { why, .. } | Outcome::InDoubt { why } => Check::Unknown { why },
        }
    }
}

/// A provider's own words on one line and of bearable length.
pub(super) fn words(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut kept: String = line.chars().filter(|c| !c.is_control()).take(KEPT).collect();
    if line.chars().count() > KEPT {
        kept.push('…');
    }
    kept
}
