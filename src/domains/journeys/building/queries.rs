//! Journeys, versions and their nodes in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::kernel::ids::{ContextId, JourneyId, JourneyVersionId, NodeKey, RemovalId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{
    journey_nodes, journey_removals, journey_versions, journeys, unlock_atoms,
};

use super::model::{Atom, Journey, Node, Version};
use super::outline::Target;
use super::policy::{Beginning, Builder, Building, Reach};

/// Which journeys are listed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of a title.
    pub search: String,
    /// Those that are put away instead of those in use.
    pub is_archived: bool,
    /// Those after this one.
    pub before: Option<JourneyId>,
}

/// Journeys somebody builds, those changed last first.
pub fn page(
    tx: &mut TenantTx<'_>,
    builder: &Builder,
    filter: &Filter,
    limit: i64,
) -> QueryResult<Vec<Journey>> {
    let mut list = Journey::query()
        .order((journeys::changed_at.desc(), journeys::id.desc()))
        .limit(limit)
        .into_boxed();
    if let Reach::Teams(led) = builder.reach() {
        list = list.filter(journeys::team_id.eq_any(led.clone()));
    }
    list = match filter.is_archived {
        true => list.filter(journeys::archived_at.is_not_null()),
        false => list.filter(journeys::archived_at.is_null()),
    };
    if !filter.search.is_empty() {
        list = list.filter(journeys::title.ilike(contains(&filter.search)));
    }
    if let Some(before) = filter.before {
        let moment: Option<DateTime<Utc>> = journeys::table
            .filter(journeys::id.eq(before))
            .select(journeys::changed_at)
            .first(tx.conn())
            .optional()?;
        if let Some(moment) = moment {
            let same = journeys::changed_at.eq(moment).and(journeys::id.lt(before));
            list = list.filter(journeys::changed_at.lt(moment).or(same));
        }
    }
    list.load(tx.conn())
}

fn contains(text: &str) -> String {
    let plain = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{plain}%")
}

/// One journey.
pub fn journey(tx: &mut TenantTx<'_>, id: JourneyId) -> QueryResult<Journey> {
    Journey::query().filter(journeys::id.eq(id)).first(tx.conn())
}

/// Several journeys, in no order.
pub fn journeys(tx: &mut TenantTx<'_>, ids: &[JourneyId]) -> QueryResult<Vec<Journey>> {
    Journey::query().filter(journeys::id.eq_any(ids)).load(tx.conn())
}

/// Begins a journey.
pub fn insert(tx: &mut TenantTx<'_>, beginning: &Beginning, id: JourneyId, title: &str) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(journeys::table)
        .values((
            journeys::id.eq(id),
            journeys::title.eq(title),
            journeys::team_id.eq(beginning.team()),
            journeys::created_by.eq(beginning.by()),
            journeys::created_at.eq(now),
            journeys::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Calls a journey so, and makes it this team's.
pub fn rename(
    tx: &mut TenantTx<'_>,
    building: &Building,
    title: &str,
    team: Option<ContextId>,
) -> QueryResult<()> {
    diesel::update(journeys::table.filter(journeys::id.eq(building.journey())))
        .set((journeys::title.eq(title), journeys::team_id.eq(team)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes that something in a journey was changed now.
pub fn touch(tx: &mut TenantTx<'_>, building: &Building) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(journeys::table.filter(journeys::id.eq(building.journey())))
        .set(journeys::changed_at.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}

/// Puts a journey away, or takes it into use again.
pub fn archive(
    tx: &mut TenantTx<'_>,
    _: &Builder,
    id: JourneyId,
    at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(journeys::table.filter(journeys::id.eq(id)))
        .set(journeys::archived_at.eq(at))
        .execute(tx.conn())
        .map(|_| ())
}

/// The draft of a journey.
pub fn draft(tx: &mut TenantTx<'_>, journey: JourneyId) -> QueryResult<Version> {
    Version::query()
        .filter(journey_versions::journey_id.eq(journey))
        .filter(journey_versions::number.is_null())
        .first(tx.conn())
}

/// The drafts of these journeys, in no order.
pub fn drafts(tx: &mut TenantTx<'_>, journeys: &[JourneyId]) -> QueryResult<Vec<Version>> {
    Version::query()
        .filter(journey_versions::journey_id.eq_any(journeys))
        .filter(journey_versions::number.is_null())
        .load(tx.conn())
}

/// The draft, held until the end of the transaction: whoever changes its shape comes after whoever does now.
pub fn lock(tx: &mut TenantTx<'_>, building: &Building) -> QueryResult<Version> {
    journey_versions::table
        .filter(journey_versions::journey_id.eq(building.journey()))
        .filter(journey_versions::number.is_null())
        .select(journey_versions::id)
        .for_update()
        .first::<JourneyVersionId>(tx.conn())?;
    draft(tx, building.journey())
}

/// One version.
pub fn version(tx: &mut TenantTx<'_>, id: JourneyVersionId) -> QueryResult<Version> {
    Version::query()
        .filter(journey_versions::id.eq(id))
        .first(tx.conn())
}

/// One published version by its number.
pub fn numbered(tx: &mut TenantTx<'_>, journey: JourneyId, number: i32) -> QueryResult<Version> {
    Version::query()
        .filter(journey_versions::journey_id.eq(journey))
        .filter(journey_versions::number.eq(number))
        .first(tx.conn())
}

/// The published versions of a journey, the newest first, those below a number.
pub fn published(
    tx: &mut TenantTx<'_>,
    journey: JourneyId,
    below: Option<i32>,
    limit: i64,
) -> QueryResult<Vec<Version>> {
    Version::query()
        .filter(journey_versions::journey_id.eq(journey))
        .filter(journey_versions::number.lt(below.unwrap_or(i32::MAX)))
        .order(journey_versions::number.desc())
        .limit(limit)
        .load(tx.conn())
}

/// The newest published versions of these journeys, in no order.
pub fn newest_of(tx: &mut TenantTx<'_>, journeys: &[JourneyId]) -> QueryResult<Vec<Version>> {
    Version::query()
        .filter(journey_versions::journey_id.eq_any(journeys))
        .filter(journey_versions::number.is_not_null())
        .distinct_on(journey_versions::journey_id)
        .order((journey_versions::journey_id, journey_versions::number.desc()))
        .load(tx.conn())
}

/// Begins an empty draft.
pub fn insert_draft(
    tx: &mut TenantTx<'_>,
    journey: JourneyId,
    id: JourneyVersionId,
    (title, summary): (&str, &str),
    (in_order, revision): (bool, i32),
) -> QueryResult<()> {
    diesel::insert_into(journey_versions::table)
        .values((
            journey_versions::id.eq(id),
            journey_versions::journey_id.eq(journey),
            journey_versions::title.eq(title),
            journey_versions::summary.eq(summary),
            journey_versions::in_order.eq(in_order),
            journey_versions::revision.eq(revision),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Writes what a draft is called, what it says about itself, and whether its milestones are done in order.
pub fn describe(
    tx: &mut TenantTx<'_>,
    _: &Building,
    draft: JourneyVersionId,
    (title, summary, in_order): (&str, &str, bool),
) -> QueryResult<()> {
    diesel::update(journey_versions::table.filter(journey_versions::id.eq(draft)))
        .set((
            journey_versions::title.eq(title),
            journey_versions::summary.eq(summary),
            journey_versions::in_order.eq(in_order),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Counts one more change of a draft's shape.
pub fn count_change(tx: &mut TenantTx<'_>, building: &Building, draft: JourneyVersionId) -> QueryResult<()> {
    diesel::update(journey_versions::table.filter(journey_versions::id.eq(draft)))
        .set(journey_versions::revision.eq(journey_versions::revision + 1))
        .execute(tx.conn())?;
    touch(tx, building)
}

/// Says when a draft is to be published by itself; never without a moment.
pub fn plan(
    tx: &mut TenantTx<'_>,
    building: &Building,
    draft: JourneyVersionId,
    (at, note): (Option<DateTime<Utc>>, &str),
) -> QueryResult<()> {
    diesel::update(journey_versions::table.filter(journey_versions::id.eq(draft)))
        .set((
            journey_versions::publish_at.eq(at),
            journey_versions::publish_by.eq(at.map(|_| building.by())),
            journey_versions::note.eq(note),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Makes a draft a version: from here on the database refuses every change of it.
pub fn number(
    tx: &mut TenantTx<'_>,
    building: &Building,
    draft: JourneyVersionId,
    (number, note, required): (i32, &str, i32),
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(journey_versions::table.filter(journey_versions::id.eq(draft)))
        .set((
            journey_versions::number.eq(number),
            journey_versions::note.eq(note),
            journey_versions::required.eq(required),
            journey_versions::published_at.eq(now),
            journey_versions::published_by.eq(building.by()),
            journey_versions::publish_at.eq(None::<DateTime<Utc>>),
            journey_versions::publish_by.eq(None::<uuid::Uuid>),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// The nodes of a version, by position.
pub fn nodes(tx: &mut TenantTx<'_>, version: JourneyVersionId) -> QueryResult<Vec<Node>> {
    Node::query()
        .filter(journey_nodes::version_id.eq(version))
        .order((journey_nodes::parent.is_not_null(), journey_nodes::position))
        .load(tx.conn())
}

/// The nodes of several versions, without an order.
pub fn counts(
    tx: &mut TenantTx<'_>,
    versions: &[JourneyVersionId],
) -> QueryResult<Vec<(JourneyVersionId, i64, i64)>> {
    let rows: Vec<(JourneyVersionId, i64, i64)> = journey_nodes::table
        .filter(journey_nodes::version_id.eq_any(versions))
        .group_by(journey_nodes::version_id)
        .select((
            journey_nodes::version_id,
            diesel::dsl::count(journey_nodes::kind),
            diesel::dsl::count_star(),
        ))
        .load(tx.conn())?;
    Ok(rows
        .into_iter()
        .map(|(version, lessons, all)| (version, all - lessons, lessons))
        .collect())
}

/// One node.
pub fn node(tx: &mut TenantTx<'_>, version: JourneyVersionId, key: NodeKey) -> QueryResult<Node> {
    Node::query()
        .filter(journey_nodes::version_id.eq(version))
        .filter(journey_nodes::key.eq(key))
        .first(tx.conn())
}

/// The unlock rules of a version, by node and clause.
pub fn atoms(tx: &mut TenantTx<'_>, version: JourneyVersionId) -> QueryResult<Vec<Atom>> {
    Atom::query()
        .filter(unlock_atoms::version_id.eq(version))
        .order((unlock_atoms::node, unlock_atoms::clause, unlock_atoms::place))
        .load(tx.conn())
}

/// Writes nodes into a draft as they are.
pub fn insert_nodes(tx: &mut TenantTx<'_>, draft: JourneyVersionId, nodes: &[Node]) -> QueryResult<()> {
    let rows: Vec<_> = nodes
        .iter()
        .map(|node| {
            (
                journey_nodes::version_id.eq(draft),
                journey_nodes::key.eq(node.key),
                journey_nodes::parent.eq(node.parent),
                journey_nodes::position.eq(node.position),
                journey_nodes::title.eq(&node.title),
                journey_nodes::kind.eq(node.kind),
                journey_nodes::in_order.eq(node.in_order),
                journey_nodes::is_optional.eq(node.is_optional),
                journey_nodes::goal.eq(node.goal),
                journey_nodes::goal_percent.eq(node.goal_percent),
                journey_nodes::minutes.eq(node.minutes),
                journey_nodes::body.eq(&node.body),
                journey_nodes::asset_id.eq(node.asset_id),
                journey_nodes::content.eq(&node.content),
            )
        })
        .collect();
    diesel::insert_into(journey_nodes::table)
        .values(rows)
        .execute(tx.conn())
        .map(|_| ())
}

/// Writes unlock rules into a draft as they are.
pub fn insert_atoms(tx: &mut TenantTx<'_>, draft: JourneyVersionId, atoms: &[Atom]) -> QueryResult<()> {
    let rows: Vec<_> = atoms
        .iter()
        .map(|atom| {
            (
                unlock_atoms::version_id.eq(draft),
                unlock_atoms::node.eq(atom.node),
                unlock_atoms::clause.eq(atom.clause),
                unlock_atoms::place.eq(atom.place),
                unlock_atoms::kind.eq(atom.kind),
                unlock_atoms::argument.eq(atom.argument),
                unlock_atoms::percent.eq(atom.percent),
                unlock_atoms::at.eq(atom.at),
                unlock_atoms::days.eq(atom.days),
                unlock_atoms::is_business.eq(atom.is_business),
                unlock_atoms::anchor.eq(atom.anchor),
            )
        })
        .collect();
    diesel::insert_into(unlock_atoms::table)
        .values(rows)
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes the unlock rules of a node away.
pub fn delete_atoms(
    tx: &mut TenantTx<'_>,
    _: &Building,
    draft: JourneyVersionId,
    node: NodeKey,
) -> QueryResult<()> {
    let of_node = unlock_atoms::table
        .filter(unlock_atoms::version_id.eq(draft))
        .filter(unlock_atoms::node.eq(node));
    diesel::delete(of_node).execute(tx.conn()).map(|_| ())
}

/// Takes a node out of a draft, with its lessons, and closes the gap behind it.
pub fn delete_node(
    tx: &mut TenantTx<'_>,
    _: &Building,
    draft: JourneyVersionId,
    node: &Node,
) -> QueryResult<()> {
    let own = journey_nodes::table
        .filter(journey_nodes::version_id.eq(draft))
        .filter(journey_nodes::key.eq(node.key));
    diesel::delete(own).execute(tx.conn())?;
    shift(tx, draft, (node.parent, node.position + 1), -1)
}

/// Takes everything out of a draft.
pub fn delete_all(tx: &mut TenantTx<'_>, _: &Building, draft: JourneyVersionId) -> QueryResult<()> {
    diesel::delete(journey_nodes::table.filter(journey_nodes::version_id.eq(draft)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Makes room for `many` more nodes at a place.
pub fn make_room(
    tx: &mut TenantTx<'_>,
    _: &Building,
    draft: JourneyVersionId,
    (parent, position): (Option<NodeKey>, i32),
    many: i32,
) -> QueryResult<()> {
    shift(tx, draft, (parent, position), many)
}

fn shift(
    tx: &mut TenantTx<'_>,
    draft: JourneyVersionId,
    (parent, from): (Option<NodeKey>, i32),
    by: i32,
) -> QueryResult<()> {
    let behind = journey_nodes::table
        .filter(journey_nodes::version_id.eq(draft))
        .filter(journey_nodes::parent.is_not_distinct_from(parent))
        .filter(journey_nodes::position.ge(from));
    diesel::update(behind)
        .set(journey_nodes::position.eq(journey_nodes::position + by))
        .execute(tx.conn())
        .map(|_| ())
}

/// Puts a node elsewhere: the gap behind it closes, and one opens where it goes. Only while the draft is held.
pub fn put(
    tx: &mut TenantTx<'_>,
    _: &Building,
    draft: JourneyVersionId,
    node: &Node,
    (target, index): (Target, i32),
) -> QueryResult<()> {
    shift(tx, draft, (node.parent, node.position + 1), -1)?;
    // The node itself still has its old place; it is told apart by its key.
    let others = journey_nodes::table
        .filter(journey_nodes::version_id.eq(draft))
        .filter(journey_nodes::parent.is_not_distinct_from(target.parent))
        .filter(journey_nodes::position.ge(index))
        .filter(journey_nodes::key.ne(node.key));
    diesel::update(others)
        .set(journey_nodes::position.eq(journey_nodes::position + 1))
        .execute(tx.conn())?;
    let own = journey_nodes::table
        .filter(journey_nodes::version_id.eq(draft))
        .filter(journey_nodes::key.eq(node.key));
    diesel::update(own)
        .set((
            journey_nodes::parent.eq(target.parent),
            journey_nodes::position.eq(index),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Calls a node so.
pub fn retitle(
    tx: &mut TenantTx<'_>,
    _: &Building,
    draft: JourneyVersionId,
    key: NodeKey,
    title: &str,
) -> QueryResult<()> {
    let own = journey_nodes::table
        .filter(journey_nodes::version_id.eq(draft))
        .filter(journey_nodes::key.eq(key));
    diesel::update(own)
        .set(journey_nodes::title.eq(title))
        .execute(tx.conn())
        .map(|_| ())
}

/// Writes a node anew, where it stands.
pub fn write(tx: &mut TenantTx<'_>, _: &Building, draft: JourneyVersionId, node: &Node) -> QueryResult<()> {
    let own = journey_nodes::table
        .filter(journey_nodes::version_id.eq(draft))
        .filter(journey_nodes::key.eq(node.key));
    diesel::update(own)
        .set((
            journey_nodes::title.eq(&node.title),
            journey_nodes::in_order.eq(node.in_order),
            journey_nodes::is_optional.eq(node.is_optional),
            journey_nodes::goal.eq(node.goal),
            journey_nodes::goal_percent.eq(node.goal_percent),
            journey_nodes::minutes.eq(node.minutes),
            journey_nodes::body.eq(&node.body),
            journey_nodes::asset_id.eq(node.asset_id),
            journey_nodes::content.eq(&node.content),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Keeps what was taken out, and lets go of what was taken out long before.
pub fn insert_removal(
    tx: &mut TenantTx<'_>,
    building: &Building,
    id: RemovalId,
    (title, taken): (&str, &Value),
    most: i64,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(journey_removals::table)
        .values((
            journey_removals::id.eq(id),
            journey_removals::journey_id.eq(building.journey()),
            journey_removals::removed_at.eq(now),
            journey_removals::title.eq(title),
            journey_removals::taken.eq(taken),
        ))
        .execute(tx.conn())?;
    let old: Vec<RemovalId> = journey_removals::table
        .filter(journey_removals::journey_id.eq(building.journey()))
        .order(journey_removals::id.desc())
        .offset(most)
        .select(journey_removals::id)
        .load(tx.conn())?;
    diesel::delete(journey_removals::table.filter(journey_removals::id.eq_any(old)))
        .execute(tx.conn())
        .map(|_| ())
}

/// What was taken out of a journey, the newest first, with its title.
pub fn removals(
    tx: &mut TenantTx<'_>,
    journey: JourneyId,
    limit: i64,
) -> QueryResult<Vec<(RemovalId, String)>> {
    journey_removals::table
        .filter(journey_removals::journey_id.eq(journey))
        .order(journey_removals::id.desc())
        .limit(limit)
        .select((journey_removals::id, journey_removals::title))
        .load(tx.conn())
}

/// Takes what was taken out from where it is kept.
pub fn take_removal(
    tx: &mut TenantTx<'_>,
    building: &Building,
    id: RemovalId,
) -> QueryResult<(String, Value)> {
    let own = journey_removals::table
        .filter(journey_removals::journey_id.eq(building.journey()))
        .filter(journey_removals::id.eq(id));
    diesel::delete(own)
        .returning((journey_removals::title, journey_removals::taken))
        .get_result(tx.conn())
}
