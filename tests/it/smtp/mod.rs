//! The SMTP client against a server of its own with every fault there is.

mod address;
mod bodies;
mod check;
mod delivery;
mod faults;
mod judgement;
mod replies;
pub mod support;
