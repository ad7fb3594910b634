//! What one gets over the JSON API: the same records and the same rules as the page.

mod others;
pub mod routes;
mod shapes;
