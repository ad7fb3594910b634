//! Finding people by what their records say, for who may see those records: everybody for admins, one's own people for stewards.
//!
//! Invariant: a filter, kept or not, finds only whom the one who looks may see, whoever made it.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
