//! Changes of many.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{BulkId, MemberId};
use crate::pg_enum;
use crate::platform::db::schema::bulk_changes;

/// How long a change can be taken back.
pub const UNDOABLE: TimeDelta = TimeDelta::hours(24);
/// People changed at once.
pub const MOST: i64 = 20_000;
/// Rows of one export.
pub const MOST_EXPORTED: i64 = 5_000;

pg_enum! {
    /// What was done with many.
    BulkKind as BulkKind {
        Assign = "assign": "Given to a steward",
        Tag = "tag": "Tagged",
        Reassign = "reassign": "Handed over",
    }
}

/// One change of many.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = bulk_changes)]
pub struct Bulk {
    pub id: BulkId,
    pub kind: BulkKind,
    pub made_by: MemberId,
    pub made_at: DateTime<Utc>,
    /// What was done, in words; of a change that moves something, what stands after the names.
    pub words: String,
    /// How many it reached.
    pub affected: i32,
    /// How many it did not reach.
    pub skipped: i32,
    pub undone_at: Option<DateTime<Utc>>,
    /// Whose assignments were moved.
    pub from_id: Option<MemberId>,
    /// Who got them, or the people.
    pub to_id: Option<MemberId>,
}

/// What a change is, as it is noted before it is done. Names are told by ids: they are looked up when it is shown.
#[derive(Debug, Clone, Copy)]
pub struct NewBulk<'a> {
    pub kind: BulkKind,
    /// What was done, in words that name nobody.
    pub words: &'a str,
    /// Whose assignments are moved.
    pub from: Option<MemberId>,
    /// Who gets them, or the people.
    pub to: Option<MemberId>,
    /// From which moment on assignments move.
    pub moment: Option<DateTime<Utc>>,
}

impl Bulk {
    /// Until when it can be taken back, when it can.
    pub fn undoable_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let until = self.made_at + UNDOABLE;
        (self.undone_at.is_none() && until > now && self.affected > 0).then_some(until)
    }
}

/// What can be done with a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    Tag,
    Assign,
    Export,
}

impl Doing {
    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Assign => "assign",
            Self::Export => "export",
        }
    }
}

impl std::str::FromStr for Doing {
    type Err = crate::kernel::enums::UnknownWord;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "tag" => Ok(Self::Tag),
            "assign" => Ok(Self::Assign),
            "export" => Ok(Self::Export),
            _ => Err(crate::kernel::enums::UnknownWord),
        }
    }
}
