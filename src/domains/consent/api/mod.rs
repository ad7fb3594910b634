//! What one gets over the JSON API: the same records and the same rules as the page.

pub mod routes;
mod shapes;
