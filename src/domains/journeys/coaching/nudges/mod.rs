//! Nudges: a short message from a coach to a learner who does not get on.
//!
//! It is a direct message, so the learner answers by writing back, and whether an e-mail or a push tells of it is decided where that is
//! always decided (`notifications`). What was not sent is kept with its reason, for the coach.

pub mod actions;
pub mod api;
pub mod forms;
pub mod model;
pub mod pages;
pub mod policy;
pub mod queries;
pub mod routes;
