//! Giving and ending offices.

use serde_json::json;

use crate::domains::people::events::{OfficeEnded, OfficeGiven};
use crate::domains::people::policy;
use crate::domains::tenancy::{self, MemberState};
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, OfficeId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::OfficeWords;
use super::queries;

/// Gives somebody an office from now on.
///
/// # Errors
/// What [`policy::may_appoint`] refuses; [`AppError::Invalid`] when nobody active has that handle, or it is the acting member's.
pub fn appoint(tx: &mut TenantTx<'_>, words: &OfficeWords) -> Result<OfficeId, AppError> {
    policy::may_arrange(tx.actor())?;
    let found = tenancy::anyone_with_handle(tx, &words.handle)?;
    let Some(holder) = found.filter(|card| card.state == MemberState::Active) else {
        let message = format!("Nobody active is called @{}.", words.handle);
        return Err(AppError::field("holder", &message));
    };
    let proof = policy::may_appoint(tx.actor(), holder.id)?;
    let id = queries::insert(tx, &proof, &words.office)?;
    tx.audit(
        Entry::of("people.office.given", "office", id)
            .after(json!({ "member": holder.id, "office": words.office })),
    )?;
    tx.emit(&OfficeGiven {
        office: id,
        member: holder.id,
    })?;
    Ok(id)
}

/// Ends an office now: what is written for officers is hidden from them with the next page.
///
/// # Errors
/// As [`appoint`]; [`AppError::NotFound`] when there is none.
pub fn end(tx: &mut TenantTx<'_>, id: OfficeId) -> Result<(), AppError> {
    let office = queries::office(tx, id)?;
    let proof = policy::may_end_office(tx.actor(), office.member_id)?;
    if office.effective_to.is_some_and(|end| end <= tx.now()) {
        return Ok(());
    }
    queries::end(tx, &proof, id)?;
    tx.audit(
        Entry::of("people.office.ended", "office", id)
            .before(json!({ "member": office.member_id, "office": office.office })),
    )?;
    tx.emit(&OfficeEnded {
        office: id,
        member: office.member_id,
    })?;
    Ok(())
}

/// Ends every office of somebody who is no longer a member.
///
/// # Errors
/// When the database fails.
pub fn end_all(tx: &mut TenantTx<'_>, member: MemberId) -> Result<(), AppError> {
    for office in queries::end_all(tx, member)? {
        tx.audit(Entry::of("people.office.ended", "office", office).before(json!({ "member": member })))?;
        tx.emit(&OfficeEnded { office, member })?;
    }
    Ok(())
}
