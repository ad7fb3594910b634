//! Passwords: what is accepted, and how a forgotten one is replaced.
//!
//! The rules follow NIST SP 800-63B §5.1.1.2: length and a list of what everyone tries; no composition rules, no expiry.

mod common;
pub mod rules;
