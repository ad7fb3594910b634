//! "My people": whom the acting member looks after, those first who need them most.

pub mod pages;
pub mod queries;
pub mod routes;
