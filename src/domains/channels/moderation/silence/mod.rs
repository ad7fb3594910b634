//! Pausing someone's writing in a channel for a while, or until it is lifted.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;

use chrono::{DateTime, Utc};

/// A pause without an end is stored as one until this moment, 1 January 9999.
pub const FOREVER: DateTime<Utc> = match DateTime::from_timestamp(253_370_764_800, 0) {
    Some(moment) => moment,
    None => DateTime::<Utc>::MAX_UTC,
};
