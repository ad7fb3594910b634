//! "My day": what is to be done today, who needs one, where one is named.

pub mod pages;
pub mod routes;
