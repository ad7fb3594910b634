//! Changing when a node opens.

use serde_json::json;

use crate::domains::journeys::building::actions::overtaken;
use crate::domains::journeys::building::model::Atom;
use crate::domains::journeys::building::outline::Outline;
use crate::domains::journeys::building::policy::Building;
use crate::domains::journeys::building::queries;
use crate::kernel::error::AppError;
use crate::kernel::ids::NodeKey;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::RuleForm;

/// The conditions of one node.
pub fn of_node(atoms: &[Atom], node: NodeKey) -> Vec<Atom> {
    atoms.iter().filter(|atom| atom.node == node).cloned().collect()
}

/// Adds a condition to a node, or takes one away.
///
/// # Errors
/// [`AppError::NotFound`] when the node is not there, [`AppError::Conflict`] when the draft is not as it was seen, [`AppError::Invalid`].
pub fn change(
    tx: &mut TenantTx<'_>,
    building: &Building,
    node: NodeKey,
    (form, zone): (&RuleForm, chrono_tz::Tz),
) -> Result<(), AppError> {
    let draft = queries::lock(tx, building)?;
    let outline = Outline::of(queries::nodes(tx, draft.id)?);
    if outline.node(node).is_none() {
        return Err(AppError::NotFound);
    }
    if form.seen().is_some_and(|seen| seen != draft.revision) {
        return Err(overtaken());
    }
    let own = of_node(&queries::atoms(tx, draft.id)?, node);
    let next = match form.removed() {
        Some(which) => without(&own, which),
        None => {
            let added = form.parse(node, &outline, &own, zone)?;
            own.iter().cloned().chain(Some(added)).collect()
        }
    };
    set(tx, building, (draft.id, node), &next)?;
    let entry = Entry::of("journeys.node.ruled", "journey", building.journey());
    queries::count_change(tx, building, draft.id)?;
    tx.audit(
        entry
            .before(json!({ "conditions": own.len() }))
            .after(json!({ "node": node, "conditions": next.len() })),
    )
}

/// Writes the conditions of a node anew.
fn set(
    tx: &mut TenantTx<'_>,
    building: &Building,
    (draft, node): (crate::kernel::ids::JourneyVersionId, NodeKey),
    atoms: &[Atom],
) -> Result<(), AppError> {
    queries::delete_atoms(tx, building, draft, node)?;
    Ok(queries::insert_atoms(tx, draft, atoms)?)
}

/// All but one, clauses and places counted anew from 0.
fn without(own: &[Atom], (clause, place): (i16, i16)) -> Vec<Atom> {
    let mut kept: Vec<Atom> = Vec::new();
    let mut last: Option<i16> = None;
    let (mut next_clause, mut next_place) = (-1, 0);
    for atom in own
        .iter()
        .filter(|atom| (atom.clause, atom.place) != (clause, place))
    {
        if last != Some(atom.clause) {
            (next_clause, next_place, last) = (next_clause + 1, 0, Some(atom.clause));
        }
        kept.push(Atom {
            clause: next_clause,
            place: next_place,
            ..atom.clone()
        });
        next_place += 1;
    }
    kept
}
