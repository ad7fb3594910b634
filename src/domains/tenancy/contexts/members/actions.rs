//! Adding people to a context, taking them out, and making leaders.

use serde_json::json;

use crate::domains::BELONGING_ENDED;
use crate::domains::tenancy::contexts::forms::JoinAs;
use crate::domains::tenancy::contexts::{policy, queries};
use crate::domains::tenancy::events::{ContextJoined, ContextLeadershipChanged, ContextLeft};
use crate::domains::tenancy::model::{Context, MemberCard};
use crate::domains::tenancy::people::queries as people;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ContextId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::NewMembers;

/// Unknown handles named in one message.
const NAMED: usize = 10;

/// Adds people; answers how many did not belong before.
///
/// # Errors
/// What the policy refuses; [`AppError::Invalid`] when a handle or person is unknown: then nobody is added.
pub fn add(tx: &mut TenantTx<'_>, id: ContextId, new: &NewMembers) -> Result<usize, AppError> {
    let context = queries::context(tx, id)?;
    let leadership = queries::my_leadership(tx, id)?;
    let membership = policy::may_manage_members(tx.actor(), &context, leadership)?;
    let mut wanted = everyone_picked(tx, &new.picked)?;
    wanted.extend(everyone_named(tx, &new.handles)?);
    wanted.sort_unstable();
    wanted.dedup();
    let joined = queries::add(tx, &membership, &wanted, new.join_as)?;
    if joined.is_empty() {
        return Ok(0);
    }
    let is_leader = new.join_as == JoinAs::Leader;
    tx.audit(
        Entry::of("tenancy.context.members_added", "context", id)
            .after(json!({ "members": joined, "as_leaders": is_leader })),
    )?;
    for member in &joined {
        tx.emit(&ContextJoined {
            context: id,
            member: *member,
            is_leader,
        })?;
    }
    Ok(joined.len())
}

fn everyone_picked(tx: &mut TenantTx<'_>, picked: &[MemberId]) -> Result<Vec<MemberId>, AppError> {
    let known = people::visible_among(tx, picked)?;
    if picked.iter().any(|member| !known.contains(member)) {
        return Err(AppError::field(
            "handles",
            "Somebody you picked can't be added any more. Search again.",
        ));
    }
    Ok(known)
}

fn everyone_named(tx: &mut TenantTx<'_>, handles: &[String]) -> Result<Vec<MemberId>, AppError> {
    let found = people::by_handles(tx, handles)?;
    let is_known = |handle: &&String| found.iter().any(|card| card.handle == **handle);
    let unknown: Vec<&str> = handles
        .iter()
        .filter(|handle| !is_known(handle))
        .map(String::as_str)
        .collect();
    if unknown.is_empty() {
        return Ok(found.into_iter().map(|card| card.id).collect());
    }
    let named = unknown
        .iter()
        .take(NAMED)
        .map(|handle| format!("@{handle}"))
        .collect::<Vec<_>>()
        .join(", ");
    let more = match unknown.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Err(AppError::field(
        "handles",
        format!("Nobody here has the handle {named}{more}. Nobody was added yet."),
    ))
}

/// Takes somebody out of a context.
///
/// # Errors
/// What the policy refuses; [`AppError::Conflict`] when they do not belong to it any more.
pub fn remove(tx: &mut TenantTx<'_>, id: ContextId, member: MemberId) -> Result<Removed, AppError> {
    let context = queries::context(tx, id)?;
    let leadership = queries::my_leadership(tx, id)?;
    let membership = policy::may_manage_members(tx.actor(), &context, leadership)?;
    let card = card(tx, member)?;
    if !queries::remove(tx, &membership, member)? {
        return Err(AppError::Conflict(format!(
            "{} does not belong to {} any more.",
            card.name, context.name
        )));
    }
    tx.audit(Entry::of("tenancy.context.member_removed", "context", id).before(json!({ "member": member })))?;
    tx.emit(&ContextLeft { context: id, member })?;
    for end in BELONGING_ENDED {
        end(tx, member, id)?;
    }
    Ok(Removed { context, card })
}

/// Who was, or is about to be, taken out of what.
pub struct Removed {
    /// Of what.
    pub context: Context,
    /// Who.
    pub card: MemberCard,
}

/// What is asked before somebody is taken out.
///
/// # Errors
/// As [`remove`]; [`AppError::NotFound`] when they do not belong to it.
pub fn about_to_remove(tx: &mut TenantTx<'_>, id: ContextId, member: MemberId) -> Result<Removed, AppError> {
    let context = queries::context(tx, id)?;
    let leadership = queries::my_leadership(tx, id)?;
    policy::may_manage_members(tx.actor(), &context, leadership)?;
    if queries::belonging_among(tx, id, &[member])?.is_empty() {
        return Err(AppError::NotFound);
    }
    let card = card(tx, member)?;
    Ok(Removed { context, card })
}

/// Makes somebody a leader of a context, or a plain member of it. Doing it twice changes nothing.
///
/// # Errors
/// What the policy refuses; [`AppError::NotFound`] when they do not belong to it.
pub fn set_leader(
    tx: &mut TenantTx<'_>,
    id: ContextId,
    member: MemberId,
    join_as: JoinAs,
) -> Result<MemberCard, AppError> {
    let context = queries::context(tx, id)?;
    let leadership = queries::my_leadership(tx, id)?;
    let membership = policy::may_manage_members(tx.actor(), &context, leadership)?;
    if queries::belonging_among(tx, id, &[member])?.is_empty() {
        return Err(AppError::NotFound);
    }
    if queries::set_leader(tx, &membership, member, join_as)? {
        let is_leader = join_as == JoinAs::Leader;
        tx.audit(
            Entry::of("tenancy.context.leadership_changed", "context", id)
                .before(json!({ "member": member, "is_leader": !is_leader }))
                .after(json!({ "member": member, "is_leader": is_leader })),
        )?;
        tx.emit(&ContextLeadershipChanged {
            context: id,
            member,
            is_leader,
        })?;
    }
    card(tx, member)
}

fn card(tx: &mut TenantTx<'_>, member: MemberId) -> Result<MemberCard, AppError> {
    people::cards(tx, &[member])?
        .remove(&member)
        .ok_or(AppError::NotFound)
}
