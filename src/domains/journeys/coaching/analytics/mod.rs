//! Analytics: where learners of a journey get on and where they stop, in figures that a coach can check.
//!
//! Everything is counted when it is asked for, from the very rows learners see, in a few set queries; of few people it is said in words
//! rather than in shares.

pub mod actions;
pub mod api;
pub mod file;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;
