//! Placing holds, and erasing.

use serde_json::json;

use crate::app::App;
use crate::domains::ERASE_PARTS;
use crate::domains::privacy::events::{HoldLifted, HoldPlaced, PersonErased};
use crate::domains::privacy::policy::{self, Care};
use crate::domains::tenancy::{self, Erasing, MemberCard};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::NewJob;

use super::jobs::{FORGET_LOGIN, ForgetLogin};
use super::queries;

/// Whether the acting member looks after the privacy of this person: asked before a form is read.
///
/// # Errors
/// As [`policy::may_care`]; [`AppError::NotFound`] when there is nobody.
pub fn expect_care(tx: &mut TenantTx<'_>, person: MemberId) -> Result<Care, AppError> {
    if tenancy::member_cards(tx, &[person])?.is_empty() {
        return Err(AppError::NotFound);
    }
    policy::may_care(tx.actor(), person)
}

/// Forbids erasing anything about a person for now.
///
/// # Errors
/// As [`expect_care`].
pub fn place_hold(tx: &mut TenantTx<'_>, person: MemberId, reason: &str) -> Result<(), AppError> {
    let care = expect_care(tx, person)?;
    if queries::place(tx, &care, reason)? {
        tx.audit(Entry::of("privacy.hold.placed", "member", person))?;
        tx.emit(&HoldPlaced { member: person })?;
    }
    Ok(())
}

/// Allows erasing again.
///
/// # Errors
/// As [`expect_care`].
pub fn lift_hold(tx: &mut TenantTx<'_>, person: MemberId) -> Result<(), AppError> {
    let care = expect_care(tx, person)?;
    if queries::lift(tx, &care)? {
        tx.audit(Entry::of("privacy.hold.lifted", "member", person))?;
        tx.emit(&HoldLifted { member: person })?;
    }
    Ok(())
}

/// Whom the acting member may erase now.
///
/// # Errors
/// As [`expect_care`]; [`AppError::Conflict`] under a hold, and when it was done before.
pub fn expect_erasable(
    tx: &mut TenantTx<'_>,
    person: MemberId,
) -> Result<(Care, MemberCard, Erasing), AppError> {
    let care = expect_care(tx, person)?;
    let (card, erasing) = tenancy::erasable(tx, person)?;
    if queries::erased(tx, person)?.is_some() {
        return Err(before());
    }
    if let Some(hold) = queries::hold(tx, person)? {
        let since = hold.placed_at.format("%-d %B %Y");
        return Err(AppError::Conflict(format!(
            "Nothing about this person is erased while the hold of {since} is in force: {}",
            hold.reason
        )));
    }
    Ok((care, card, erasing))
}

fn before() -> AppError {
    AppError::Conflict("This person was erased before.".to_owned())
}

/// Takes away everything that is kept about a person, for good.
///
/// # Errors
/// As [`expect_erasable`]; [`AppError::Conflict`] for the last admin.
pub fn erase(tx: &mut TenantTx<'_>, app: &App, person: MemberId) -> Result<(), AppError> {
    let (care, _, erasing) = expect_erasable(tx, person)?;
    if !queries::begin(tx, &care, &erasing)? {
        return Err(before());
    }
    // While contact points still say which entries are about this person.
    let entries = queries::erase_audit(tx, &erasing)?;
    for part in ERASE_PARTS {
        part(tx, &app.keys, &erasing)?;
    }
    queries::erase_own(tx, &erasing)?;
    if let Some(user) = tenancy::erase(tx, app, &erasing)? {
        tx.enqueue(NewJob::new(FORGET_LOGIN, ForgetLogin { user }))?;
    }
    tx.audit(
        Entry::of("privacy.person.erased", "member", person).after(json!({ "audit_entries": entries })),
    )?;
    tx.emit(&PersonErased { member: person })?;
    Ok(())
}
