//! What browsers send about assignments and leaves. Days are days of the sender's zone: the first begins at its midnight, the
//! last ends at the next.

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::domains::people::model::{AssignmentKind, Cell, NewAssignment, Reach};
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::{DepartmentId, MemberId, ShiftId, WorksiteId};
use crate::kernel::validate::Check;

/// An assignment as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AssignmentForm {
    pub steward: String,
    pub kind: String,
    /// For a cell: one of its departments, or empty for all.
    pub department: String,
    /// For a cell: one shift, or empty for all.
    pub shift: String,
    /// First day; empty for from now on.
    pub first: String,
    /// Last day; empty for good.
    pub last: String,
}

/// To whom a form of an assignment belongs.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// A person.
    Person(MemberId),
    /// The people of a worksite.
    Worksite(WorksiteId),
}

impl AssignmentForm {
    /// Reads the form.
    ///
    /// # Errors
    /// No steward or kind, days that are none, or in the wrong order.
    pub fn parse(&self, target: Target, zone: Tz, now: DateTime<Utc>) -> Result<NewAssignment, FieldErrors> {
        let mut check = Check::default();
        let steward = check.one_of::<MemberId>("steward", "a steward", &self.steward);
        let kind = check.one_of::<AssignmentKind>("kind", "how they look after them", &self.kind);
        let reach = match target {
            Target::Person(member) => Reach::Person(member),
            Target::Worksite(worksite) => Reach::Cell(Cell {
                worksite,
                department: check.optional::<DepartmentId>("department", "a department", &self.department),
                shift: check.optional::<ShiftId>("shift", "a shift", &self.shift),
            }),
        };
        let first = check.day("first", &self.first);
        let last = check.day("last", &self.last);
        let from = first.map_or(now, |first| midnight(first, zone).max(now));
        let to = last.map(|last| midnight(last + Days::new(1), zone));
        check.refuse_when(
            to.is_some_and(|to| to <= from),
            "last",
            "The last day must not be over, nor come before the first.",
        );
        check.refuse_when(
            kind == Some(AssignmentKind::Temporary) && to.is_none(),
            "last",
            "Say the last day on which they stand in.",
        );
        match (steward, kind) {
            (Some(steward), Some(kind)) => check.finish(|| NewAssignment {
                steward,
                kind,
                reach,
                from,
                to,
                leave: None,
            }),
            _ => Err(check.finish(|| ()).err().unwrap_or_default()),
        }
    }
}

/// A leave as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LeaveForm {
    /// First day away.
    pub first: String,
    /// Last day away.
    pub last: String,
    /// Who stands in for people without a backup; may be empty.
    pub stand_in: String,
}

/// A leave as meant.
#[derive(Debug, Clone, Copy)]
pub struct NewLeave {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub stand_in: Option<MemberId>,
}

impl LeaveForm {
    /// Reads the form.
    ///
    /// # Errors
    /// Days that are none, in the wrong order or over.
    pub fn parse(&self, zone: Tz, now: DateTime<Utc>) -> Result<NewLeave, FieldErrors> {
        let mut check = Check::default();
        check.refuse_when(self.first.trim().is_empty(), "first", "Say the first day away.");
        check.refuse_when(self.last.trim().is_empty(), "last", "Say the last day away.");
        let first = check.day("first", &self.first);
        let last = check.day("last", &self.last);
        let stand_in = check.optional::<MemberId>("stand_in", "a steward", &self.stand_in);
        let starts_at = first.map_or(now, |first| midnight(first, zone).max(now));
        let ends_at = last.map_or(now, |last| midnight(last + Days::new(1), zone));
        check.refuse_when(
            last.is_some() && ends_at <= starts_at,
            "last",
            "The last day must not be over, nor come before the first.",
        );
        check.finish(|| NewLeave {
            starts_at,
            ends_at,
            stand_in,
        })
    }
}

/// The first moment of a day in a zone; where midnight does not exist, the first that does (RFC 5545, 3.3.5).
pub fn midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let local = day.and_time(chrono::NaiveTime::MIN);
    let found = zone.from_local_datetime(&local).earliest().or_else(|| {
        zone.from_local_datetime(&(local + chrono::TimeDelta::hours(1)))
            .earliest()
    });
    found.map_or_else(|| local.and_utc(), |moment| moment.with_timezone(&Utc))
}
