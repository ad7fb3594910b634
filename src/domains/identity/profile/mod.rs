//! How others see a member, and in which language and time they live.

mod forms;
mod pages;
mod queries;
mod routes;

pub use routes::routes;
