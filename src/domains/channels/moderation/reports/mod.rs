//! Reporting a message, and what came of it: for the person who reported it and for the one who wrote it.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
