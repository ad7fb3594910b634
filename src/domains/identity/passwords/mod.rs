//! Passwords: what is accepted, how one is changed, and how a forgotten one is replaced.
//!
//! The rules follow NIST SP 800-63B §5.1.1.2: length and a list of what everyone tries; no composition rules, no expiry.
//! Every change ends all other sessions of the login.

mod actions;
mod common;
mod pages;
mod queries;
mod routes;
pub mod rules;

pub use actions::{Cause, reset_link};
pub use pages::LinkEndedPage;
pub use routes::routes;
