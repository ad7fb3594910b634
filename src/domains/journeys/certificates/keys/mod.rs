//! The keys with which an organization signs: made anew, and withdrawn when others may have got hold of one.

pub mod actions;
pub mod pages;
pub mod routes;
