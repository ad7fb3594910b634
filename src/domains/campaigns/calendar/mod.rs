//! Campaigns by the day on which they begin, in the organization's time zone.

pub mod pages;
mod queries;
pub mod routes;
