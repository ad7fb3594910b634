//! Journeys that bring files along: stored as they came, then taken in by a job that can be watched and stopped.
//!
//! Invariants: an asset is made in the transaction that writes down that it was, so that a job which is taken up again makes nothing
//! twice; the journey comes last, so that it is never there in part; what is stopped or fails leaves nothing behind but what somebody
//! used meanwhile; what is left out is told.

pub mod actions;
pub mod jobs;
pub mod model;
mod pace;
pub mod pages;
pub mod queries;
mod taking;
