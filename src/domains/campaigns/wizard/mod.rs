//! Making a campaign in four steps that can be left and taken up again: what it says, to whom, when, and a last look.

pub mod forms;
pub mod pages;
pub mod review;
pub mod routes;
