//! What an organization sets about looking after people: how many a steward has, which end of the support scale is strong, who
//! may export, its own fields, and which pairs must not meet.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
