//! The second factor: time-based one-time passwords (RFC 6238: SHA-1, six digits, thirty seconds, one step either way) and
//! ten recovery codes. A code works once; the secret is stored sealed, recovery codes as keyed hashes.

mod actions;
mod pages;
mod qr;
mod queries;
mod routes;

pub use actions::check;
pub use queries::is_required;
pub use routes::{routes, security_page};
