//! Sending what was gathered: each delivery is taken in hand under a lease, asked once more whether it may go, handed to a mail server
//! or provider, and what became of it is written down in the transaction that takes it out of the queue.
//!
//! Invariants. Nothing is lost: a delivery stays in the queue until what became of it is committed. Nothing is sent twice, unless a
//! process or a connection ended between handing a message over and hearing the answer; then the log says `in_doubt` first, and the
//! campaign's policy decides. Nobody who said no is written to more than a second after they said it: consent is asked when a
//! delivery is taken in hand, and again before its body is written when that is longer ago than [`FRESH`]. Several processes may send
//! at once; they share the queue and know of each other by [`queries::presence`].

mod breaker;
mod carrier;
mod direct;
mod engine;
mod jobs;
mod letters;
mod over_smtp;
pub mod pacing;
mod queries;
mod run;

use std::time::Duration;

pub use carrier::{Carrier, Repeatable};
pub use engine::send;
pub use jobs::{FORGET, GATHER, GatherArgs, PARTITIONS, kinds};
pub use letters::{Letters, Reader, SentAs};
pub use queries::hand::values;
pub use queries::paces::known as paces;
pub use queries::settling::{wait as wait_after, without as without_address};

use crate::domains::consent::sealing::{Kept, Log};

/// What is sent to whom.
pub const DELIVERIES: Log = Log {
    table: "deliveries",
    time: "made_at",
    label: "Messages to people",
    kept: Kept::ForATime,
};
/// What became of it.
pub const DELIVERY_EVENTS: Log = Log {
    table: "delivery_events",
    time: "at",
    label: "What became of messages",
    kept: Kept::ForATime,
};

/// For how long a yes counts.
const FRESH: Duration = Duration::from_millis(600);
/// Deliveries of one campaign that one process has in hand at most.
const MOST_IN_HAND: usize = 1_000;
