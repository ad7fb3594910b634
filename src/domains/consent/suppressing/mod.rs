//! Addresses to which nothing is sent: the list, adding to it, and lifting with a reason.

pub mod pages;
pub mod routes;
