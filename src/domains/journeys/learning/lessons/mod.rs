//! One lesson and what its learner does in it: read, watch, answer, write, tick off, be there.
//!
//! Every door asks [`super::actions::working`] first, so what is closed stays closed whatever the address; nothing typed is lost, since
//! drafts are kept as one types and come back with every refusal.

pub mod actions;
pub mod calendar;
pub mod forms;
pub mod media;
pub mod pages;
pub mod paper;
pub mod queries;
pub mod quiz;
pub mod quiz_page;
pub mod routes;
pub mod work;
pub mod writing;

pub use routes::routes;
