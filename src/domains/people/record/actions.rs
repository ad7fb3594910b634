//! Changing what is known about a person.

use chrono::NaiveDate;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::domains::people::events::RecordChanged;
use crate::domains::people::fields::model::CustomField;
use crate::domains::people::fields::queries as fields;
use crate::domains::people::model::ContactKind;
use crate::domains::people::policy::{self, Changing, Seeing};
use crate::domains::people::worksites::queries as worksites;
use crate::domains::tenancy::{self, Person};
use crate::kernel::error::AppError;
use crate::kernel::ids::{ContactPointId, MemberId, TagId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::Placement;
use super::{queries, seen};

/// Runs `change` with the proof that the acting member may change this person's record, and tells of it.
fn changing(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    change: impl FnOnce(&mut TenantTx<'_>, &Changing<'_>) -> Result<Entry, AppError>,
) -> Result<Person, AppError> {
    let person = tenancy::person(tx, member)?;
    let seeing = seen(tx, &person)?;
    let proof = policy::may_change(tx.actor(), &seeing)?;
    let entry = change(tx, &proof)?;
    tx.audit(entry)?;
    tx.emit(&RecordChanged { member })?;
    Ok(person)
}

/// Whether the acting member may change this person's record: asked before a form is read.
///
/// # Errors
/// As [`place`].
pub fn expect_changeable(tx: &mut TenantTx<'_>, member: MemberId) -> Result<(), AppError> {
    changeable_fields(tx, member).map(drop)
}

/// The organization's own fields that the acting member may change on this record, with what they say.
///
/// # Errors
/// As [`place`].
pub fn changeable_fields(
    tx: &mut TenantTx<'_>,
    member: MemberId,
) -> Result<Vec<(CustomField, Option<String>)>, AppError> {
    let person = tenancy::person(tx, member)?;
    let seeing = seen(tx, &person)?;
    policy::may_change(tx.actor(), &seeing)?;
    Ok(fields::seen(tx, &seeing)?)
}

/// A word for what a record says at this moment, as far as its form shows it: another one once anything of it has changed.
///
/// # Errors
/// When the database fails.
pub fn version(tx: &mut TenantTx<'_>, seeing: &Seeing<'_>) -> Result<String, AppError> {
    let place = queries::place(tx, seeing)?;
    let own: Vec<_> = fields::seen(tx, seeing)?
        .into_iter()
        .map(|(field, value)| (field.id, value))
        .collect();
    let said = json!([
        place.stage,
        place.worksite_id,
        place.department_id,
        place.shift_id,
        place.joined_on,
        place.legal_basis,
        place.basis_noted_on,
        own
    ]);
    Ok(hex::encode(Sha256::digest(said.to_string())))
}

/// Whether a record still says what it said when its form was opened; nobody changes it until the transaction ends. A form that
/// does not tell is not asked.
///
/// # Errors
/// As [`place`]; [`AppError::Invalid`] at `stage`, the first field, when it says something else by now.
pub fn expect_unchanged(tx: &mut TenantTx<'_>, member: MemberId, then: &str) -> Result<(), AppError> {
    let person = tenancy::person(tx, member)?;
    let seeing = seen(tx, &person)?;
    queries::hold(tx, &policy::may_change(tx.actor(), &seeing)?)?;
    match then.is_empty() || version(tx, &seeing)? == then {
        true => Ok(()),
        false => Err(AppError::field(
            "stage",
            "Somebody changed this record while you were writing. Below is what you chose: compare it with the record, and save again \
             if it is to be so.",
        )),
    }
}

/// Says where somebody works and how far they are.
///
/// # Errors
/// [`AppError::NotFound`] for who does not see the record, [`AppError::Denied`] for who may only read it; [`AppError::Invalid`]
/// when worksite, department and shift do not belong together.
pub fn place(tx: &mut TenantTx<'_>, member: MemberId, to: &Placement) -> Result<Person, AppError> {
    if let Some(worksite) = to.worksite {
        worksites::worksite(tx, worksite)
            .map_err(|_| AppError::field("place", "Choose a worksite from the list."))?;
        let departments = worksites::departments(tx, &[worksite])?;
        if to
            .department
            .is_some_and(|id| !departments.iter().any(|one| one.id == id))
        {
            return Err(AppError::field("place", "Choose a department of that worksite."));
        }
    }
    let shifts = worksites::shifts(tx)?;
    if to.shift.is_some_and(|id| !shifts.iter().any(|one| one.id == id)) {
        return Err(AppError::field("shift", "Choose a shift from the list."));
    }
    changing(tx, member, |tx, proof| {
        let person = tenancy::person(tx, member)?;
        let seeing = seen(tx, &person)?;
        let before = queries::place(tx, &seeing)?;
        queries::set_place(tx, proof, to)?;
        for (field, value) in &to.own {
            fields::set(tx, proof, *field, value.as_deref())?;
        }
        Ok(Entry::of("people.record.placed", "member", member)
            .before(json!({
                "stage": before.stage, "worksite": before.worksite_id, "department": before.department_id,
                "shift": before.shift_id, "joined_on": before.joined_on, "legal_basis": before.legal_basis,
            }))
            .after(json!({
                "stage": to.stage, "worksite": to.worksite, "department": to.department, "shift": to.shift,
                "joined_on": to.joined_on, "legal_basis": to.legal_basis, "fields": to.own.len(),
            })))
    })
}

/// Adds a way to reach somebody.
///
/// # Errors
/// As [`place`]; [`AppError::Invalid`] when it is there already.
pub fn add_contact_point(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    (kind, value, label): (ContactKind, String, String),
) -> Result<(), AppError> {
    changing(tx, member, |tx, proof| {
        let id = queries::add_contact_point(tx, proof, kind, &value, &label)?;
        // The number itself stays out of the log, which outlives it.
        Ok(Entry::of("people.contact_point.added", "member", member)
            .after(json!({ "contact_point": id, "kind": kind })))
    })
    .map(drop)
}

/// Takes a way to reach somebody away. Doing it twice changes nothing.
///
/// # Errors
/// As [`place`].
pub fn remove_contact_point(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    id: ContactPointId,
) -> Result<(), AppError> {
    changing(tx, member, |tx, proof| {
        let kind = queries::remove_contact_point(tx, proof, id)?.ok_or(AppError::NotFound)?;
        Ok(Entry::of("people.contact_point.removed", "member", member)
            .before(json!({ "contact_point": id, "kind": kind })))
    })
    .map(drop)
}

/// Puts a word on somebody, perhaps until a day.
///
/// # Errors
/// As [`place`].
pub fn add_tag(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    name: &str,
    until: Option<NaiveDate>,
) -> Result<(), AppError> {
    changing(tx, member, |tx, proof| {
        let tag = queries::add_tag(tx, proof, name, until)?;
        Ok(Entry::of("people.tag.added", "member", member).after(json!({ "tag": tag, "until": until })))
    })
    .map(drop)
}

/// Takes a word off somebody.
///
/// # Errors
/// As [`place`]; [`AppError::NotFound`] when it is not there.
pub fn remove_tag(tx: &mut TenantTx<'_>, member: MemberId, tag: TagId) -> Result<(), AppError> {
    changing(tx, member, |tx, proof| {
        match queries::remove_tag(tx, proof, tag)? {
            true => Ok(Entry::of("people.tag.removed", "member", member).before(json!({ "tag": tag }))),
            false => Err(AppError::NotFound),
        }
    })
    .map(drop)
}
