//! How far learners are: started, watched, scored, done. Every step is taken once, whoever sends it how often.
//!
//! Invariants (held by the database): what is done stays done and a score never falls, unless a coach takes it back in writing; the roll-up
//! of an enrolment follows the rows of its lessons; between 0 and 100 % are done, always.

pub mod actions;
pub mod queries;
pub mod watching;

pub use actions::{Ending, complete, start};
