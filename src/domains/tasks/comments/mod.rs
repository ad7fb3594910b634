//! Talk about a task: comments and the answers to them. Whoever is named in one must see the task; that is checked before anybody
//! is told anything.

pub mod actions;
pub mod pages;
pub mod queries;
pub mod routes;
