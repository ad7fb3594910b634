//! The words of one node, and who else is writing them.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::domains::journeys::building::model::Node;
use crate::domains::journeys::building::policy::Building;
use crate::domains::journeys::building::queries;
use crate::kernel::error::AppError;
use crate::kernel::ids::{Id, NodeKey};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

/// What a window has seen of a node's words: whoever saves over others is told.
pub fn stamp(node: &Node) -> String {
    let bare = Node {
        parent: None,
        position: 0,
        key: NodeKey::from_uuid(uuid::Uuid::nil()),
        ..node.clone()
    };
    let written = serde_json::to_vec(&bare).unwrap_or_default();
    hex::encode(Sha256::digest(&written)).chars().take(24).collect()
}

/// What became of writing a lesson.
#[derive(Debug)]
pub enum Wrote {
    /// It is kept; this is what the window has seen now.
    Kept(String),
    /// Somebody wrote meanwhile: this is what is there.
    Overtaken(Box<Node>),
}

/// Whether somebody pressed a button, or what they typed is kept while they type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    Saved,
    Typed,
}

/// Writes a node's words, unless somebody else did meanwhile. `seen` is the [`stamp`] of what the window showed.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there any more.
pub fn write(
    tx: &mut TenantTx<'_>,
    building: &Building,
    (node, seen): (&Node, &str),
    occasion: Occasion,
) -> Result<Wrote, AppError> {
    let draft = queries::lock(tx, building)?;
    let there = queries::node(tx, draft.id, node.key)?;
    if there.kind != node.kind {
        return Err(AppError::NotFound);
    }
    let (old, new) = (stamp(&there), stamp(node));
    if old == new {
        return Ok(Wrote::Kept(new));
    }
    if old != seen {
        return Ok(Wrote::Overtaken(Box::new(there)));
    }
    queries::write(tx, building, draft.id, node)?;
    queries::touch(tx, building)?;
    // A line of the log for each second of typing would say nothing.
    if occasion == Occasion::Saved {
        let entry = Entry::of("journeys.node.written", "journey", building.journey());
        tx.audit(entry.after(json!({ "node": node.key })))?;
    }
    Ok(Wrote::Kept(new))
}
