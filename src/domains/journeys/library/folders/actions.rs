//! What is done with folders. Each is one transaction.

use serde_json::json;

use crate::domains::journeys::library::events::FolderChanged;
use crate::domains::journeys::library::model::Folder;
use crate::domains::journeys::library::policy::{Keeper, Writing};
use crate::domains::journeys::library::queries::folders;
use crate::kernel::error::AppError;
use crate::kernel::ids::AssetFolderId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

/// A folder as meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub name: String,
    pub parent: Option<AssetFolderId>,
}

/// Makes a folder.
///
/// # Errors
/// [`AppError::Denied`] for team leaders; [`AppError::Invalid`] for a name that is taken or a place that does not do.
pub fn make(
    tx: &mut TenantTx<'_>,
    keeper: &Keeper,
    id: AssetFolderId,
    wanted: &Wanted,
) -> Result<(), AppError> {
    let by = keeper.may_arrange()?;
    let all = folders::all(tx)?;
    if i64::try_from(all.len()).unwrap_or(i64::MAX) >= folders::MOST {
        return Err(AppError::field(
            "name",
            "There are as many folders as there can be.",
        ));
    }
    check_parent(&all, None, wanted.parent)?;
    if folders::is_taken(tx, id, (wanted.parent, &wanted.name))?
        || !folders::insert(tx, &by, id, (wanted.parent, &wanted.name))?
    {
        return Err(taken());
    }
    tell(tx, "journeys.folder.made", id, &wanted.name)
}

/// Renames and moves a folder.
///
/// # Errors
/// As [`make`]; [`AppError::NotFound`].
pub fn change(
    tx: &mut TenantTx<'_>,
    keeper: &Keeper,
    id: AssetFolderId,
    wanted: &Wanted,
) -> Result<(), AppError> {
    let by = keeper.may_arrange()?;
    folders::held(tx, id)?;
    let all = folders::all(tx)?;
    check_parent(&all, Some(id), wanted.parent)?;
    if folders::is_taken(tx, id, (wanted.parent, &wanted.name))? {
        return Err(taken());
    }
    folders::update(tx, &by, id, (wanted.parent, &wanted.name))?;
    tell(tx, "journeys.folder.changed", id, &wanted.name)
}

fn taken() -> AppError {
    AppError::field("name", "There is a folder of that name in the same place.")
}

/// Two levels: a folder that is in another has none in it.
fn check_parent(
    all: &[Folder],
    moved: Option<AssetFolderId>,
    parent: Option<AssetFolderId>,
) -> Result<(), AppError> {
    let Some(parent) = parent else { return Ok(()) };
    let place = all.iter().find(|one| one.id == parent);
    let Some(place) = place.filter(|place| Some(place.id) != moved) else {
        return Err(AppError::field("parent", "Choose a folder from the list."));
    };
    let has_inner = moved.is_some_and(|moved| all.iter().any(|one| one.parent_id == Some(moved)));
    if place.parent_id.is_some() || has_inner {
        return Err(AppError::field(
            "parent",
            "Folders are at most two deep. Put it at the top, or into one that is at the top.",
        ));
    }
    Ok(())
}

/// Removes an empty folder.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`]; [`AppError::Conflict`] when something is in it.
pub fn remove(tx: &mut TenantTx<'_>, keeper: &Keeper, id: AssetFolderId) -> Result<(), AppError> {
    let by: Writing = keeper.may_arrange()?;
    let folder = folders::held(tx, id)?;
    if folders::is_used(tx, id)? {
        return Err(AppError::Conflict(
            "Something is in that folder, perhaps archived. Move it elsewhere first.".to_owned(),
        ));
    }
    folders::delete(tx, &by, id)?;
    tell(tx, "journeys.folder.removed", id, &folder.name)
}

fn tell(tx: &mut TenantTx<'_>, what: &'static str, id: AssetFolderId, name: &str) -> Result<(), AppError> {
    tx.audit(Entry::of(what, "folder", id).after(json!({ "name": name })))?;
    tx.emit(&FolderChanged { folder: id })?;
    Ok(())
}
