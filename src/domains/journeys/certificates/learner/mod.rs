//! Somebody's own certificate.

pub mod pages;
pub mod routes;
