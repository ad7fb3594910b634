//! What is done with images. Each is one transaction; bytes are stored before and removed after it.

use serde_json::json;

use crate::domains::campaigns::templates::policy::{self, Writing};
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignImageId, MemberId, TemplateVersionId};
use crate::platform::audit::Entry;
use crate::platform::crypto;
use crate::platform::db::TenantTx;
use crate::platform::files::StoredFile;

use super::Address;
use super::events::{ImageAdded, ImageChanged, ImageRemoved};
use super::model::{Described, Image};
use super::queries;

/// Writes the row of an image whose bytes are stored. False when it is there already.
///
/// # Errors
/// [`AppError::Denied`] as [`policy::may_write`].
pub fn add(
    tx: &mut TenantTx<'_>,
    id: CampaignImageId,
    file: &StoredFile,
    described: &Described,
) -> Result<bool, AppError> {
    policy::may_write(tx.actor())?;
    let author = tx.my_id()?;
    enter(tx, (id, author), file, described)
}

/// The same for the sample data, in the name of somebody of it.
///
/// # Errors
/// When the file is no picture, or the database fails.
pub fn enter(
    tx: &mut TenantTx<'_>,
    (id, author): (CampaignImageId, MemberId),
    file: &StoredFile,
    described: &Described,
) -> Result<bool, AppError> {
    let measures = file
        .picture
        .ok_or_else(|| AppError::field("file", "This is no picture."))?;
    let token = crypto::random::<16>()?;
    if !queries::insert(tx, (id, author), &token, (file, measures), described)? {
        return Ok(false);
    }
    tx.audit(Entry::of("campaigns.image.added", "image", id).after(json!({ "name": described.name })))?;
    tx.emit(&ImageAdded { image: id })?;
    Ok(true)
}

/// Calls and describes an image anew. Mail that was saved keeps the words it was saved with.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn describe(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    id: CampaignImageId,
    described: &Described,
) -> Result<(), AppError> {
    let before = queries::lock(tx, writing, id)?;
    queries::describe(tx, writing, id, described)?;
    let said = |name: &str, alt: &str| json!({ "name": name, "alt": alt });
    tx.audit(
        Entry::of("campaigns.image.changed", "image", id)
            .before(said(&before.name, &before.alt))
            .after(said(&described.name, &described.alt)),
    )?;
    tx.emit(&ImageChanged { image: id })?;
    Ok(())
}

/// What became of an image that was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// Something shows it: it is out of the list, and can still be seen there.
    Hidden,
    /// Nothing showed it: it is gone, and its bytes follow.
    Gone,
}

/// Removes an image.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn remove(tx: &mut TenantTx<'_>, writing: &Writing, id: CampaignImageId) -> Result<Removed, AppError> {
    let image = queries::lock(tx, writing, id)?;
    let removed = match is_shown(tx, &image)? {
        true => Removed::Hidden,
        false => Removed::Gone,
    };
    match removed {
        Removed::Hidden => queries::hide(tx, writing, id)?,
        Removed::Gone => queries::delete(tx, writing, id)?,
    }
    let what = json!({ "name": image.name, "gone": removed == Removed::Gone });
    tx.audit(Entry::of("campaigns.image.removed", "image", id).after(what))?;
    tx.emit(&ImageRemoved { image: id })?;
    Ok(removed)
}

/// Whether a version or a draft shows it.
///
/// # Errors
/// When the database fails.
pub fn is_shown(tx: &mut TenantTx<'_>, image: &Image) -> Result<bool, AppError> {
    if !queries::uses(tx, &[image.id])?.is_empty() {
        return Ok(true);
    }
    let path = image.path(tx.org());
    let drafts = queries::drafts(tx)?;
    Ok(drafts.iter().any(|draft| draft.to_string().contains(&path)))
}

/// Writes down which images of the library a version shows.
///
/// # Errors
/// [`AppError::Invalid`] when one is not in this organization's library.
pub fn note_uses(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    version: TemplateVersionId,
    source: &str,
) -> Result<(), AppError> {
    let addresses = Address::all_in(source);
    let own = tx.org();
    let tokens: Vec<Vec<u8>> = addresses
        .iter()
        .filter(|address| address.org == own)
        .map(|address| address.token.clone())
        .collect();
    let found = queries::by_tokens(tx, &tokens)?;
    if found.len() != addresses.len() {
        return Err(AppError::field(
            "source",
            "An image in it is no longer in the library. Choose another one.",
        ));
    }
    let ids: Vec<CampaignImageId> = found.iter().map(|image| image.id).collect();
    Ok(queries::note_uses(tx, writing, version, &ids)?)
}

/// The image at a path of the portal, where the organization has it.
///
/// # Errors
/// When the database fails.
pub fn at_path(tx: &mut TenantTx<'_>, path: &str) -> Result<Option<Image>, AppError> {
    let own = tx.org();
    let Some(address) = Address::of_path(path).filter(|address| address.org == own) else {
        return Ok(None);
    };
    Ok(queries::by_tokens(tx, &[address.token])?.into_iter().next())
}
