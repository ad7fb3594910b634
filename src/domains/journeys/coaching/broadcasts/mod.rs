//! Broadcasts to the learners of a journey or of one cohort: in the channel of the cohort where there is one, or to each in their inbox.
//! Throttles, the time to take it back and who is told of it are those of all broadcasts.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
