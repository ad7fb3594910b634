//! Holds, and erasing people for good.
//!
//! The key under which everything written about a person is sealed goes first, so that what a backup still has of it is noise;
//! rows, names, addresses and the details of the audit log go in the same transaction. What they wrote in channels stays, without
//! their name, because it is part of other people's conversations; messages are removed there.

pub mod actions;
pub mod forms;
pub mod jobs;
pub mod pages;
pub mod queries;
pub mod routes;
