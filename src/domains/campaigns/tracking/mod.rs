//! What happens to messages after they left: who opened them and followed which link, as far as that can be told.
//!
//! Everything is kept as it happened, with a verdict beside it; nothing is thrown away because it looks like a machine. A link of a
//! message leads where the words of its campaign lead, and nowhere else.

pub mod hits;
mod queries;
pub mod routes;
mod tracked;

pub use queries::{Hits, JUDGED, hits_of};
pub use tracked::{Tracked, What};
