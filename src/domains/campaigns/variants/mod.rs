//! Several wordings of one campaign, tried on a part of its audience; the best of them goes to the rest.
//!
//! Invariants. Who takes part, and with which variant, follows from the ids of campaign and person alone (`app.variant_of`), so the dry
//! run, the sending and whoever checks it later come to the same. The variant of a delivery is written once with it; what the rest gets
//! is decided once, and the database refuses to decide it anew. Opens decide nothing, and neither do clicks that look like a machine's.
//! The rest waits in the queue until the end of time, so nothing else has to know of it: it is paused, cancelled, and asked once more
//! whether it may go like any delivery, and a campaign does not end while it waits.

pub mod actions;
pub mod best;
mod editions;
pub mod forms;
pub mod jobs;
pub mod model;
mod pages;
pub mod queries;
pub mod results;
pub mod routes;
pub mod significance;

pub use editions::{Edition, Editions, editions, letters, of_variant};
