//! Cases.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{CaseId, MemberId};
use crate::platform::db::schema::cases;

/// A case of whose team the acting member is.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = cases)]
pub struct Case {
    /// Which.
    pub id: CaseId,
    /// Who is represented.
    pub member_id: MemberId,
    /// The organization's own number.
    pub reference: String,
    /// What it is about.
    pub title: String,
    /// Who opened it.
    pub opened_by: MemberId,
    /// When.
    pub opened_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// What came of it; empty while it is open.
    pub outcome: String,
}

/// A case as meant.
#[derive(Debug, Clone)]
pub struct NewCase {
    /// The organization's own number.
    pub reference: String,
    /// What it is about.
    pub title: String,
}
