//! What law, carriers and mailbox providers ask of messages: one versioned file of rows, each with its citation, and
//! the questions that can be put to it.
//!
//! Invariants: every row says where it is written and when that was checked; every question has an answer for every
//! jurisdiction, as one without a row of its own takes the row of `default`. Nothing here reads the clock.

mod basis;
mod duties;
mod expiry;
mod hours;
mod keyword_table;
mod keywords;
mod loading;
mod local_time;
mod place;
mod quiet;
mod reach;

pub use basis::{Basis, BasisRule, Counted, Lasting};
pub use duties::{
    Answer, Deadline, FirstMessageItem, FirstMessageRule, FooterField, FooterRule, Limit, TokenRule,
};
pub use expiry::{Evidence, Expiry, Warning, expiry, warning};
pub use hours::{Allowed, HoursRule};
pub use keyword_table::{Courtesy, CourtesyUse, Keyword, Meaning, Phrases, Signature, Strength};
pub use keywords::{Reply, read_reply};
pub use loading::{Rules, RulesError, Source, Standing};
pub use local_time::{first_instant_where, moment_at};
pub use place::{Channel, Jurisdiction, Purpose};
pub use quiet::{QuietHours, QuietWeek};
pub use reach::ReachRule;
