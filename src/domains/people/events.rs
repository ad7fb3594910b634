//! Facts this module tells.

use crate::events;
use crate::kernel::ids::{AssignmentId, LeaveId, MemberId, OfficeId, WorksiteId};

use super::model::AssignmentKind;

events! {
    WorksiteCreated = "people.worksite.created", "A place where people work was added." { worksite: WorksiteId }
    WorksiteChanged = "people.worksite.changed", "A worksite's name, address or departments have changed, or it was closed or opened again." { worksite: WorksiteId }
    RecordChanged = "people.record.changed", "What is known about a person's workplace, stage or ways to be reached has changed." { member: MemberId }
    StewardAssigned = "people.steward.assigned", "Somebody looks after a person, or after the people of a worksite, from a date on." {
        assignment: AssignmentId,
        steward: MemberId,
        kind: AssignmentKind,
    }
    AssignmentEnded = "people.steward.ended", "An assignment of a steward has an end, or was taken back before it began." { assignment: AssignmentId, steward: MemberId }
    LeaveNoted = "people.leave.noted", "A steward will be away; people and follow-ups fall to backups on those days." { leave: LeaveId, steward: MemberId }
    LeaveEnded = "people.leave.ended", "A steward's leave was taken back or cut short." { leave: LeaveId, steward: MemberId }
    OfficeGiven = "people.office.given", "Somebody holds an office from now on." { office: OfficeId, member: MemberId }
    OfficeEnded = "people.office.ended", "Somebody no longer holds an office." { office: OfficeId, member: MemberId }
}
