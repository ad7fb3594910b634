//! Putting people on journeys: one by one or a whole cohort, on a start date, late, paused, moved to a newer version, and leaving.

pub mod actions;
pub mod forms;
pub mod moving;
pub mod pages;
pub mod queries;
pub mod routes;
