//! Who looks after whom on which dates, and what happens while somebody is away.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;
