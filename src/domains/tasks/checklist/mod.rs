//! The steps of a task: added, ticked, moved, removed.

pub mod actions;
pub mod queries;
pub mod routes;
