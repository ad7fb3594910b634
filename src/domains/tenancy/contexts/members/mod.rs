//! Who belongs to a context: added by search or by a list of handles, taken out, made a leader.

mod actions;
mod forms;
mod pages;
mod routes;

pub use routes::routes;
