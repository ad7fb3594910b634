//! Tasks over the JSON API: the same actions, the same sight.

pub mod routes;
mod shapes;
