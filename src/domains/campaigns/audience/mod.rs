//! Who a campaign goes to, who not and why not, and when each message is due.
//!
//! The dry run and the gathering of deliveries are one query ([`question`]); the former only counts what the latter writes down.

mod due;
mod queries;

mod question;
mod rehearse;
mod split;

pub use due::{Clock, Hours, Moments, contact_channel};
pub use queries::{Gathered, gather, release};
pub use rehearse::{Rehearsal, is_for_somebody, rehearse};
pub use split::{Part, split};
