//! Messages to one person that answer what they did: receipts, confirmations, codes. Programs have them sent by the API; each is a
//! delivery with the same log as those of campaigns, and goes before them.

mod actions;
mod queries;
mod routes;
mod shapes;

pub use queries::{forget, forget_old, is_one};
pub use routes::routes;
