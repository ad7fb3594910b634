//! One query, three views: the list, the board by status, the calendar by day. All take the same filters.

pub mod filter;
pub mod pages;
pub mod queries;
pub mod routes;
