//! Who is in a channel: the list, letting people in, putting them out, who looks after it, and finding somebody to mention.

pub mod actions;
pub mod forms;
pub mod pages;
pub(in crate::domains::channels::places) mod queries;
pub mod routes;
