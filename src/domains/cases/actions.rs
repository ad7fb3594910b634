//! Opening, staffing and closing cases. The audit log, which admins read, learns that and never what about.

use serde_json::json;

use crate::domains::people::{self, record};
use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CaseId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::events::{CaseClosed, CaseOpened, CaseReopened, TeamJoined, TeamLeft};
use super::model::NewCase;
use super::policy::{self, Newcomer, Opening};
use super::queries;

/// Whether the acting member may open a case about this person: asked before a form is read.
///
/// # Errors
/// [`AppError::NotFound`] for who does not see the record, [`AppError::Denied`] as [`policy::may_open`].
pub fn expect_opener(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Opening, AppError> {
    let person = tenancy::person(tx, member)?;
    let seeing = record::seen(tx, &person)?;
    Ok(policy::may_open(&seeing)?)
}

/// Opens a case with the acting member as its team.
///
/// # Errors
/// As [`expect_opener`].
pub fn open(tx: &mut TenantTx<'_>, member: MemberId, new: &NewCase) -> Result<CaseId, AppError> {
    let proof = expect_opener(tx, member)?;
    let case = queries::insert(tx, &proof, new)?;
    tx.audit(Entry::of("cases.case.opened", "case", case))?;
    tx.emit(&CaseOpened { case })?;
    Ok(case)
}

/// Lets somebody work on a case.
///
/// # Errors
/// [`AppError::NotFound`] outside the team; [`AppError::Invalid`] as [`policy::may_join`] and when nobody has that handle.
pub fn join(tx: &mut TenantTx<'_>, case: CaseId, handle: &str) -> Result<(), AppError> {
    let case = queries::case(tx, case)?;
    // Who is not active is not found, whoever asks.
    let found = tenancy::find_by_handles(tx, &[handle.to_owned()])?;
    let Some(card) = found.first() else {
        let message = format!("Nobody active is called @{handle}.");
        return Err(AppError::field("member", &message));
    };
    let person = tenancy::person(tx, card.id)?;
    let newcomer = Newcomer {
        is_officer: people::is_officer(tx, card.id)?,
        is_kept_apart: people::is_kept_apart(tx, card.id, case.member_id)?,
        person: &person,
    };
    let member = policy::may_join(&policy::works_on(&case), &newcomer)?;
    if !queries::join(tx, case.id, member)? {
        return Ok(());
    }
    tx.audit(Entry::of("cases.team.joined", "case", case.id).after(json!({ "member": member })))?;
    tx.emit(&TeamJoined {
        case: case.id,
        member,
    })?;
    Ok(())
}

/// Takes somebody out of the team of a case. The case is hidden from them with the next page.
///
/// # Errors
/// [`AppError::NotFound`] outside the team; [`AppError::Conflict`] when nobody would be left.
pub fn leave(tx: &mut TenantTx<'_>, case: CaseId, member: MemberId) -> Result<(), AppError> {
    let case = queries::case(tx, case)?;
    if !queries::leave(tx, &policy::works_on(&case), member)? {
        return Err(AppError::Conflict(
            "Somebody has to stay on the case. Add another first.".to_owned(),
        ));
    }
    tx.audit(Entry::of("cases.team.left", "case", case.id).before(json!({ "member": member })))?;
    tx.emit(&TeamLeft {
        case: case.id,
        member,
    })?;
    Ok(())
}

/// Closes a case with what came of it, or lets it go on.
///
/// # Errors
/// [`AppError::NotFound`] outside the team.
pub fn set_closed(tx: &mut TenantTx<'_>, case: CaseId, outcome: Option<&String>) -> Result<(), AppError> {
    let case = queries::case(tx, case)?;
    if outcome.is_some() == case.closed_at.is_some() {
        return Ok(());
    }
    queries::set_closed(tx, &policy::works_on(&case), outcome)?;
    match outcome {
        Some(_) => {
            tx.audit(Entry::of("cases.case.closed", "case", case.id))?;
            tx.emit(&CaseClosed { case: case.id })?;
        }
        None => {
            tx.audit(Entry::of("cases.case.reopened", "case", case.id))?;
            tx.emit(&CaseReopened { case: case.id })?;
        }
    }
    Ok(())
}
