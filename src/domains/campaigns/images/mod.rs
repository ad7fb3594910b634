//! The library of images: what mail shows, described for those who do not see it.
//!
//! Invariants: an image is prepared for mail before it is stored, and its bytes never change; its address is random and open to whoever
//! has it, without signing in, for as long as a mail shows it; an image that a version or a draft shows is never deleted, only taken out
//! of the list.

pub mod actions;
pub mod address;
pub mod events;
pub mod forms;
pub mod intake;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;
pub mod serving;

pub use address::{Address, portal};
