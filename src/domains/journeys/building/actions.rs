//! What is done with a draft. Each is one transaction; whoever changes its shape holds the draft meanwhile.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domains::tenancy::{self, ContextKind};
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ContextId, Id, JourneyId, JourneyVersionId, NodeKey, RemovalId, fresh};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::content::Content;
use super::events::{JourneyArchived, JourneyCreated, JourneyRestored};
use super::model::{Atom, Journey, LessonKind, Node, Version};
use super::outline::{Outline, Step, Target};
use super::policy::{self, Beginning, Builder, Building};
use super::queries;

/// The most nodes a journey has.
pub const MOST_NODES: usize = 600;
/// How many removals can be taken back.
const MOST_REMOVALS: i64 = 20;

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

/// The proof that whoever acts builds journeys, and which.
///
/// # Errors
/// [`AppError::Denied`] as [`policy::may_build`].
pub fn builder(tx: &mut TenantTx<'_>) -> Result<Builder, AppError> {
    let led = match (tx.actor().member_id(), tx.roles().has(Role::TeamLeader)) {
        (Some(me), true) => led_by(tx, me)?,
        _ => Vec::new(),
    };
    Ok(policy::may_build(tx.actor(), led)?)
}

fn led_by(tx: &mut TenantTx<'_>, me: crate::kernel::ids::MemberId) -> Result<Vec<ContextId>, AppError> {
    let mine = tenancy::contexts_of(tx, me)?;
    let led = mine
        .into_iter()
        .filter(|one| one.is_leader && one.context.kind == ContextKind::Team);
    Ok(led.map(|one| one.context.id).collect())
}

/// A journey that whoever acts builds.
///
/// # Errors
/// [`AppError::Denied`] for who builds none, [`AppError::NotFound`] when it is not theirs.
pub fn seen(tx: &mut TenantTx<'_>, id: JourneyId) -> Result<(Builder, Journey), AppError> {
    let builder = builder(tx)?;
    let journey = queries::journey(tx, id)?;
    policy::may_see(&builder, &journey)?;
    Ok((builder, journey))
}

/// The proof that whoever acts may change a journey.
///
/// # Errors
/// As [`seen`]; [`AppError::Denied`] while it is put away.
pub fn changing(tx: &mut TenantTx<'_>, id: JourneyId) -> Result<(Building, Journey), AppError> {
    let (builder, journey) = seen(tx, id)?;
    let building = policy::may_change(&builder, &journey)?;
    Ok((building, journey))
}

/// What a journey is called and says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub title: String,
    /// Markdown.
    pub summary: String,
    /// Whether milestones are done one after the other.
    pub in_order: bool,
    pub team: Option<ContextId>,
}

/// Begins a journey with one milestone, so that the first lesson has a place.
///
/// # Errors
/// When the database fails.
pub fn create(tx: &mut TenantTx<'_>, beginning: &Beginning, words: &Words) -> Result<JourneyId, AppError> {
    let (id, draft) = begin(tx, beginning, words)?;
    let first = Node::milestone(tx.new_id(), "First milestone".to_owned());
    queries::insert_nodes(tx, draft, &[first])?;
    Ok(id)
}

/// Begins a journey with nothing in it; answers it and its draft.
///
/// # Errors
/// When the database fails.
pub fn begin(
    tx: &mut TenantTx<'_>,
    beginning: &Beginning,
    words: &Words,
) -> Result<(JourneyId, JourneyVersionId), AppError> {
    let (id, draft): (JourneyId, JourneyVersionId) = (tx.new_id(), tx.new_id());
    queries::insert(tx, beginning, id, &words.title)?;
    queries::insert_draft(tx, id, draft, (&words.title, &words.summary), (words.in_order, 0))?;
    tx.audit(
        Entry::of("journeys.journey.created", "journey", id)
            .after(json!({ "title": words.title, "team": words.team })),
    )?;
    tx.emit(&JourneyCreated { journey: id })?;
    Ok((id, draft))
}

/// Changes what a journey is called and says about itself.
///
/// # Errors
/// [`AppError::Invalid`] at a team that is none of the builder's.
pub fn describe(tx: &mut TenantTx<'_>, building: &Building, words: &Words) -> Result<(), AppError> {
    let builder = builder(tx)?;
    policy::may_begin(&builder, words.team)?;
    let draft = queries::lock(tx, building)?;
    let before = json!({ "title": draft.title, "in_order": draft.in_order });
    queries::rename(tx, building, &words.title, words.team)?;
    queries::describe(
        tx,
        building,
        draft.id,
        (&words.title, &words.summary, words.in_order),
    )?;
    queries::touch(tx, building)?;
    tx.audit(
        Entry::of("journeys.journey.described", "journey", building.journey())
            .before(before)
            .after(json!({ "title": words.title, "in_order": words.in_order, "team": words.team })),
    )
}

/// Puts a journey away, or takes it into use again. Who learns in it goes on.
///
/// # Errors
/// When the database fails.
pub fn archive(tx: &mut TenantTx<'_>, builder: &Builder, journey: &Journey) -> Result<(), AppError> {
    let is_used = journey.archived_at.is_none();
    let at = is_used.then(|| tx.now());
    queries::archive(tx, builder, journey.id, at)?;
    let action = match is_used {
        true => "journeys.journey.archived",
        false => "journeys.journey.restored",
    };
    tx.audit(Entry::of(action, "journey", journey.id))?;
    match is_used {
        true => tx.emit(&JourneyArchived { journey: journey.id })?,
        false => tx.emit(&JourneyRestored { journey: journey.id })?,
    };
    Ok(())
}

/// The draft, held, with what is in it.
struct Held {
    draft: Version,
    outline: Outline,
}

fn hold(tx: &mut TenantTx<'_>, building: &Building) -> Result<Held, AppError> {
    let draft = queries::lock(tx, building)?;
    let outline = Outline::of(queries::nodes(tx, draft.id)?);
    Ok(Held { draft, outline })
}

/// The same for who looked at the draft when it had been changed so often.
fn hold_as_seen(tx: &mut TenantTx<'_>, building: &Building, seen: Option<i32>) -> Result<Held, AppError> {
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

fn gone() -> AppError {
    AppError::Conflict("That was taken out of the journey meanwhile. This is how it is now.".to_owned())
}

/// After the shape of a draft changed.
fn shaped(tx: &mut TenantTx<'_>, building: &Building, draft: &Version, entry: Entry) -> Result<(), AppError> {
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
    /// Nothing for a milestone.
    pub kind: Option<LessonKind>,
    pub title: String,
    /// What of the library it shows.
    pub asset: Option<uuid::Uuid>,
}

impl NewNode {
    fn node(&self, key: NodeKey) -> Result<Node, AppError> {
        Ok(match (self.kind, self.parent) {
            (None, _) => Node::milestone(key, self.title.clone()),
            (Some(_), None) => return Err(AppError::field("parent", "A lesson stands in a milestone.")),
            (Some(kind), Some(parent)) => Node {
                asset_id: self.asset,
                content: Some(Content::empty(kind).written()?),
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

fn expect_room(outline: &Outline, more: usize) -> Result<(), AppError> {
    match outline.nodes().count() + more > MOST_NODES {
        true => Err(AppError::field(
            "title",
            format!("A journey has at most {MOST_NODES} milestones and lessons."),
        )),
        false => Ok(()),
    }
}

fn position(index: usize) -> i32 {
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
    let keys: std::collections::HashMap<NodeKey, NodeKey> =
        taken.nodes.iter().map(|node| (node.key, fresh())).collect();
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

/// Makes a copy of a whole journey's draft: a journey of its own, for the same team.
///
/// # Errors
/// [`AppError::Invalid`] when the builder may not begin one for that team.
pub fn copy_journey(
    tx: &mut TenantTx<'_>,
    builder: &Builder,
    journey: &Journey,
) -> Result<JourneyId, AppError> {
    let draft = queries::draft(tx, journey.id)?;
    let taken = Taken {
        nodes: queries::nodes(tx, draft.id)?,
        atoms: queries::atoms(tx, draft.id)?,
        draft: None,
    };
    let beginning = policy::may_begin(builder, journey.team_id)?;
    let words = Words {
        title: copy_title(&draft.title, 120),
        summary: draft.summary,
        in_order: draft.in_order,
        team: journey.team_id,
    };
    let (id, into) = begin(tx, &beginning, &words)?;
    let copy = with_new_keys(&taken)?;
    queries::insert_nodes(tx, into, &copy.nodes)?;
    queries::insert_atoms(tx, into, &copy.atoms)?;
    Ok(id)
}

/// What a window has seen of a node's words: whoever saves over others is told.
pub fn stamp(node: &Node) -> String {
    use sha2::{Digest, Sha256};
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

/// Every problem of a form as one sentence, where there is no room for a list.
pub fn in_one_sentence(errors: &FieldErrors) -> String {
    errors
        .iter()
        .map(|(_, sentence)| sentence.to_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
