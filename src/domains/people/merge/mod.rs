//! Two records of one person made one, and parted again.
//!
//! Invariants: who has a login is never given up; whom notes or tasks are about, or who has acted here, neither (their rows are
//! sealed, seen or signed under the id they have); every foreign key to members is in [`registry`], which a test holds it to;
//! for ninety days the record that was given up leads to the one that was kept, and the two can be parted.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod registry;
pub mod routes;
