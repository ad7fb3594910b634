//! Analytics: where learners of a journey get on and where they stop, in figures that a coach can check.
//!
//! Everything is counted when it is asked for, from the very rows learners see, in a few set queries; more learners than can be counted while
//! somebody waits are counted in the background, each night and on request, and their figures say when. Of few people it is said in words
//! rather than in shares.

pub mod actions;
pub mod api;
pub mod counting;
pub mod file;
pub mod jobs;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;
