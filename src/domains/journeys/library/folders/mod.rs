//! Folders of the library: two levels, for all who work in it; arranged by coaches and admins.

pub mod actions;
pub mod pages;
pub mod routes;

use std::collections::HashMap;

use crate::kernel::ids::AssetFolderId;

use super::model::Folder;

/// Folders as a tree is read: each before those in it, by name, under its whole name.
pub fn in_order(all: &[Folder]) -> Vec<(Folder, String)> {
    let names: HashMap<AssetFolderId, &str> = all.iter().map(|one| (one.id, one.name.as_str())).collect();
    let mut listed: Vec<(Folder, String)> = all
        .iter()
        .map(|one| {
            let above = one.parent_id.and_then(|parent| names.get(&parent));
            let whole = match above {
                Some(above) => format!("{above} / {}", one.name),
                None => one.name.clone(),
            };
            (one.clone(), whole)
        })
        .collect();
    listed.sort_by_key(|(_, whole)| whole.to_lowercase());
    listed
}

/// A folder and those in it.
pub fn with_inner(all: &[Folder], id: AssetFolderId) -> Vec<AssetFolderId> {
    let inner = all.iter().filter(|one| one.parent_id == Some(id));
    std::iter::once(id).chain(inner.map(|one| one.id)).collect()
}
