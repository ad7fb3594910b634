//! Hiding a message for oneself: nobody else sees or is told of it, so it leaves no audit row and no event.

pub mod queries;
pub mod routes;
