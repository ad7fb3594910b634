//! Giving people to stewards, ending that, and noting who is away.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::domains::people::events::{AssignmentEnded, LeaveEnded, LeaveNoted, StewardAssigned};
use crate::domains::people::model::{Assignment, AssignmentKind, Leave, NewAssignment, Reach};
use crate::domains::people::policy;
use crate::domains::people::worksites::queries as worksites;
use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssignmentId, LeaveId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::{NewLeave, Target};
use super::queries;

/// Whether the acting member may give this person, or the people of this worksite, to a steward: asked before a form is read.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person or worksite; what the policy refuses.
pub fn expect_assignable(tx: &mut TenantTx<'_>, target: Target) -> Result<(), AppError> {
    match target {
        Target::Person(member) => drop(tenancy::person(tx, member)?),
        Target::Worksite(worksite) => {
            worksites::worksite(tx, worksite)?;
            policy::may_arrange(tx.actor()).map_err(|denied| policy::hidden_or(tx.actor(), denied))?;
        }
    }
    policy::may_arrange(tx.actor())?;
    Ok(())
}

/// Whether the acting member may say that this steward is away: asked before a form is read.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person, and for everyone but themselves and admins.
pub fn expect_own(tx: &mut TenantTx<'_>, steward: MemberId) -> Result<(), AppError> {
    tenancy::person(tx, steward)?;
    policy::may_note_absence(tx.actor(), steward).map_err(|_| AppError::NotFound)?;
    Ok(())
}

/// Gives a person, or the people of a cell, to a steward.
///
/// # Errors
/// What the policy refuses; [`AppError::NotFound`] for unknown people and worksites; [`AppError::Invalid`] when the steward is
/// none, or a primary is there on those dates.
pub fn assign(tx: &mut TenantTx<'_>, new: &NewAssignment) -> Result<AssignmentId, AppError> {
    match new.reach {
        Reach::Person(member) => drop(tenancy::person(tx, member)?),
        Reach::Cell(cell) => {
            worksites::worksite(tx, cell.worksite)?;
            let departments = worksites::departments(tx, &[cell.worksite])?;
            let is_here = |id| departments.iter().any(|department| department.id == id);
            if cell.department.is_some_and(|id| !is_here(id)) {
                return Err(AppError::field(
                    "department",
                    "Choose a department of this worksite.",
                ));
            }
            let shifts = worksites::shifts(tx)?;
            if cell
                .shift
                .is_some_and(|id| !shifts.iter().any(|shift| shift.id == id))
            {
                return Err(AppError::field("shift", "Choose a shift from the list."));
            }
        }
    }
    let proof = policy::may_arrange(tx.actor())?;
    expect_candidate(tx, "steward", new.steward)?;
    let assignment = queries::insert(tx, &proof, new)?;
    tx.audit(Entry::of("people.steward.assigned", "assignment", assignment).after(told(new)))?;
    tx.emit(&StewardAssigned {
        assignment,
        steward: new.steward,
        kind: new.kind,
    })?;
    Ok(assignment)
}

fn expect_candidate(tx: &mut TenantTx<'_>, field: &'static str, steward: MemberId) -> Result<(), AppError> {
    let candidates = queries::candidates(tx)?;
    match candidates.iter().any(|candidate| candidate.id == steward) {
        true => Ok(()),
        false => Err(AppError::field(
            field,
            "Choose somebody who is a steward or coach. An admin gives that role on their page.",
        )),
    }
}

fn told(new: &NewAssignment) -> Value {
    let reach = match new.reach {
        Reach::Person(member) => json!({ "member": member }),
        Reach::Cell(cell) => {
            json!({ "worksite": cell.worksite, "department": cell.department, "shift": cell.shift })
        }
    };
    json!({ "steward": new.steward, "kind": new.kind, "reach": reach, "from": new.from, "to": new.to })
}

/// What is asked before an assignment ends.
pub struct Ending {
    /// The steward's name.
    pub steward: String,
    /// Whom it reaches.
    pub reach: Reach,
}

/// Reads what is about to end.
///
/// # Errors
/// As [`end`].
pub fn about_to_end(tx: &mut TenantTx<'_>, id: AssignmentId) -> Result<Ending, AppError> {
    let says = queries::assignment(tx, id)?.says;
    policy::may_arrange(tx.actor()).map_err(|denied| policy::hidden_or(tx.actor(), denied))?;
    let cards = tenancy::member_cards(tx, &[says.steward])?;
    let steward = cards.get(&says.steward).ok_or(AppError::NotFound)?.name.clone();
    Ok(Ending {
        steward,
        reach: says.reach,
    })
}

/// Ends an assignment now, or takes it back when it has not begun.
///
/// # Errors
/// What the policy refuses; [`AppError::NotFound`] when there is none; [`AppError::Conflict`] when it is over.
pub fn end(tx: &mut TenantTx<'_>, id: AssignmentId) -> Result<Assignment, AppError> {
    let assignment = queries::assignment(tx, id)?;
    let proof = policy::may_arrange(tx.actor()).map_err(|denied| policy::hidden_or(tx.actor(), denied))?;
    let now = tx.now();
    let says = assignment.says;
    if says.to.is_some_and(|to| to <= now) {
        return Err(AppError::Conflict("That assignment is over already.".to_owned()));
    }
    match says.from < now {
        true => queries::end(tx, &proof, id, now)?,
        false => queries::take_back(tx, &proof, id)?,
    }
    tx.audit(Entry::of("people.steward.ended", "assignment", id).before(told(&says)))?;
    tx.emit(&AssignmentEnded {
        assignment: id,
        steward: says.steward,
    })?;
    Ok(assignment)
}

/// Notes that a steward is away. Whom they look after falls to backups by itself; people without one get the stand-in, when
/// one is named, for exactly those days.
///
/// # Errors
/// What the policy refuses; [`AppError::NotFound`] for unknown people; [`AppError::Invalid`] when days meet another leave, or
/// the stand-in is no steward.
pub fn go_away(tx: &mut TenantTx<'_>, steward: MemberId, new: &NewLeave) -> Result<Away, AppError> {
    tenancy::person(tx, steward)?;
    let proof = policy::may_note_absence(tx.actor(), steward)?;
    if new.stand_in == Some(steward) {
        return Err(AppError::field("stand_in", "Choose somebody else to stand in."));
    }
    if let Some(stand_in) = new.stand_in {
        expect_candidate(tx, "stand_in", stand_in)?;
    }
    let leave = queries::insert_leave(tx, &proof, new.starts_at, new.ends_at)?;
    let stood_in_for = match new.stand_in {
        Some(stand_in) => queries::stand_in(tx, &proof, leave, stand_in, (new.starts_at, new.ends_at))?,
        None => 0,
    };
    let alone = queries::without_backup(tx, steward, new.starts_at)?;
    tx.audit(Entry::of("people.leave.noted", "member", steward).after(
        json!({ "leave": leave, "from": new.starts_at, "to": new.ends_at, "stand_in": new.stand_in }),
    ))?;
    tx.emit(&LeaveNoted { leave, steward })?;
    Ok(Away { stood_in_for, alone })
}

/// What a leave does.
#[derive(Debug, Clone, Copy)]
pub struct Away {
    /// Assignments that the stand-in takes over for those days.
    pub stood_in_for: usize,
    /// People who have nobody on the first day.
    pub alone: i64,
}

/// Ends a leave now, or takes it back.
///
/// # Errors
/// What the policy refuses; [`AppError::NotFound`] when there is none or it is over.
pub fn come_back(tx: &mut TenantTx<'_>, id: LeaveId) -> Result<Leave, AppError> {
    let leave = queries::leave(tx, id)?;
    let proof = policy::may_note_absence(tx.actor(), leave.steward).map_err(|_| AppError::NotFound)?;
    if leave.ends_at <= tx.now() {
        return Err(AppError::NotFound);
    }
    queries::end_leave(tx, &proof, &leave)?;
    tx.audit(
        Entry::of("people.leave.ended", "member", leave.steward)
            .before(json!({ "leave": id, "from": leave.starts_at, "to": leave.ends_at })),
    )?;
    tx.emit(&LeaveEnded {
        leave: id,
        steward: leave.steward,
    })?;
    Ok(leave)
}

/// How `steward` looks after `person` now, and so what they may see.
///
/// # Errors
/// When the database fails.
pub fn looks_after(
    tx: &mut TenantTx<'_>,
    steward: MemberId,
    person: MemberId,
) -> Result<Option<AssignmentKind>, AppError> {
    Ok(queries::looks_after(tx, steward, person)?)
}

/// The moment from which and until which, for people.
pub fn period(
    from: DateTime<Utc>,
    to: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    zone: chrono_tz::Tz,
) -> String {
    let day = |moment: DateTime<Utc>| moment.with_timezone(&zone).format("%-d %B %Y").to_string();
    // An end at midnight is the end of the day before.
    let last = to.map(|to| day(to - chrono::TimeDelta::seconds(1)));
    match (from > now, last) {
        (true, Some(last)) => format!("from {} to {last}", day(from)),
        (true, None) => format!("from {}", day(from)),
        (false, Some(last)) => format!("until {last}"),
        (false, None) => format!("since {}", day(from)),
    }
}
