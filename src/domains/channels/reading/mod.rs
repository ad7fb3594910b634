//! How far each person has read: pointers that move forward by reading, back by "mark unread", and counts derived from them.

pub mod actions;
pub mod queries;
pub mod routes;
