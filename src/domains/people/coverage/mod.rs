//! Where stewards are missing: people against stewards in force, by worksite, and inside one by department and shift.

pub mod pages;
pub mod queries;
pub mod routes;
