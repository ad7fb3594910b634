//! Discussion: what is said about a lesson in the channel of its cohort, on the page of the lesson.
//!
//! The first message about a lesson names it and begins the thread; every other answers that one. Who is not in the channel sees nothing of
//! it, and writing follows the channel's rules.

pub mod actions;
pub mod queries;
pub mod routes;
