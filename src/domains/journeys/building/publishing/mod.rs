//! Versions: making one of a draft, looking at them, comparing them, and going back to one.

pub mod actions;
pub mod behind;
pub mod diff;
pub mod forms;
pub mod lint;
pub mod pages;
pub mod plain;
pub mod routes;
pub mod versions;
