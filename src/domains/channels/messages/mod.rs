//! Messages: posting, changing, deleting, reacting, pinning, and the deltas that carry all of it to open pages.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;
pub mod view;
