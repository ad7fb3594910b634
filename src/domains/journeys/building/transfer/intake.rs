//! Taking a journey out, and bringing one in.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use crate::domains::journeys::building::actions::{self, Taken, Words};
use crate::domains::journeys::building::model::{Journey, Node, Version};
use crate::domains::journeys::building::outline::Outline;
use crate::domains::journeys::building::policy::Beginning;
use crate::domains::journeys::building::queries;
use crate::domains::journeys::library;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetId, JourneyId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::book::Book;
use super::{archive, lending, markdown};

/// The file that holds the journey.
const BOOK: &str = "journey.json";

/// A version of a journey as an archive.
///
/// # Errors
/// When the database fails.
pub fn taken_out(tx: &mut TenantTx<'_>, journey: &Journey, version: &Version) -> Result<Vec<u8>, AppError> {
    let outline = Outline::of(queries::nodes(tx, version.id)?);
    let atoms = queries::atoms(tx, version.id)?;
    let book = Book::of(version, &outline, &atoms)?;
    let mut json = serde_json::to_vec_pretty(&book).map_err(anyhow::Error::from)?;
    json.push(b'\n');
    let number = version.number;
    tx.audit(
        Entry::of("journeys.journey.exported", "journey", journey.id).after(json!({ "number": number })),
    )?;
    Ok(archive::packed(&BTreeMap::from([(BOOK.to_owned(), json)]))?)
}

/// What an archive holds: a journey that was taken out, or a folder of Markdown.
///
/// # Errors
/// A sentence for whoever brought it.
pub fn read(bytes: &[u8], title: &str) -> Result<Taken, String> {
    let files = archive::unpacked(bytes)?;
    let whole = files
        .iter()
        .find(|(name, _)| name.rsplit('/').next() == Some(BOOK));
    let mut book = match whole {
        Some((_, json)) => serde_json::from_slice::<Book>(json)
            .map_err(|cause| format!("The journey in it can't be read: {cause}."))?,
        None => markdown::book(&files, title)?,
    };
    if !title.trim().is_empty() {
        title.trim().clone_into(&mut book.title);
    }
    book.taken()
}

/// Begins a journey with what was brought in.
///
/// # Errors
/// When the database fails.
pub fn bring_in(tx: &mut TenantTx<'_>, beginning: &Beginning, taken: &Taken) -> Result<JourneyId, AppError> {
    let Some(said) = &taken.draft else {
        return Err(AppError::field("file", "There is no journey in it."));
    };
    let words = Words {
        title: said.title.clone(),
        summary: said.summary.clone(),
        in_order: said.in_order,
        team: beginning.team(),
    };
    let (id, draft) = actions::begin(tx, beginning, &words)?;
    let nodes = with_own_assets(tx, &taken.nodes);
    let nodes = lending::brought(tx, beginning, &taken.nodes, nodes)?;
    queries::insert_nodes(tx, draft, &nodes)?;
    queries::insert_atoms(tx, draft, &taken.atoms)?;
    Ok(id)
}

/// The same nodes without what is not in the library of whoever brings them in: a file may name anything.
fn with_own_assets(tx: &mut TenantTx<'_>, nodes: &[Node]) -> Vec<Node> {
    let keeper = library::actions::keeper(tx).ok();
    let mut is_seen = |asset: &Uuid| {
        let asset = AssetId(*asset);
        keeper
            .as_ref()
            .is_some_and(|keeper| library::queries::assets::seen(tx, keeper, asset).is_ok())
    };
    let mut own = |node: &Node| Node {
        asset_id: node.asset_id.filter(&mut is_seen),
        ..node.clone()
    };
    nodes.iter().map(&mut own).collect()
}
