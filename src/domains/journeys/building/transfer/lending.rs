//! Quizzes and worksheets that come with a journey: its lessons hold copies, so the library of whoever brings it in can have them again.

use std::collections::HashMap;

use uuid::Uuid;

use crate::domains::journeys::building::borrowing;
use crate::domains::journeys::building::content::{Content, Source};
use crate::domains::journeys::building::model::Node;
use crate::domains::journeys::building::policy::Beginning;
use crate::domains::journeys::library;
use crate::domains::journeys::library::model::{AssetKind, Described};
use crate::domains::journeys::library::parts::Parts;
use crate::domains::journeys::library::parts::actions::{self as parts, Brought};
use crate::domains::journeys::library::policy::Keeper;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetId, fresh};
use crate::platform::db::TenantTx;

/// Most characters of an asset's title.
const LONGEST_TITLE: usize = 160;

/// The same nodes, each naming a quiz or worksheet that is in the library: what is not there yet is put there, under the id it had where
/// that is free. `own` are the nodes without what is not the library's, in the same order.
///
/// # Errors
/// When the database fails.
pub fn brought(
    tx: &mut TenantTx<'_>,
    (beginning, keeper): (&Beginning, &Keeper),
    nodes: &[Node],
    own: Vec<Node>,
) -> Result<Vec<Node>, AppError> {
    let mut known: HashMap<Uuid, Uuid> = HashMap::new();
    let mut named = Vec::new();
    for (node, own) in nodes.iter().zip(own) {
        named.push(match lent(node)? {
            None => own,
            Some(lent) => Node {
                asset_id: Some(place(
                    tx,
                    (beginning, keeper),
                    (node, own.asset_id),
                    lent,
                    &mut known,
                )?),
                ..own
            },
        });
    }
    Ok(named)
}

/// What a node holds of a library.
fn lent(node: &Node) -> Result<Option<(AssetKind, Source, Parts)>, AppError> {
    let (Some(kind), Some(content)) = (node.kind.and_then(borrowing::lender), Content::of(node)?) else {
        return Ok(None);
    };
    let Some(source) = content.source() else {
        return Ok(None);
    };
    let parts = match content {
        Content::Quiz(quiz) => Parts::Quiz {
            questions: quiz.questions,
        },
        other => Parts::Worksheet {
            fields: other
                .worksheet()
                .map(|sheet| sheet.fields.clone())
                .unwrap_or_default(),
        },
    };
    Ok(Some((kind, source, parts)))
}

fn place(
    tx: &mut TenantTx<'_>,
    (beginning, keeper): (&Beginning, &Keeper),
    (node, own): (&Node, Option<Uuid>),
    (kind, source, parts): (AssetKind, Source, Parts),
    known: &mut HashMap<Uuid, Uuid>,
) -> Result<Uuid, AppError> {
    if let Some(own) = own
        && library::lend_to(tx, keeper, AssetId(own), kind).is_ok()
    {
        return Ok(own);
    }
    if let Some(before) = node.asset_id.and_then(|id| known.get(&id)) {
        return Ok(*before);
    }
    let called = if source.title.trim().is_empty() {
        &node.title
    } else {
        &source.title
    };
    let brought = Brought {
        id: node.asset_id.map_or_else(fresh::<AssetId>, AssetId),
        kind,
        version: source.version,
        described: Described {
            title: called.trim().chars().take(LONGEST_TITLE).collect(),
            team: beginning.team(),
            ..Described::default()
        },
        parts,
    };
    let id = parts::bring_in(tx, beginning.by(), &brought)?.0;
    if let Some(asset) = node.asset_id {
        known.insert(asset, id);
    }
    Ok(id)
}
