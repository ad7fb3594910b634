//! Opening what a privacy officer does not usually read: one person, one hour, one reason, and everybody concerned is told.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
