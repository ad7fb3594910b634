//! The results of a campaign taken apart: by link, by mail provider, by segment and over time, each on a page of its own.
//!
//! Invariants: the numbers of a page add up to those of the campaign's first page; what people did with their messages is told as
//! numbers, and never for so few that it would be told about somebody ([`told`]).

pub mod links;
pub mod pages;
pub mod queries;
pub mod routes;
pub mod times;
pub mod told;
