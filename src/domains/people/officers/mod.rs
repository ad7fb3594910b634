//! Who holds an office, such as president or chief steward. An office gives sight of what is written for officers; an admin
//! appoints, never themselves.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
