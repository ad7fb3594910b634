//! What must not wait.

use serde_json::json;

use crate::domains::journeys::library::events::AssetChanged;
use crate::domains::journeys::library::model::Asset;
use crate::domains::journeys::library::policy::Writing;
use crate::domains::journeys::library::queries::assets;
use crate::kernel::error::AppError;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

/// Has published journeys show what the library shows of an asset, now and without being published again: for what is wrong and must not
/// wait. Answers how many lessons showed another version.
///
/// # Errors
/// When the database fails.
pub fn correct(tx: &mut TenantTx<'_>, by: &Writing, asset: &Asset) -> Result<usize, AppError> {
    let lessons = assets::correct(tx, by, asset.id, asset.version)?;
    if lessons > 0 {
        let what = json!({ "title": asset.title, "version": asset.version, "lessons": lessons });
        tx.audit(Entry::of("journeys.asset.corrected", "asset", asset.id).after(what))?;
        tx.emit(&AssetChanged { asset: asset.id })?;
    }
    Ok(lessons)
}
