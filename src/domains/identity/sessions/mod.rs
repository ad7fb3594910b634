//! Where a login is signed in: the list, ending one, and ending all others at once.

mod pages;
mod queries;
mod routes;

pub use routes::routes;
