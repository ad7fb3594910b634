//! Building over the JSON API: the same actions, the same sight.

mod endpoints;
mod routes;
mod shapes;

pub use endpoints::routes;
