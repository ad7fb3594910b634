//! When milestones and lessons open: conditions of which all have to be true, each with alternatives.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod routes;
pub mod words;
