//! Changing many records at once: a tag, a steward, everything of one steward handed to another. Counted before it is done, and
//! taken back for a day.
//!
//! Invariant: it reaches exactly whom the acting member may change, at the moment it is done; who could not be reached is counted.

pub mod actions;
pub mod export;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;
