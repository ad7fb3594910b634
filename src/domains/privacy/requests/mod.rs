//! People asking for what is kept about them (GDPR Art. 15): whoever hears of it starts the clock with one tap, a privacy officer
//! gathers and reviews, another releases.
//!
//! What was gathered is kept under the person's own key, so that an erasure takes it along.

pub mod actions;
pub mod copy;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;
