//! The queue of reports: for stewards and admins, and for moderators of a channel as far as it is theirs.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
