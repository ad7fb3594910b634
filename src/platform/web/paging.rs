//! Lists of the API page by page, by keyset: a cursor names the last entry seen.

use std::str::FromStr;

use serde::Deserialize;

use crate::kernel::error::AppError;

use super::routes::{QueryKind, QueryParameter};

/// Where a list goes on.
pub const CURSOR: QueryParameter = QueryParameter {
    name: "cursor",
    meaning: "`next_cursor` of the page before",
    kind: QueryKind::Text,
};
/// How long its pages are.
pub const LIMIT: QueryParameter = QueryParameter {
    name: "limit",
    meaning: "How many at most; 40 when left out",
    kind: QueryKind::Number(1, MOST),
};
/// How lists are taken page by page.
pub const PAGED: &[QueryParameter] = &[CURSOR, LIMIT];
/// Most entries on one page.
const MOST: i64 = 100;
/// Entries on one page when nobody says.
const USUAL: i64 = 40;

/// Which page of a list.
#[derive(Debug, Clone, Deserialize)]
pub struct Page {
    cursor: Option<String>,
    limit: Option<i64>,
}

impl Page {
    /// Where to go on; none for the first page.
    ///
    /// # Errors
    /// A cursor that is none of this list.
    pub fn after<Cursor: FromStr>(&self) -> Result<Option<Cursor>, AppError> {
        let parsed = self.cursor.as_ref().map(|cursor| cursor.parse());
        let not_one = |_| AppError::field("cursor", "That is not a cursor of this list.");
        parsed.transpose().map_err(not_one)
    }

    /// How many entries are wanted.
    ///
    /// # Errors
    /// A limit out of bounds.
    pub fn limit(&self) -> Result<i64, AppError> {
        let limit = self.limit.unwrap_or(USUAL);
        match (1..=MOST).contains(&limit) {
            true => Ok(limit),
            false => Err(AppError::field(
                "limit",
                format!("The limit is from 1 to {MOST}."),
            )),
        }
    }
}
