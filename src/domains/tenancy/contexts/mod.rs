//! Contexts: teams, challenges, sponsors and cohorts, and who belongs to them.

pub(super) mod actions;
mod forms;
mod members;
mod pages;
mod policy;
pub(super) mod queries;
pub(super) mod routes;

pub use members::routes as member_routes;
