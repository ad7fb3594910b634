//! Merges.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domains::tenancy::MemberState;
use crate::kernel::ids::{MemberId, MergeId};
use crate::platform::db::schema::member_merges;

/// How long the record that was given up leads to the kept one, and the two can be parted.
pub const KEPT: TimeDelta = TimeDelta::days(90);

/// A merge.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = member_merges)]
pub struct Merge {
    pub id: MergeId,
    pub kept_id: MemberId,
    pub given_up_id: MemberId,
    pub merged_at: DateTime<Utc>,
    pub before: Value,
    pub after: Value,
    pub moved: Value,
    pub given_up_state: MemberState,
    pub parted_at: Option<DateTime<Utc>>,
}

/// A field of a record that two records may tell differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Name,
    Email,
    /// Worksite and department.
    Place,
    Shift,
    Stage,
    Joined,
    Basis,
}

impl Field {
    /// Every one, in the order of the page.
    pub const ALL: [Self; 7] = [
        Self::Name,
        Self::Email,
        Self::Place,
        Self::Shift,
        Self::Stage,
        Self::Joined,
        Self::Basis,
    ];

    /// The word in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Place => "place",
            Self::Shift => "shift",
            Self::Stage => "stage",
            Self::Joined => "joined",
            Self::Basis => "basis",
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Email => "E-mail address",
            Self::Place => "Worksite and department",
            Self::Shift => "Shift",
            Self::Stage => "How far they are",
            Self::Joined => "Joined",
            Self::Basis => "Why we keep this",
        }
    }
}

/// What a record says, as it is stored: the columns of each field.
pub type Said = BTreeMap<String, Value>;
