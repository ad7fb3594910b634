//! The JSON API of channels: the same actions as the pages, for programs.

mod push;
mod queries;
mod routes;
pub mod shapes;

pub use routes::routes;
