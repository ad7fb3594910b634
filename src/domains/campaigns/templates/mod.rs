//! Templates: what campaigns say, kept to be used again.
//!
//! Invariants: a version is compiled before it is saved, so that whatever has a number can be sent; versions are only ever added to, and
//! saving the same words again adds none; what does not compile yet is kept beside the versions and never sent. Mail under work is
//! only shown inside a frame that can run nothing and reach nobody ([`framed`]).

pub mod actions;
pub mod blocks;
pub mod events;
pub mod forms;
pub mod framed;
pub mod looking;
pub mod model;
pub mod pages;
pub mod policy;
pub mod preview;
pub mod queries;
pub mod routes;
pub mod testing;
