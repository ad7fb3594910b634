//! Folders in SQL.

use diesel::prelude::*;

use crate::domains::journeys::library::model::Folder;
use crate::domains::journeys::library::policy::Writing;
use crate::kernel::ids::AssetFolderId;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{asset_folders, library_assets};

/// Folders an organization can have.
pub const MOST: i64 = 500;

/// Every folder, by name.
pub fn all(tx: &mut TenantTx<'_>) -> QueryResult<Vec<Folder>> {
    Folder::query()
        .order((asset_folders::name, asset_folders::id))
        .limit(MOST)
        .load(tx.conn())
}

/// One folder, held until the end of the transaction.
pub fn held(tx: &mut TenantTx<'_>, id: AssetFolderId) -> QueryResult<Folder> {
    asset_folders::table
        .filter(asset_folders::id.eq(id))
        .select(Folder::as_select())
        .for_update()
        .first(tx.conn())
}

/// Makes one; false when there is one of that name already.
pub fn insert(
    tx: &mut TenantTx<'_>,
    by: &Writing,
    id: AssetFolderId,
    (parent, name): (Option<AssetFolderId>, &str),
) -> QueryResult<bool> {
    let now = tx.now();
    let made = diesel::insert_into(asset_folders::table)
        .values((
            asset_folders::id.eq(id),
            asset_folders::parent_id.eq(parent),
            asset_folders::name.eq(name),
            asset_folders::created_by.eq(by.author()),
            asset_folders::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(made == 1)
}

/// Whether another folder in the same place has this name.
pub fn is_taken(
    tx: &mut TenantTx<'_>,
    besides: AssetFolderId,
    (parent, name): (Option<AssetFolderId>, &str),
) -> QueryResult<bool> {
    let names: Vec<String> = asset_folders::table
        .filter(asset_folders::id.ne(besides))
        .filter(asset_folders::parent_id.is_not_distinct_from(parent))
        .select(asset_folders::name)
        .load(tx.conn())?;
    Ok(names
        .iter()
        .any(|known| known.to_lowercase() == name.to_lowercase()))
}

/// Calls and places one anew.
pub fn update(
    tx: &mut TenantTx<'_>,
    _: &Writing,
    id: AssetFolderId,
    (parent, name): (Option<AssetFolderId>, &str),
) -> QueryResult<()> {
    diesel::update(asset_folders::table.filter(asset_folders::id.eq(id)))
        .set((asset_folders::parent_id.eq(parent), asset_folders::name.eq(name)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Whether anything is in it: an asset, archived or not, or a folder.
pub fn is_used(tx: &mut TenantTx<'_>, id: AssetFolderId) -> QueryResult<bool> {
    let assets = library_assets::table.filter(library_assets::folder_id.eq(id));
    let folders = asset_folders::table.filter(asset_folders::parent_id.eq(id));
    Ok(diesel::select(diesel::dsl::exists(assets)).get_result(tx.conn())?
        || diesel::select(diesel::dsl::exists(folders)).get_result(tx.conn())?)
}

/// Removes an empty one.
pub fn delete(tx: &mut TenantTx<'_>, _: &Writing, id: AssetFolderId) -> QueryResult<()> {
    diesel::delete(asset_folders::table.filter(asset_folders::id.eq(id)))
        .execute(tx.conn())
        .map(|_| ())
}
