//! Facts this module tells. Ids only: what a case is about travels nowhere.

use crate::events;
use crate::kernel::ids::{CaseId, MemberId};

events! {
    CaseOpened = "cases.case.opened", "Somebody is represented in a matter." { case: CaseId }
    CaseClosed = "cases.case.closed", "A case is over." { case: CaseId }
    CaseReopened = "cases.case.reopened", "A closed case goes on." { case: CaseId }
    TeamJoined = "cases.team.joined", "Somebody works on a case, and reads what is written in it." { case: CaseId, member: MemberId }
    TeamLeft = "cases.team.left", "Somebody no longer works on a case, nor reads what is written in it." { case: CaseId, member: MemberId }
}
