//! Making and withdrawing keys.

use serde_json::json;

use crate::domains::journeys::certificates::policy::{self, KeepingKeys};
use crate::domains::journeys::certificates::{queries, signing};
use crate::kernel::error::AppError;
use crate::kernel::ids::CertificateKeyId;
use crate::platform::audit::Entry;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;

/// The proof that whoever acts looks after the keys.
///
/// # Errors
/// As [`policy::may_keep_keys`].
pub fn keeping(tx: &TenantTx<'_>) -> Result<KeepingKeys, AppError> {
    Ok(policy::may_keep_keys(tx.actor())?)
}

/// Makes a key that signs from now on. The one before stays published, so that what it signed can be checked.
///
/// # Errors
/// [`AppError::Conflict`] before the first journey gives certificates, or when somebody made one at the same moment.
pub fn renew(tx: &mut TenantTx<'_>, keys: &KeyRing, by: &KeepingKeys) -> Result<CertificateKeyId, AppError> {
    let slots = queries::retire_key(tx, by)?.ok_or_else(|| {
        AppError::Conflict("The first key is made when the first journey gives certificates.".to_owned())
    })?;
    let fresh = signing::fresh(keys)?;
    let id = queries::add_key(tx, by, &fresh, slots)?
        .ok_or_else(|| AppError::Conflict("Somebody else just made a key.".to_owned()))?;
    tx.audit(Entry::of("journeys.certificate_key.made", "certificate_key", id))?;
    Ok(id)
}

/// Withdraws a key, and has what it signed signed anew; how many certificates that were. When it is the one that signs, another is made first.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such key, [`AppError::Conflict`] when it was withdrawn before.
pub fn withdraw(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    (by, id): (&KeepingKeys, CertificateKeyId),
    reason: &str,
) -> Result<usize, AppError> {
    let key = queries::key_called(tx, id)?;
    let gone = || AppError::Conflict("It was withdrawn before.".to_owned());
    if key.withdrawn_at.is_some() {
        return Err(gone());
    }
    if key.retired_at.is_none() {
        renew(tx, keys, by)?;
    }
    if !queries::withdraw_key(tx, by, id, reason)? {
        return Err(gone());
    }
    let current = queries::key(tx)?.ok_or(AppError::NotFound)?;
    let count = queries::sign_anew(tx, by, (id, current.id))?;
    let about = json!({ "reason": reason, "signed_anew": count, "with": current.id });
    tx.audit(Entry::of("journeys.certificate_key.withdrawn", "certificate_key", id).after(about))?;
    Ok(count)
}
