//! The module bus as admins see it: what is declared, who listens, what travelled, what waits, what failed.

mod pages;
mod queries;
pub(super) mod routes;
