//! The devices on which somebody is told by push: browsers in which they switched it on.
//!
//! Invariants: a browser is one person's at a time; its secret is sealed; switching it on is agreeing to be told by push, in words that
//! are kept as they were shown; a device that its push service no longer knows is removed.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod policy;
pub mod queries;
pub mod routes;
