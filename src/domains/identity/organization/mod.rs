//! What admins set for the whole organization: its name, time and language, and who needs a second factor.

mod pages;
mod queries;
mod routes;

pub use routes::routes;
