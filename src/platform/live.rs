//! What one process tells itself after a commit: wake the workers, a channel moved on, someone's access changed.
//!
//! Everything here is a hint. Losing it costs a moment, never a fact: workers also poll, revisions are re-read when they
//! are older than [`FRESH_FOR`], and a sweep brings in what other processes did.

use std::time::{Duration, Instant};

use dashmap::DashMap;
use tokio::sync::Notify;
use uuid::Uuid;

/// How long a remembered revision is believed without looking again.
pub const FRESH_FOR: Duration = Duration::from_secs(30);

/// Signals of one process.
#[derive(Debug, Default)]
pub struct Signals {
    /// Raised when events were committed.
    pub events: Notify,
    /// Raised when jobs were committed.
    pub jobs: Notify,
    /// Raised when messages may be due.
    pub sending: Notify,
    /// Raised when letters that somebody waits for were committed.
    pub letters: Notify,
    /// Raised when something may be due to be told outside.
    pub telling: Notify,
    /// Raised when a mailbox is to be read at once.
    pub mailboxes: Notify,
    /// Raised when pushes may be due.
    pub pushing: Notify,
    revisions: DashMap<Uuid, Seen>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    rev: i64,
    at: Instant,
}

impl Signals {
    /// The revision of a thing when it is known and fresh.
    pub fn revision(&self, thing: Uuid) -> Option<i64> {
        self.revisions
            .get(&thing)
            .filter(|seen| seen.at.elapsed() < FRESH_FOR)
            .map(|seen| seen.rev)
    }

    /// Notes that a thing has reached `rev`. A revision never goes back.
    pub fn raise(&self, thing: Uuid, rev: i64) {
        let now = Instant::now();
        self.revisions
            .entry(thing)
            .and_modify(|seen| {
                *seen = Seen {
                    rev: seen.rev.max(rev),
                    at: now,
                }
            })
            .or_insert(Seen { rev, at: now });
    }

    /// Forgets a thing, so that the next look goes to the database.
    pub fn forget(&self, thing: Uuid) {
        self.revisions.remove(&thing);
    }

    /// Drops what nobody has looked at for long; called by housekeeping.
    pub fn trim(&self) {
        self.revisions
            .retain(|_, seen| seen.at.elapsed() < FRESH_FOR * 20);
    }
}
