//! The text of a note, under the key of the person it is about.

use std::collections::HashMap;

use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, NoteId};
use crate::platform::crypto::{ContentKey, KeyRing};
use crate::platform::db::TenantTx;

use super::model::{Note, NoteText};
use super::queries;

/// The key of a person; made when there is none yet.
pub fn key_of(tx: &mut TenantTx<'_>, keys: &KeyRing, member: MemberId) -> Result<ContentKey, AppError> {
    if let Some(wrapped) = queries::key(tx, member)? {
        return Ok(ContentKey::unwrapped(keys, &wrapped)?);
    }
    let fresh = ContentKey::fresh()?;
    queries::keep_key(tx, member, &fresh.wrapped(keys)?)?;
    // Two first notes at the same moment: the key that was kept counts.
    let wrapped = queries::key(tx, member)?.ok_or(AppError::NotFound)?;
    Ok(ContentKey::unwrapped(keys, &wrapped)?)
}

/// The keys of several people, as far as there are any.
pub fn keys_of(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    members: &[MemberId],
) -> Result<HashMap<MemberId, ContentKey>, AppError> {
    queries::keys(tx, members)?
        .into_iter()
        .map(|(member, wrapped)| Ok((member, ContentKey::unwrapped(keys, &wrapped)?)))
        .collect()
}

/// A text, sealed.
pub fn sealed(key: &ContentKey, note: NoteId, text: &NoteText) -> Result<Vec<u8>, AppError> {
    let plain = serde_json::to_vec(text).map_err(anyhow::Error::from)?;
    Ok(key.seal(note.0.as_bytes(), &plain)?)
}

/// The text of a note.
pub fn opened(tx: &mut TenantTx<'_>, keys: &KeyRing, note: &Note) -> Result<NoteText, AppError> {
    let key = key_of(tx, keys, note.key_holder())?;
    opened_with(&key, note.id, &note.sealed)
}

/// The text of a note or of an earlier version of it, when its person's key is at hand.
pub fn opened_with(key: &ContentKey, note: NoteId, sealed: &[u8]) -> Result<NoteText, AppError> {
    let plain = key.open(note.0.as_bytes(), sealed)?;
    Ok(serde_json::from_slice(&plain).map_err(anyhow::Error::from)?)
}
