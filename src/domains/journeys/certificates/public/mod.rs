//! What outsiders can ask without signing in: whether a certificate counts, and who issued it.

pub mod pages;
pub mod routes;
