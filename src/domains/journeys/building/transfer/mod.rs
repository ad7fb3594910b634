//! Journeys as files: taken out whole, brought in again, or begun from a folder of Markdown.
//!
//! A journey carries what its lessons show: pages, links, files with their captions. What has no files is brought in at once, the rest by
//! a job ([`imports`]).
//!
//! Invariants: taking out what was brought in gives the same bytes, so that two installations can compare what they have; no file is ever
//! held in memory.

pub mod archive;
pub mod book;
pub mod imports;
pub mod intake;
pub mod lending;
pub mod markdown;
pub mod outgoing;
pub mod pages;
pub mod routes;
