//! What admins set.

use serde_json::json;

use crate::domains::people::events::{BlockLifted, PairBlocked, SettingsChanged};
use crate::domains::people::fields::model::CustomField;
use crate::domains::people::policy;
use crate::domains::people::stewards::queries as stewards;
use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{FieldId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::{FieldForm, FieldWords, Settings};
use super::queries;

/// Whether the acting member sets anything: asked before a form is read.
///
/// # Errors
/// [`AppError::Denied`] for others than admins.
pub fn expect_arranger(tx: &mut TenantTx<'_>) -> Result<(), AppError> {
    policy::may_arrange(tx.actor())?;
    Ok(())
}

/// Changes the settings.
///
/// # Errors
/// What the policy refuses.
pub fn change(tx: &mut TenantTx<'_>, wanted: &Settings) -> Result<(), AppError> {
    let proof = policy::may_arrange(tx.actor())?;
    let before = queries::settings(tx)?;
    queries::set(tx, &proof, wanted)?;
    tx.audit(
        Entry::general("people.settings.changed", "organization")
            .before(before)
            .after(wanted),
    )?;
    tx.emit(&SettingsChanged {}).map(drop)
}

/// Adds a field.
///
/// # Errors
/// What the policy refuses; [`AppError::Invalid`] when the name is taken.
pub fn add_field(tx: &mut TenantTx<'_>, words: &FieldWords) -> Result<FieldId, AppError> {
    let proof = policy::may_arrange(tx.actor())?;
    let id = queries::add_field(tx, &proof, words)?;
    tx.audit(Entry::of("people.field.added", "field", id).after(words))?;
    tx.emit(&SettingsChanged {})?;
    Ok(id)
}

/// A field the acting member may change.
///
/// # Errors
/// [`AppError::NotFound`] when there is none, or for others than admins.
pub fn own_field(tx: &mut TenantTx<'_>, id: FieldId) -> Result<CustomField, AppError> {
    policy::may_arrange(tx.actor()).map_err(|_| AppError::NotFound)?;
    Ok(queries::field(tx, id)?)
}

/// Changes a field.
///
/// # Errors
/// As [`own_field`]; [`AppError::Invalid`] for what the form lacks.
pub fn change_field(tx: &mut TenantTx<'_>, id: FieldId, form: &FieldForm) -> Result<(), AppError> {
    let before = own_field(tx, id)?;
    let proof = policy::may_arrange(tx.actor())?;
    let words = form.parse(Some(before.kind))?;
    queries::change_field(tx, &proof, id, &words)?;
    tx.audit(
        Entry::of("people.field.changed", "field", id)
            .before(
                json!({ "name": before.name, "choices": before.choices, "sensitivity": before.sensitivity }),
            )
            .after(&words),
    )?;
    tx.emit(&SettingsChanged {}).map(drop)
}

/// Removes a field with all it says.
///
/// # Errors
/// As [`own_field`].
pub fn remove_field(tx: &mut TenantTx<'_>, id: FieldId) -> Result<(), AppError> {
    let before = own_field(tx, id)?;
    let proof = policy::may_arrange(tx.actor())?;
    queries::remove_field(tx, &proof, id)?;
    tx.audit(
        Entry::of("people.field.removed", "field", id)
            .before(json!({ "name": before.name, "kind": before.kind })),
    )?;
    tx.emit(&SettingsChanged {}).map(drop)
}

/// Keeps a steward and a person apart: it wins over every assignment, at once.
///
/// # Errors
/// What the policy refuses; [`AppError::Invalid`] when either is unknown, or both are the same.
pub fn block(
    tx: &mut TenantTx<'_>,
    (steward, handle, reason): &(MemberId, String, String),
) -> Result<(), AppError> {
    let proof = policy::may_arrange(tx.actor())?;
    if !stewards::candidates(tx)?
        .iter()
        .any(|candidate| candidate.id == *steward)
    {
        return Err(AppError::field("steward", "Choose a steward from the list."));
    }
    let member = tenancy::find_by_handles(tx, std::slice::from_ref(handle))?
        .pop()
        .ok_or_else(|| AppError::field("handle", format!("Nobody here is called @{handle}.")))?
        .id;
    if member == *steward {
        return Err(AppError::field(
            "handle",
            "That is the steward. Nobody looks after themselves anyway.",
        ));
    }
    if !queries::block(tx, &proof, *steward, member, reason)? {
        return Err(AppError::field("handle", "These two are kept apart already."));
    }
    tx.audit(Entry::of("people.pair.blocked", "member", member).after(json!({ "steward": steward })))?;
    tx.emit(&PairBlocked {
        steward: *steward,
        member,
    })
    .map(drop)
}

/// Lets them meet again.
///
/// # Errors
/// What the policy refuses; [`AppError::NotFound`] when they are not kept apart.
pub fn unblock(tx: &mut TenantTx<'_>, steward: MemberId, member: MemberId) -> Result<(), AppError> {
    let proof = policy::may_arrange(tx.actor())?;
    if !queries::unblock(tx, &proof, steward, member)? {
        return Err(AppError::NotFound);
    }
    tx.audit(Entry::of("people.pair.unblocked", "member", member).before(json!({ "steward": steward })))?;
    tx.emit(&BlockLifted { steward, member }).map(drop)
}
