//! Learning without a network: lessons that somebody takes along on their device, and what they did there, sent later.
//!
//! Invariants: what is kept on a device is sealed under a key that only the person gets, while they are signed in; the page that stands
//! in without a network says nothing about anybody; what was done there is taken in once, whoever sends it how often, by its id; what is
//! refused stays on the device with the reason. A lesson that is closed or no longer theirs takes nothing in.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod routes;
