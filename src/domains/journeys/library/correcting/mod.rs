//! Corrections: what published journeys show of an asset, made what the library shows now, without publishing them again.

pub mod actions;
pub mod routes;
