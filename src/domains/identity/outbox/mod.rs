//! The outbox page: mail as it was written, for development. Only when the operator switched it on, and only for people at
//! this very machine or admins.

mod admitting;
mod pages;
mod routes;

pub use admitting::{Admitted, admit};
pub use routes::routes;
