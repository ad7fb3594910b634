//! What a coach sees at a glance: who is how far with which lesson, and who is stuck and why.

pub mod pages;
pub mod queries;
pub mod routes;
pub mod stuck;
