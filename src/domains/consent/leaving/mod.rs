//! Leaving one kind of messages with the link in one of them, and confirming an agreement that somebody else wrote down.

mod actions;
pub mod pages;
pub mod routes;

pub use actions::by_mail;
