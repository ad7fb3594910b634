//! A journey's people, as those who build it see them: how far each is, and what a coach decides for one of them.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
