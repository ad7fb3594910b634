//! Leaving one kind of messages with the link in one of them, and confirming an agreement that somebody else wrote down.

pub mod pages;
pub mod routes;
