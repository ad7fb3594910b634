//! What a published version shows of the library that the library itself shows in another version by now.

use crate::domains::journeys::building::model::Version;
use crate::domains::journeys::building::queries;
use crate::domains::journeys::library;
use crate::kernel::error::AppError;
use crate::kernel::ids::AssetId;
use crate::platform::db::TenantTx;

/// A lesson whose asset went on.
#[derive(Debug, Clone)]
pub struct Behind {
    pub lesson: String,
    pub asset: String,
    /// The asset's page in the library.
    pub href: String,
    /// The version that learners see.
    pub seen: i32,
    /// The version that the library shows.
    pub now: i32,
}

/// The lessons of a published version that show another version of their asset than the library does.
///
/// # Errors
/// When the database fails.
pub fn behind(tx: &mut TenantTx<'_>, published: Option<&Version>) -> Result<Vec<Behind>, AppError> {
    let Some(published) = published else {
        return Ok(Vec::new());
    };
    let nodes = queries::nodes(tx, published.id)?;
    let ids: Vec<AssetId> = nodes
        .iter()
        .filter_map(|node| node.asset_id.map(AssetId))
        .collect();
    let shown = library::shown(tx, &ids)?;
    let line = |node: &crate::domains::journeys::building::model::Node| {
        let (id, seen) = (AssetId(node.asset_id?), node.asset_version?);
        let asset = shown.iter().find(|asset| asset.id == id)?;
        (asset.version != seen).then(|| Behind {
            lesson: node.title.clone(),
            asset: asset.title.clone(),
            href: format!("/journeys/library/assets/{id}"),
            seen,
            now: asset.version,
        })
    };
    Ok(nodes.iter().filter_map(line).collect())
}
