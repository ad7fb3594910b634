//! Who watches a task: they find it among what they watch, however it is passed on. Only who sees it can.

pub mod queries;
pub mod routes;
