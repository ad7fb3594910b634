//! What the API sends and takes. Additive changes only.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domains::people::members::queries::Found;
use crate::domains::people::model::{AssignmentKind, Stage};
use crate::domains::people::stewards::queries::Listed;
use crate::kernel::ids::{AssignmentId, DepartmentId, MemberId, ShiftId, WorksiteId};

/// A person in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MemberSummary {
    /// Their id.
    pub id: MemberId,
    /// Their name.
    pub name: String,
    /// How far they are with the organization.
    pub stage: Stage,
    /// Worksite, department and shift in words; may be empty.
    pub place: String,
    /// When somebody last spoke with them.
    pub last_reached_at: Option<DateTime<Utc>>,
}

impl From<Found> for MemberSummary {
    fn from(found: Found) -> Self {
        Self {
            id: found.id,
            name: found.name,
            stage: found.stage,
            place: found.place,
            last_reached_at: found.reached,
        }
    }
}

/// What is known about a person, as far as the caller may see it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MemberRecord {
    /// Their id.
    pub id: MemberId,
    /// Their name.
    pub name: String,
    /// How far they are with the organization.
    pub stage: Stage,
    /// Where they work.
    pub worksite_id: Option<WorksiteId>,
    /// In which part of it.
    pub department_id: Option<DepartmentId>,
    /// When.
    pub shift_id: Option<ShiftId>,
    /// The first day of their membership.
    pub joined_on: Option<NaiveDate>,
    /// Why their data may be kept.
    pub legal_basis: String,
    /// When that was noted.
    pub basis_noted_on: Option<NaiveDate>,
    /// The address the portal writes to.
    pub email: Option<String>,
    /// `en` or `fr`.
    pub locale: String,
    /// IANA name.
    pub time_zone: String,
    /// Other ways to reach them; without phone numbers for who is in training.
    pub contact_points: Vec<Contact>,
    /// Words on them that count today.
    pub tags: Vec<String>,
    /// What the organization's own fields say, by name; without sensitive ones for others than admins.
    pub fields: BTreeMap<String, String>,
    /// When somebody last spoke with them.
    pub last_reached_at: Option<DateTime<Utc>>,
}

/// A way to reach somebody.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Contact {
    /// `email` or `phone`.
    pub kind: crate::domains::people::model::ContactKind,
    /// An address, or a number in E.164.
    pub value: String,
    /// A note about it; may be empty.
    pub label: String,
}

/// What is to change about where somebody works and how far they are. What is left out stays; null empties it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChangeMember {
    /// How far they are.
    pub stage: Option<Stage>,
    /// Where they work.
    #[serde(deserialize_with = "given")]
    pub worksite_id: Option<Option<WorksiteId>>,
    /// In which part of it.
    #[serde(deserialize_with = "given")]
    pub department_id: Option<Option<DepartmentId>>,
    /// When.
    #[serde(deserialize_with = "given")]
    pub shift_id: Option<Option<ShiftId>>,
    /// The first day of their membership.
    #[serde(deserialize_with = "given")]
    pub joined_on: Option<Option<NaiveDate>>,
}

/// A value that is there, even when it is null.
fn given<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// Who looks after somebody, or after a worksite.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AssignmentView {
    /// Its id.
    pub id: AssignmentId,
    /// Who looks after them.
    pub steward_id: MemberId,
    /// Their name.
    pub steward: String,
    /// How.
    pub kind: AssignmentKind,
    /// The person, when it is one.
    pub member_id: Option<MemberId>,
    /// Worksite, department and shift in words, when it is the people of one.
    pub cell: Vec<String>,
    /// From this moment.
    pub effective_from: DateTime<Utc>,
    /// Until this moment; none for good.
    pub effective_to: Option<DateTime<Utc>>,
    /// Until when the steward is away, when they are.
    pub away_until: Option<DateTime<Utc>>,
}

impl From<Listed> for AssignmentView {
    fn from(listed: Listed) -> Self {
        Self {
            id: listed.id,
            steward_id: listed.steward_id,
            steward: listed.steward,
            kind: listed.kind,
            member_id: listed.member_id,
            cell: listed.cell,
            effective_from: listed.effective_from,
            effective_to: listed.effective_to,
            away_until: listed.away_until,
        }
    }
}

/// The assignments that reach a person, and whose they are now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MemberAssignments {
    /// Who their steward is now, by precedence, leave and blocks.
    pub steward_id: Option<MemberId>,
    /// Those in force or to come.
    pub data: Vec<AssignmentView>,
}

/// A person to be given to a steward.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAssignment {
    /// Who looks after them. Needed, but asked for only of who may give people to stewards.
    #[serde(default)]
    pub steward_id: Option<MemberId>,
    /// How. Needed too.
    #[serde(default)]
    pub kind: Option<AssignmentKind>,
    /// From this moment; now when left out.
    #[serde(default)]
    pub effective_from: Option<DateTime<Utc>>,
    /// Until this moment; for good when left out. A stand-in needs it.
    #[serde(default)]
    pub effective_to: Option<DateTime<Utc>>,
}

/// A new assignment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CreatedAssignment {
    /// Its id.
    pub id: AssignmentId,
}
