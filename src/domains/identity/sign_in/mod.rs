//! Signing in and out: password, then the second factor when there is one, then an organization.
//!
//! A wrong password and an unknown account look and last the same. Attempts are counted per account and per address.

mod actions;
pub mod attempts;
mod pages;
mod queries;
mod routes;

pub use actions::{Checked, account_subject, arrive, check_password, confirm_password, tell_organizations};
pub use routes::routes;
