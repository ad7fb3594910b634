//! Worksites, their departments, and the shifts people work.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
