//! Worksites, stages, assignments.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{AssignmentId, DepartmentId, LeaveId, MemberId, ShiftId, WorksiteId};
use crate::pg_enum;
use crate::platform::db::schema::{departments, shifts, worksites};

pg_enum! {
    /// How far somebody is with the organization.
    Stage as MemberStage {
        /// Works where the organization organises and has not joined.
        Lead = "lead": "Not a member yet",
        /// Has joined.
        Member = "member": "Member",
        /// Was a member.
        Former = "former": "Former member",
    }
}

pg_enum! {
    /// A way to reach somebody.
    ContactKind as ContactKind {
        Email = "email": "E-mail address",
        Phone = "phone": "Phone number",
    }
}

pg_enum! {
    /// How somebody looks after people.
    AssignmentKind as AssignmentKind {
        /// The steward.
        Primary = "primary": "Steward",
        /// Whom it falls to while the steward is away.
        Backup = "backup": "Backup",
        /// In the steward's place for some days.
        Temporary = "temporary": "Stand-in",
        /// Learns the work: reads, without phone numbers.
        Training = "training": "In training",
    }
}

impl AssignmentKind {
    /// Whether phone numbers are shown, and the record may be changed.
    pub fn is_full(self) -> bool {
        self != Self::Training
    }
}

/// A place where people work.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = worksites)]
pub struct Worksite {
    /// Which.
    pub id: WorksiteId,
    /// Its name, unique among the open ones.
    pub name: String,
    /// Where it is; may be empty.
    pub address: String,
    /// Since when it is closed.
    pub archived_at: Option<DateTime<Utc>>,
}

/// A part of a worksite.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = departments)]
pub struct Department {
    /// Which.
    pub id: DepartmentId,
    /// Of which worksite.
    pub worksite_id: WorksiteId,
    /// Its name there.
    pub name: String,
}

/// When people work.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = shifts)]
pub struct Shift {
    /// Which.
    pub id: ShiftId,
    /// Its name, the same at every worksite.
    pub name: String,
}

/// Whom an assignment reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One person.
    Person(MemberId),
    /// Everybody of a worksite, or of a part of it.
    Cell(Cell),
}

/// A worksite, and perhaps a department and a shift of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Where.
    pub worksite: WorksiteId,
    /// Only in this part.
    pub department: Option<DepartmentId>,
    /// Only in this shift.
    pub shift: Option<ShiftId>,
}

/// An assignment to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewAssignment {
    /// Who looks after them.
    pub steward: MemberId,
    /// How.
    pub kind: AssignmentKind,
    /// Whom.
    pub reach: Reach,
    /// From this moment.
    pub from: DateTime<Utc>,
    /// Until this moment, or for good.
    pub to: Option<DateTime<Utc>>,
    /// The leave it stands in for.
    pub leave: Option<LeaveId>,
}

/// An assignment as stored.
#[derive(Debug, Clone, Copy)]
pub struct Assignment {
    /// Which.
    pub id: AssignmentId,
    /// What it says.
    pub says: NewAssignment,
}

/// Days on which a steward is away.
#[derive(Debug, Clone, Copy)]
pub struct Leave {
    /// Which.
    pub id: LeaveId,
    /// Who.
    pub steward: MemberId,
    /// From this moment.
    pub starts_at: DateTime<Utc>,
    /// Until this moment.
    pub ends_at: DateTime<Utc>,
}
