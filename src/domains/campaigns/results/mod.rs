//! What became of a campaign, and of each of its messages.

pub mod breakdown;
pub mod export;
pub mod pages;
pub mod people;
pub mod queries;
pub mod routes;
