//! What a segment is made of: a tree of conditions about people.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domains::people::model::Stage;
use crate::kernel::actor::Role;
use crate::kernel::ids::{
    CampaignId, ContextId, DepartmentId, FieldId, MemberId, SegmentId, ShiftId, TagId, WorksiteId,
};
use crate::platform::db::schema::segments;

/// How deep a tree may be: groups in groups, and the conditions in the innermost of them.
pub const MOST_LEVELS: usize = 4;
/// Conditions one tree may have.
pub const MOST_LEAVES: usize = 60;
/// Conditions a tree may have with those of the segments that it names.
pub const MOST_LEAVES_WITHIN: usize = 300;
/// Days that can be counted back: a hundred years.
pub const MOST_DAYS: i32 = 36_500;

/// What must be true of somebody. Stored as JSON, such as `{"all": [{"leaf": {"tag": "…"}}, {"not": {"leaf": "has_phone"}}]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Every one of these.
    All(Vec<Condition>),
    /// At least one of these.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// One thing about the person.
    Leaf(Leaf),
}

/// One thing that is true of a person or not: never unknown, so that its opposite is everybody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leaf {
    /// At this stage.
    Stage(Stage),
    /// Has this role.
    Role(Role),
    /// Has this tag, whose last day has not passed.
    Tag(TagId),
    /// Works here.
    Worksite(WorksiteId),
    /// Works in this department.
    Department(DepartmentId),
    /// Works in this shift.
    Shift(ShiftId),
    /// A field of the organization's own says exactly this, whatever the case of its letters.
    FieldIs {
        /// Which field.
        field: FieldId,
        /// What it says, as it is stored.
        value: String,
    },
    /// A field has this in it, whatever the case of its letters.
    FieldHas {
        /// Which field.
        field: FieldId,
        /// What is in it.
        part: String,
    },
    /// A field says nothing.
    FieldEmpty {
        /// Which field.
        field: FieldId,
    },
    /// A field for days names an earlier one.
    FieldBefore {
        /// Which field.
        field: FieldId,
        /// Than which day.
        day: NaiveDate,
    },
    /// A field for days names a later one.
    FieldAfter {
        /// Which field.
        field: FieldId,
        /// Than which day.
        day: NaiveDate,
    },
    /// Reads this language.
    Language(String),
    /// Joined on an earlier day.
    JoinedBefore(NaiveDate),
    /// Joined on a later day.
    JoinedAfter(NaiveDate),
    /// Joined in the last so many days, today among them.
    JoinedWithin(i32),
    /// Has an e-mail address.
    HasEmail,
    /// Has a phone number.
    HasPhone,
    /// Has a login.
    HasLogin,
    /// Used the portal in the last so many days.
    ActiveWithin(i32),
    /// Never used the portal.
    NeverActive,
    /// This is their steward now, as `app.steward_of` answers.
    Steward(MemberId),
    /// Somebody is.
    HasSteward,
    /// Belongs to this team, challenge, sponsor or cohort.
    Belongs(ContextId),
    /// Somebody spoke with them in the last so many days.
    SpokenWithin(i32),
    /// A message of this campaign was for them. Who opened or followed one is nobody's to ask.
    Sent(CampaignId),
    /// Is in another segment.
    Segment(SegmentId),
}

/// What is wrong with a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misshapen {
    /// Groups in groups in groups.
    #[error("Groups can be nested at most {MOST_LEVELS} levels deep.")]
    TooDeep,
    /// More than anybody can read.
    #[error("A segment has at most {MOST_LEAVES} conditions.")]
    TooMany,
    /// A group that says nothing: of nobody and of everybody at once.
    #[error("A group without conditions says nothing: add one, or remove the group.")]
    Empty,
    /// The opposite of an opposite.
    #[error("The opposite of an opposite is written without either.")]
    Twice,
    /// Words or days out of bounds.
    #[error("A condition has a value that is too long or out of bounds.")]
    OutOfBounds,
}

impl Condition {
    /// Whether it may be kept and asked.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn check(&self) -> Result<(), Misshapen> {
        self.check_at(1)?;
        match self.leaves().len() > MOST_LEAVES {
            true => Err(Misshapen::TooMany),
            false => Ok(()),
        }
    }

    fn check_at(&self, level: usize) -> Result<(), Misshapen> {
        if level > MOST_LEVELS {
            return Err(Misshapen::TooDeep);
        }
        match self {
            Self::All(of) | Self::Any(of) if of.is_empty() => Err(Misshapen::Empty),
            Self::All(of) | Self::Any(of) => of.iter().try_for_each(|one| one.check_at(level + 1)),
            Self::Not(of) if matches!(**of, Self::Not(_)) => Err(Misshapen::Twice),
            Self::Not(of) => of.check_at(level),
            Self::Leaf(leaf) if leaf.is_in_bounds() => Ok(()),
            Self::Leaf(_) => Err(Misshapen::OutOfBounds),
        }
    }

    /// Its conditions, from first to last.
    pub fn leaves(&self) -> Vec<&Leaf> {
        match self {
            Self::All(of) | Self::Any(of) => of.iter().flat_map(Self::leaves).collect(),
            Self::Not(of) => of.leaves(),
            Self::Leaf(leaf) => vec![leaf],
        }
    }

    /// The segments it names.
    pub fn segments(&self) -> BTreeSet<SegmentId> {
        let named = |leaf: &Leaf| match leaf {
            Leaf::Segment(segment) => Some(*segment),
            _ => None,
        };
        self.leaves().into_iter().filter_map(named).collect()
    }

    /// The fields it asks about.
    pub fn fields(&self) -> BTreeSet<FieldId> {
        self.leaves().into_iter().filter_map(Leaf::field).collect()
    }
}

impl Leaf {
    /// The field it asks about.
    pub const fn field(&self) -> Option<FieldId> {
        match self {
            Self::FieldIs { field, .. }
            | Self::FieldHas { field, .. }
            | Self::FieldEmpty { field }
            | Self::FieldBefore { field, .. }
            | Self::FieldAfter { field, .. } => Some(*field),
            _ => None,
        }
    }

    fn is_in_bounds(&self) -> bool {
        let is_line = |text: &str| (1..=1_000).contains(&text.chars().count()) && !text.contains('\0');
        match self {
            Self::FieldIs { value, .. } => is_line(value),
            Self::FieldHas { part, .. } => is_line(part),
            Self::Language(word) => is_line(word),
            Self::JoinedWithin(days) | Self::ActiveWithin(days) | Self::SpokenWithin(days) => {
                (1..=MOST_DAYS).contains(days)
            }
            _ => true,
        }
    }
}

/// A segment as it is kept.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = segments)]
pub struct Segment {
    /// Which.
    pub id: SegmentId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// Its tree; see [`Segment::condition`].
    pub rule: Value,
    /// Who made it.
    pub created_by: MemberId,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// Since when it is out of use.
    pub archived_at: Option<DateTime<Utc>>,
}

impl Segment {
    /// What must be true of its people.
    ///
    /// # Errors
    /// When a later version of the portal wrote it.
    pub fn condition(&self) -> Result<Condition, crate::kernel::error::AppError> {
        read(&self.rule)
    }
}

/// A tree as it is stored.
///
/// # Errors
/// When it is of a later version of the portal.
pub fn read(rule: &Value) -> Result<Condition, crate::kernel::error::AppError> {
    serde_json::from_value(rule.clone()).map_err(|cause| {
        crate::kernel::error::AppError::Unexpected(anyhow::anyhow!("the rule of a segment: {cause}"))
    })
}
