//! A member's tasks in their own calendar program, under a secret address that can be taken back.
//!
//! Invariants: only the digest of the secret is kept; what the address shows is what its owner sees at that moment, and nothing once
//! they may not sign in; it names nobody and quotes no note, since a calendar is read on locked screens.

pub mod actions;
pub mod ics;
pub mod pages;
pub mod queries;
pub mod routes;
