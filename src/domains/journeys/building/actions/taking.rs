//! Copies, and what is taken out and brought back.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domains::journeys::building::model::{Atom, Node, Version};
use crate::domains::journeys::building::policy::Building;
use crate::domains::journeys::building::queries;
use crate::kernel::error::AppError;
use crate::kernel::ids::{NodeKey, RemovalId, fresh};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::shape::{Done, Held, expect_room, gone, hold, hold_as_seen, position, shaped};

/// How many removals can be taken back.
const MOST_REMOVALS: i64 = 20;

/// Nodes with the rules on them, without a place.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Taken {
    pub nodes: Vec<Node>,
    pub atoms: Vec<Atom>,
    /// Whether it is a whole draft, with what that said about itself.
    #[serde(default)]
    pub draft: Option<TakenDraft>,
}

/// What a whole draft said about itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakenDraft {
    pub title: String,
    pub summary: String,
    pub in_order: bool,
}

/// A node with its lessons, and the rules on them.
fn branch(tx: &mut TenantTx<'_>, held: &Held, key: NodeKey) -> Result<Taken, AppError> {
    let of_it = |node: &&Node| node.key == key || node.parent == Some(key);
    let nodes: Vec<Node> = held.outline.nodes().filter(of_it).cloned().collect();
    let mut atoms = queries::atoms(tx, held.draft.id)?;
    atoms.retain(|atom| nodes.iter().any(|node| node.key == atom.node));
    Ok(Taken {
        nodes,
        atoms,
        draft: None,
    })
}

/// Makes a copy of a node, with its lessons and rules, right behind it.
///
/// # Errors
/// [`AppError::Conflict`] when it is not there any more.
pub fn duplicate(tx: &mut TenantTx<'_>, building: &Building, key: NodeKey) -> Result<Done, AppError> {
    let held = hold(tx, building)?;
    let node = held.outline.node(key).ok_or_else(gone)?.clone();
    let taken = branch(tx, &held, key)?;
    expect_room(&held.outline, taken.nodes.len())?;
    let mut copy = with_new_keys(&taken)?;
    let Some(first) = copy.nodes.first_mut() else {
        return Err(gone());
    };
    first.title = copy_title(&node.title, 160);
    first.position = node.position + 1;
    let (at, title) = (first.key, first.title.clone());
    queries::make_room(tx, building, held.draft.id, (node.parent, node.position + 1), 1)?;
    queries::insert_nodes(tx, held.draft.id, &copy.nodes)?;
    queries::insert_atoms(tx, held.draft.id, &copy.atoms)?;
    let entry = Entry::of("journeys.node.copied", "journey", building.journey());
    shaped(
        tx,
        building,
        &held.draft,
        entry.after(json!({ "node": key, "copy": at })),
    )?;
    Ok(Done {
        said: format!("Copied as “{title}”."),
        at: Some(at),
        removal: None,
    })
}

/// `Title (copy)`, no longer than a title can be.
pub fn copy_title(title: &str, longest: usize) -> String {
    let room = longest - " (copy)".len();
    format!(
        "{} (copy)",
        title.chars().take(room).collect::<String>().trim_end()
    )
}

/// The same nodes under keys of their own; rules among them follow, rules about others stay.
///
/// # Errors
/// When content cannot be read.
pub fn with_new_keys(taken: &Taken) -> Result<Taken, AppError> {
    let keys: HashMap<NodeKey, NodeKey> = taken.nodes.iter().map(|node| (node.key, fresh())).collect();
    let renewed = |key: NodeKey| keys.get(&key).copied().unwrap_or(key);
    Ok(Taken {
        nodes: taken
            .nodes
            .iter()
            .map(|node| Node {
                key: renewed(node.key),
                parent: node.parent.map(renewed),
                ..node.clone()
            })
            .collect(),
        atoms: taken
            .atoms
            .iter()
            .map(|atom| Atom {
                node: renewed(atom.node),
                argument: atom.argument.map(renewed),
                ..atom.clone()
            })
            .collect(),
        draft: taken.draft.clone(),
    })
}

/// Takes a node out, so that it can be brought back.
///
/// # Errors
/// [`AppError::Conflict`] when the draft is not as it was seen.
pub fn remove(
    tx: &mut TenantTx<'_>,
    building: &Building,
    key: NodeKey,
    seen: Option<i32>,
) -> Result<Done, AppError> {
    let held = hold_as_seen(tx, building, seen)?;
    let node = held.outline.node(key).ok_or_else(gone)?.clone();
    let taken = branch(tx, &held, key)?;
    let removal = keep_removed(tx, building, &node.title, &taken)?;
    queries::delete_node(tx, building, held.draft.id, &node)?;
    let siblings = held.outline.siblings(node.parent);
    let index = siblings.iter().position(|one| *one == key).unwrap_or_default();
    let beside = [index.checked_add(1), index.checked_sub(1)];
    let next = beside
        .into_iter()
        .flatten()
        .find_map(|index| siblings.get(index))
        .copied();
    let entry = Entry::of("journeys.node.removed", "journey", building.journey());
    shaped(
        tx,
        building,
        &held.draft,
        entry.before(json!({ "node": key, "title": node.title })),
    )?;
    let lessons = taken.nodes.len().saturating_sub(1);
    Ok(Done {
        said: match lessons {
            0 => format!("Took out “{}”.", node.title),
            1 => format!("Took out “{}” with its lesson.", node.title),
            many => format!("Took out “{}” with its {many} lessons.", node.title),
        },
        at: next.or(node.parent),
        removal: Some(removal),
    })
}

/// Keeps what was taken out of a draft.
///
/// # Errors
/// When the database fails.
pub fn keep_removed(
    tx: &mut TenantTx<'_>,
    building: &Building,
    title: &str,
    taken: &Taken,
) -> Result<RemovalId, AppError> {
    let id: RemovalId = tx.new_id();
    let taken = serde_json::to_value(taken).map_err(|cause| AppError::Unexpected(cause.into()))?;
    queries::insert_removal(tx, building, id, (title, &taken), MOST_REMOVALS)?;
    Ok(id)
}

/// Brings back what was taken out: where it stood as far as that place is there, else at the end.
///
/// # Errors
/// [`AppError::Conflict`] when it was brought back already, or has no milestone to stand in.
pub fn bring_back(tx: &mut TenantTx<'_>, building: &Building, id: RemovalId) -> Result<Done, AppError> {
    let held = hold(tx, building)?;
    let (title, taken) = match queries::take_removal(tx, building, id) {
        Ok(found) => found,
        Err(diesel::result::Error::NotFound) => {
            return Err(AppError::Conflict("That is back already.".to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    let taken: Taken = serde_json::from_value(taken).map_err(|cause| AppError::Unexpected(cause.into()))?;
    let at = match &taken.draft {
        Some(said) => replace_all(tx, building, &held.draft, (said, &taken))?,
        None => put_back(tx, building, &held, taken)?,
    };
    let entry = Entry::of("journeys.node.returned", "journey", building.journey());
    shaped(tx, building, &held.draft, entry.after(json!({ "title": title })))?;
    Ok(Done {
        said: format!("“{title}” is back."),
        at,
        removal: None,
    })
}

fn put_back(
    tx: &mut TenantTx<'_>,
    building: &Building,
    held: &Held,
    mut taken: Taken,
) -> Result<Option<NodeKey>, AppError> {
    let last_milestone = held.outline.milestones.last().map(|milestone| milestone.node.key);
    let Some(root) = taken.nodes.first_mut() else {
        return Ok(None);
    };
    if let Some(parent) = root.parent
        && held.outline.node(parent).is_none()
    {
        root.parent = Some(last_milestone.ok_or_else(|| {
            AppError::Conflict("There is no milestone to put it in. Add one first.".to_owned())
        })?);
    }
    root.position = root
        .position
        .min(position(held.outline.siblings(root.parent).len()));
    let (key, place) = (root.key, (root.parent, root.position));
    queries::make_room(tx, building, held.draft.id, place, 1)?;
    queries::insert_nodes(tx, held.draft.id, &taken.nodes)?;
    queries::insert_atoms(tx, held.draft.id, &taken.atoms)?;
    Ok(Some(key))
}

/// Makes a draft what was taken from one.
///
/// # Errors
/// When the database fails.
pub fn replace_all(
    tx: &mut TenantTx<'_>,
    building: &Building,
    draft: &Version,
    (said, taken): (&TakenDraft, &Taken),
) -> Result<Option<NodeKey>, AppError> {
    queries::delete_all(tx, building, draft.id)?;
    let team = queries::journey(tx, building.journey())?.team_id;
    queries::rename(tx, building, &said.title, team)?;
    queries::describe(
        tx,
        building,
        draft.id,
        (&said.title, &said.summary, said.in_order),
    )?;
    queries::insert_nodes(tx, draft.id, &taken.nodes)?;
    queries::insert_atoms(tx, draft.id, &taken.atoms)?;
    Ok(None)
}
