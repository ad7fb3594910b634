//! The shape of a draft: what is added, moved and renamed.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domains::journeys::building::content::Content;
use crate::domains::journeys::building::model::{LessonKind, Node, Version};
use crate::domains::journeys::building::outline::{Outline, Step, Target};
use crate::domains::journeys::building::policy::Building;
use crate::domains::journeys::building::queries;
use crate::kernel::error::AppError;
use crate::kernel::ids::{NodeKey, RemovalId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

/// The most nodes a journey has.
pub const MOST_NODES: usize = 600;
/// What was done to the shape of a draft.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Done {
    /// In words, for who sees it and who hears it.
    pub said: String,
    /// Where to go on.
    pub at: Option<NodeKey>,
    /// What can be brought back.
    pub removal: Option<RemovalId>,
}

/// The draft, held, with what is in it.
pub(super) struct Held {
    pub(super) draft: Version,
    pub(super) outline: Outline,
}

pub(super) fn hold(tx: &mut TenantTx<'_>, building: &Building) -> Result<Held, AppError> {
    let draft = queries::lock(tx, building)?;
    let outline = Outline::of(queries::nodes(tx, draft.id)?);
    Ok(Held { draft, outline })
}

/// The same for who looked at the draft when it had been changed so often.
pub(super) fn hold_as_seen(
    tx: &mut TenantTx<'_>,
    building: &Building,
    seen: Option<i32>,
) -> Result<Held, AppError> {
    let held = hold(tx, building)?;
    match seen {
        Some(seen) if seen != held.draft.revision => Err(overtaken()),
        _ => Ok(held),
    }
}

/// That somebody was faster.
pub fn overtaken() -> AppError {
    AppError::Conflict(
        "This journey was changed in another window or by somebody else, so nothing was done. This is how it is now: look again, and repeat what you meant."
            .to_owned(),
    )
}

pub(super) fn gone() -> AppError {
    AppError::Conflict("That was taken out of the journey meanwhile. This is how it is now.".to_owned())
}

/// After the shape of a draft changed.
pub(super) fn shaped(
    tx: &mut TenantTx<'_>,
    building: &Building,
    draft: &Version,
    entry: Entry,
) -> Result<(), AppError> {
    queries::count_change(tx, building, draft.id)?;
    tx.audit(entry)
}

/// A milestone or lesson to be added.
#[derive(Debug, Clone)]
pub struct NewNode {
    /// The milestone of a lesson.
    pub parent: Option<NodeKey>,
    /// Behind which sibling; last without one.
    pub after: Option<NodeKey>,
    /// Before all siblings.
    pub is_first: bool,
    /// Nothing for a milestone.
    pub kind: Option<LessonKind>,
    pub title: String,
    /// What of the library it shows.
    pub asset: Option<uuid::Uuid>,
    /// What it holds, when it is not empty.
    pub content: Option<Content>,
}

impl NewNode {
    fn node(&self, key: NodeKey) -> Result<Node, AppError> {
        Ok(match (self.kind, self.parent) {
            (None, _) => Node::milestone(key, self.title.clone()),
            (Some(_), None) => return Err(AppError::field("parent", "A lesson stands in a milestone.")),
            (Some(kind), Some(parent)) => Node {
                asset_id: self.asset,
                content: Some(
                    self.content
                        .clone()
                        .unwrap_or_else(|| Content::empty(kind))
                        .written()?,
                ),
                ..Node::lesson(key, parent, self.title.clone(), kind)
            },
        })
    }
}

/// Adds milestones or lessons beside each other, in this order.
///
/// # Errors
/// [`AppError::Conflict`] when their place is not there any more, [`AppError::Invalid`] when there are too many.
pub fn add(tx: &mut TenantTx<'_>, building: &Building, wanted: &[NewNode]) -> Result<Done, AppError> {
    let Some(first) = wanted.first() else {
        return Err(AppError::field("asset", "Choose something first."));
    };
    let held = hold(tx, building)?;
    if let Some(parent) = first.parent
        && held.outline.node(parent).is_none_or(|node| node.kind.is_some())
    {
        return Err(gone());
    }
    let siblings = held.outline.siblings(first.parent);
    let behind = |key: NodeKey| siblings.iter().position(|one| *one == key).map(|index| index + 1);
    let index = match first.after {
        None if first.is_first => 0,
        None => siblings.len(),
        Some(after) => behind(after).ok_or_else(gone)?,
    };
    expect_room(&held.outline, wanted.len())?;
    let mut nodes = Vec::new();
    for (offset, one) in wanted.iter().enumerate() {
        let mut node = one.node(tx.new_id())?;
        node.position = position(index + offset);
        nodes.push(node);
    }
    queries::make_room(
        tx,
        building,
        held.draft.id,
        (first.parent, position(index)),
        position(nodes.len()),
    )?;
    queries::insert_nodes(tx, held.draft.id, &nodes)?;
    let entry = Entry::of("journeys.node.added", "journey", building.journey());
    let keys: Vec<NodeKey> = nodes.iter().map(|node| node.key).collect();
    shaped(tx, building, &held.draft, entry.after(json!({ "nodes": keys })))?;
    Ok(Done {
        said: match wanted.len() {
            1 => format!("Added “{}”.", first.title),
            many => format!("Added {many} lessons."),
        },
        at: keys.first().copied(),
        removal: None,
    })
}

pub(super) fn expect_room(outline: &Outline, more: usize) -> Result<(), AppError> {
    match outline.nodes().count() + more > MOST_NODES {
        true => Err(AppError::field(
            "title",
            format!("A journey has at most {MOST_NODES} milestones and lessons."),
        )),
        false => Ok(()),
    }
}

pub(super) fn position(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

/// Where something is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whither {
    To(Target),
    One(Step),
}

/// Puts a node elsewhere: what dragging, the arrow keys and the menu all do.
///
/// # Errors
/// [`AppError::Conflict`] when the draft is not as it was seen, or the place is none.
pub fn move_node(
    tx: &mut TenantTx<'_>,
    building: &Building,
    (key, whither): (NodeKey, Whither),
    seen: Option<i32>,
) -> Result<Done, AppError> {
    let held = hold_as_seen(tx, building, seen)?;
    let node = held.outline.node(key).ok_or_else(gone)?.clone();
    let target = match whither {
        Whither::To(target) => Some(target),
        Whither::One(step) => held.outline.step(key, step),
    };
    let Some(target) = target else {
        let end = match whither {
            Whither::One(Step::Up) => "first",
            _ => "last",
        };
        return Ok(Done {
            said: format!("“{}” is the {end} already.", node.title),
            at: Some(key),
            removal: None,
        });
    };
    let index = held.outline.index_for(key, target).ok_or_else(gone)?;
    if target.parent != node.parent || position(index) != node.position {
        queries::put(tx, building, held.draft.id, &node, (target, position(index)))?;
        let entry = Entry::of("journeys.node.moved", "journey", building.journey());
        shaped(
            tx,
            building,
            &held.draft,
            entry.after(json!({ "node": key, "parent": target.parent, "position": index })),
        )?;
    }
    let now = Outline::of(queries::nodes(tx, held.draft.id)?);
    Ok(Done {
        said: format!("“{}” moved to {}.", node.title, now.words_of_place(key)),
        at: Some(key),
        removal: None,
    })
}

/// Calls a node so.
///
/// # Errors
/// [`AppError::Conflict`] when the draft is not as it was seen.
pub fn rename(
    tx: &mut TenantTx<'_>,
    building: &Building,
    (key, title): (NodeKey, &str),
    seen: Option<i32>,
) -> Result<Done, AppError> {
    let held = hold_as_seen(tx, building, seen)?;
    let before = held.outline.node(key).ok_or_else(gone)?.title.clone();
    queries::retitle(tx, building, held.draft.id, key, title)?;
    let entry = Entry::of("journeys.node.renamed", "journey", building.journey());
    shaped(
        tx,
        building,
        &held.draft,
        entry
            .before(json!({ "title": before }))
            .after(json!({ "node": key, "title": title })),
    )?;
    Ok(Done {
        said: format!("Renamed to “{title}”."),
        at: Some(key),
        removal: None,
    })
}
