//! Changing many tasks at once: looked at before, and undone within a day.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
