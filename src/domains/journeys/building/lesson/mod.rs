//! One milestone or lesson open: its words, what makes it count as done, and what its kind asks for.

pub mod columns;
pub mod forms;
pub mod pages;
pub mod routes;
pub mod steps;
