//! Files on tasks: whoever sees the task opens them and adds some.
//!
//! Invariants: a file goes with its task, whatever takes that away, and its bytes with it (a trigger enqueues the job); the same file
//! sent again under the same key is kept once.

pub mod actions;
mod intake;
pub mod queries;
pub mod routes;
