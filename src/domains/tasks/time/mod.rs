//! Time spent on a task: who, which day, how long.

pub mod actions;
pub mod queries;
pub mod routes;
