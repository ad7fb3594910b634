//! People out of a file: what each column is, what would change, and only then the change, batch by batch, which can be taken
//! back for a day.
//!
//! Invariants: an empty cell erases nothing; nobody becomes two people without somebody choosing so; a batch that is repeated
//! changes nothing; what somebody edited after the import stays when it is taken back. An imported person has no login; inviting
//! their address later gives them one.

pub mod actions;
pub mod changes;
pub mod drafting;
pub mod forms;
pub mod jobs;
pub mod mapping;
pub mod model;
pub mod pages;
pub mod preview;
pub mod queries;
pub mod reading;
pub mod routes;
pub mod workbook;
