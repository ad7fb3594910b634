//! The audit log as people read it: filtered, page by page, with before and after as words; and as a CSV file.

mod difference;
mod export;
mod filter;
mod pages;
mod queries;
pub(super) mod routes;
