//! How the organization does by its people's consent: how fast it heeds a no, what runs out, and for whom nothing stands.

pub mod pages;
pub mod queries;
pub mod routes;
