//! Journeys as files: taken out whole, brought in again, or begun from a folder of Markdown.
//!
//! Invariant: taking out what was brought in gives the same bytes, so that two installations can compare what they have.

pub mod archive;
pub mod book;
pub mod intake;
pub mod lending;
pub mod markdown;
pub mod pages;
pub mod routes;
