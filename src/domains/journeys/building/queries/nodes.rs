//! Milestones, lessons and their rules in SQL.

use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;

use crate::domains::journeys::building::model::{Atom, Node};
use crate::domains::journeys::building::outline::Target;
use crate::domains::journeys::building::policy::Building;
use crate::kernel::ids::{JourneyVersionId, NodeKey};
use crate::platform::db::schema::{journey_nodes, unlock_atoms};
use crate::platform::db::{TenantTx, statement};

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

/// Writes nodes into a draft as they are; which version of their assets they showed stays behind, since a draft follows the library.
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

/// Has every lesson of a draft that is about to be published show its asset as the library shows it now, and go on doing so.
#[expect(
    clippy::disallowed_methods,
    reason = "an update from another table has no typed form"
)]
pub fn pin_assets(tx: &mut TenantTx<'_>, _: &Building, draft: JourneyVersionId) -> QueryResult<()> {
    statement(
        "UPDATE journey_nodes n SET asset_version = a.version FROM library_assets a \
         WHERE n.version_id = $1 AND a.org_id = n.org_id AND a.id = n.asset_id AND a.kind NOT IN ('quiz', 'worksheet')",
    )
    .bind::<SqlUuid, _>(draft)
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
