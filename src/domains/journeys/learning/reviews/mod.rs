//! What learners handed in and coaches answer.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
pub mod rubric;
