//! Places in lists that are ordered by time.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A place in a list that is ordered by time; prints into an address and reads from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When.
    pub at: DateTime<Utc>,
    /// Which of those at the same moment.
    pub id: Uuid,
}

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.at.timestamp_micros(), self.id)
    }
}

/// An address that holds no place in a list.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("that is not a place in the list")]
pub struct NoCursor;

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (at, id) = text.split_once('.').ok_or(NoCursor)?;
        let at = at
            .parse()
            .ok()
            .and_then(DateTime::from_timestamp_micros)
            .ok_or(NoCursor)?;
        Ok(Self {
            at,
            id: id.parse().map_err(|_| NoCursor)?,
        })
    }
}
