//! Changing many at once, and taking it back.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use crate::domains::people::events::{ManyChanged, ManyRestored};
use crate::domains::people::members::forms::MembersQuery;
use crate::domains::people::members::queries as members;
use crate::domains::people::model::NewAssignment;
use crate::domains::people::policy::{self, Listing};
use crate::domains::people::stewards::queries as stewards;
use crate::domains::tenancy;
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{BulkId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::as_what;
use super::model::{Bulk, BulkKind, MOST, NewBulk};
use super::queries;

/// Whom a selection finds, when it is anybody and not too many.
fn selected(
    tx: &mut TenantTx<'_>,
    listing: Listing,
    selection: &MembersQuery,
    today: NaiveDate,
) -> Result<Vec<MemberId>, AppError> {
    let people = members::ids(tx, listing, &selection.exactly()?, today, MOST + 1)?;
    match i64::try_from(people.len()).unwrap_or(i64::MAX) {
        0 => Err(AppError::Conflict(
            "Nobody is selected any more. Go back and choose again.".to_owned(),
        )),
        many if many > MOST => Err(AppError::Conflict(format!(
            "That is more than {MOST} people at once. Filter by worksite and do it in parts."
        ))),
        _ => Ok(people),
    }
}

fn done(
    tx: &mut TenantTx<'_>,
    bulk: BulkId,
    kind: BulkKind,
    reached: usize,
    of: usize,
) -> Result<(), AppError> {
    queries::finish(tx, bulk, reached, of.saturating_sub(reached))?;
    tx.audit(
        Entry::of("people.bulk.done", "bulk", bulk)
            .after(json!({ "kind": kind, "affected": reached, "skipped": of.saturating_sub(reached) })),
    )?;
    tx.emit(&ManyChanged { bulk }).map(drop)
}

/// Puts a tag on everybody selected.
///
/// # Errors
/// What the policy refuses; [`AppError::Conflict`] when nobody is selected, or too many.
pub fn tag(
    tx: &mut TenantTx<'_>,
    selection: &MembersQuery,
    (name, until): (&str, Option<NaiveDate>),
    today: NaiveDate,
) -> Result<BulkId, AppError> {
    let proof = policy::may_tag(tx.actor())?;
    let people = selected(tx, proof.listing(), selection, today)?;
    let words = format!("Tagged “{name}”");
    let new = NewBulk {
        kind: BulkKind::Tag,
        words: &words,
        from: None,
        to: None,
        moment: None,
    };
    let (bulk, made_at) = queries::begin(tx, &new)?;
    let reached = queries::tag(tx, &proof, (bulk, made_at), &people, (name, until, today))?;
    done(tx, bulk, BulkKind::Tag, reached, people.len())?;
    Ok(bulk)
}

/// Gives everybody selected to a steward.
///
/// # Errors
/// What the policy refuses; [`AppError::Invalid`] when the steward is none; [`AppError::Conflict`] as [`tag`].
pub fn assign(
    tx: &mut TenantTx<'_>,
    selection: &MembersQuery,
    new: &NewAssignment,
    today: NaiveDate,
) -> Result<BulkId, AppError> {
    let proof = policy::may_arrange(tx.actor())?;
    let listing = policy::may_list(tx.actor())?;
    candidate(tx, "steward", new.steward)?;
    let people = selected(tx, listing, selection, today)?;
    let change = NewBulk {
        kind: BulkKind::Assign,
        words: as_what(new.kind),
        from: None,
        to: Some(new.steward),
        moment: Some(new.from),
    };
    let (bulk, _) = queries::begin(tx, &change)?;
    let reached = queries::assign(tx, &proof, bulk, &people, new)?;
    done(tx, bulk, BulkKind::Assign, reached, people.len())?;
    Ok(bulk)
}

fn candidate(tx: &mut TenantTx<'_>, field: &'static str, id: MemberId) -> Result<(), AppError> {
    stewards::candidates(tx)?
        .into_iter()
        .any(|candidate| candidate.id == id)
        .then_some(())
        .ok_or_else(|| AppError::field(field, "Choose somebody who is a steward or coach."))
}

/// Whether the acting member may hand this steward's people over: asked before a form is read.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person; [`AppError::Denied`] for others than admins.
pub fn expect_handover(tx: &mut TenantTx<'_>, steward: MemberId) -> Result<String, AppError> {
    let person = tenancy::person(tx, steward)?;
    policy::may_arrange(tx.actor())?;
    Ok(person.card.name)
}

/// Hands everything a steward looks after to another, from a moment on.
///
/// # Errors
/// As [`expect_handover`]; [`AppError::Invalid`] when the other is no steward, or the same; [`AppError::Conflict`] when there is
/// nothing to hand over.
pub fn hand_over(
    tx: &mut TenantTx<'_>,
    from: MemberId,
    to: MemberId,
    moment: DateTime<Utc>,
) -> Result<BulkId, AppError> {
    let name = expect_handover(tx, from)?;
    let proof = policy::may_arrange(tx.actor())?;
    if from == to {
        return Err(AppError::field("to", "That is the same steward. Choose another."));
    }
    candidate(tx, "to", to)?;
    queries::lock_assignments(tx, &proof, from)?;
    // Whoever waited here hands over what there is now, not what another has handed over meanwhile.
    let moment = moment.max(tx.now());
    let all = usize::try_from(queries::to_hand_over(tx, from, moment)?).unwrap_or(usize::MAX);
    if all == 0 {
        return Err(AppError::Conflict(format!(
            "{name} looks after nobody from that day on."
        )));
    }
    let change = NewBulk {
        kind: BulkKind::Reassign,
        words: "",
        from: Some(from),
        to: Some(to),
        moment: Some(moment),
    };
    let (bulk, _) = queries::begin(tx, &change)?;
    let reached = queries::hand_over(tx, &proof, bulk, (from, to), moment)?;
    done(tx, bulk, BulkKind::Reassign, reached, all)?;
    Ok(bulk)
}

/// A change the acting member may look at: their own, an admin everybody's.
///
/// # Errors
/// [`AppError::NotFound`] for others.
pub fn own(tx: &mut TenantTx<'_>, id: BulkId) -> Result<Bulk, AppError> {
    policy::may_list(tx.actor()).map_err(|_| AppError::NotFound)?;
    let bulk = queries::locked(tx, id)?;
    match tx.actor().member_id() == Some(bulk.made_by) || tx.roles().has(Role::Admin) {
        true => Ok(bulk),
        false => Err(AppError::NotFound),
    }
}

/// What was done, with the names that those it was about have today.
///
/// # Errors
/// When the database fails.
pub fn in_words(tx: &mut TenantTx<'_>, bulk: &Bulk) -> Result<String, AppError> {
    let named: Vec<MemberId> = bulk.from_id.into_iter().chain(bulk.to_id).collect();
    let cards = tenancy::member_cards(tx, &named)?;
    let name = |id: Option<MemberId>| {
        id.and_then(|id| cards.get(&id))
            .map_or("somebody", |card| card.name.as_str())
    };
    Ok(match (bulk.kind, bulk.to_id) {
        (BulkKind::Assign, Some(to)) => format!("Given to {} {}", name(Some(to)), bulk.words),
        (BulkKind::Reassign, Some(to)) => format!("From {} to {}", name(bulk.from_id), name(Some(to))),
        // Those of before ids were kept have the names in their words.
        (BulkKind::Tag | BulkKind::Assign | BulkKind::Reassign, _) => bulk.words.clone(),
    })
}

/// Takes a change back, as far as it is still as it was made and, for tags, as far as one may change whom it reached; answers how
/// many stay.
///
/// # Errors
/// As [`own`]; what the policy of the change itself refuses; [`AppError::Conflict`] after a day, or when it was taken back.
pub fn undo(tx: &mut TenantTx<'_>, id: BulkId) -> Result<usize, AppError> {
    let bulk = own(tx, id)?;
    let tagging = policy::may_tag(tx.actor())?;
    if bulk.kind != BulkKind::Tag {
        policy::may_arrange(tx.actor())?;
    }
    if bulk.undoable_until(tx.now()).is_none() {
        return Err(AppError::Conflict(
            "This can't be taken back, or no longer: that is possible for 24 hours.".to_owned(),
        ));
    }
    let undone = match bulk.kind {
        BulkKind::Tag => queries::untag(tx, &tagging, id)?,
        BulkKind::Assign | BulkKind::Reassign => queries::unassign(tx, id)?,
    };
    queries::mark_undone(tx, id)?;
    tx.audit(Entry::of("people.bulk.undone", "bulk", id).after(json!({ "undone": undone })))?;
    tx.emit(&ManyRestored { bulk: id })?;
    let affected = usize::try_from(bulk.affected).unwrap_or_default();
    Ok(affected.saturating_sub(undone))
}
