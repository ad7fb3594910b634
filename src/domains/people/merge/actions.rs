//! Making two records one, and parting them.

use serde_json::json;

use crate::domains::MERGE_PARTS;
use crate::domains::people::events::{RecordsMerged, RecordsParted};
use crate::domains::people::policy::{self, Arranging};
use crate::domains::people::record;
use crate::domains::tenancy::{self, MemberState, Person};
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, MergeId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::MergeForm;
use super::model::{Field, KEPT, Merge, Said};
use super::{Merging, queries, registry};

/// The kept person, and the proof that the acting member merges.
///
/// # Errors
/// [`AppError::NotFound`] for who does not see the record; [`AppError::Denied`] for others than admins.
pub fn kept(tx: &mut TenantTx<'_>, member: MemberId) -> Result<(Person, Arranging), AppError> {
    let person = tenancy::person(tx, member)?;
    record::seen(tx, &person)?;
    let proof = policy::may_arrange(tx.actor())?;
    Ok((person, proof))
}

/// The person whose record could be given up for `kept`.
///
/// # Errors
/// [`AppError::Invalid`] at `other` when it cannot: unknown, the same, able to sign in, gone, or held by something.
pub fn given_up(tx: &mut TenantTx<'_>, kept: &Person, other: &str) -> Result<Person, AppError> {
    let refuse = |words: String| AppError::field("other", words);
    let handle = other.trim().trim_start_matches('@').to_lowercase();
    let id = match handle.parse::<MemberId>() {
        Ok(id) => Some(id),
        Err(_) => tenancy::anyone_with_handle(tx, &handle)?.map(|card| card.id),
    };
    let person = match id.map(|id| tenancy::person(tx, id)) {
        Some(Ok(person)) => person,
        Some(Err(AppError::NotFound)) | None => {
            return Err(refuse(format!("Nobody here is called @{handle}.")));
        }
        Some(Err(error)) => return Err(error),
    };
    if person.card.id == kept.card.id {
        return Err(refuse("That is the same record.".to_owned()));
    }
    if queries::of_given_up(tx, kept.card.id)?.is_some() {
        return Err(refuse(
            "This record was given up for another one. Merge into that one.".to_owned(),
        ));
    }
    if kept.card.state == MemberState::Left {
        return Err(refuse(
            "This person left. Restore them first, or start from the other record.".to_owned(),
        ));
    }
    if person.user.is_some() {
        return Err(refuse(format!(
            "{} can sign in, so that record can't be given up. Start from it and give this one up.",
            person.card.name
        )));
    }
    if queries::of_given_up(tx, person.card.id)?.is_some() {
        return Err(refuse("That record was merged already.".to_owned()));
    }
    let proof = policy::may_arrange(tx.actor())?;
    // Before anything of theirs is touched, and always in the same order: two merges of the same records wait for one another.
    queries::lock_both(tx, kept.card.id, person.card.id)?;
    let merging = Merging::begin(tx, &proof, kept.card.id, person.card.id)?;
    let holding = queries::holding(tx, person.card.id)?;
    merging.done(tx)?;
    match holding {
        Some(table) => Err(refuse(registry::reason(&table).to_owned())),
        None => Ok(person),
    }
}

/// What the kept record would say: its own words, those of the other where they were chosen.
pub fn merged(kept: &Said, other: &Said, takes: impl Fn(Field) -> bool) -> Said {
    let mut said = kept.clone();
    for field in Field::ALL.into_iter().filter(|field| takes(*field)) {
        for column in columns(field) {
            if let Some(value) = other.get(*column) {
                said.insert((*column).to_owned(), value.clone());
            }
        }
    }
    said
}

/// The columns of a field.
pub const fn columns(field: Field) -> &'static [&'static str] {
    match field {
        Field::Name => &["display_name"],
        Field::Email => &["email"],
        Field::Place => &["worksite_id", "department_id"],
        Field::Shift => &["shift_id"],
        Field::Stage => &["stage"],
        Field::Joined => &["joined_on"],
        Field::Basis => &["legal_basis", "basis_noted_on"],
    }
}

/// Fields a person with a login chose themselves.
pub fn is_own(field: Field, person: &Person) -> bool {
    person.user.is_some() && matches!(field, Field::Name | Field::Email)
}

/// Makes two records one.
///
/// # Errors
/// As [`kept`] and [`given_up`].
pub fn merge(tx: &mut TenantTx<'_>, member: MemberId, form: &MergeForm) -> Result<MergeId, AppError> {
    let (person, _) = kept(tx, member)?;
    let other = given_up(tx, &person, &form.other)?.card.id;
    // Both are held by now, so that nobody gives the one up that is kept here: what was asked before that is asked again.
    let (person, proof) = kept(tx, member)?;
    let other = given_up(tx, &person, &other.to_string())?;
    let (before, theirs) = (queries::said(tx, member)?, queries::said(tx, other.card.id)?);
    let after = merged(&before, &theirs, |field| {
        form.takes(field) && !is_own(field, &person)
    });
    let mut moved = queries::move_all(tx, &proof, other.card.id, member)?;
    let merging = Merging::begin(tx, &proof, member, other.card.id)?;
    for part in MERGE_PARTS {
        moved.insert(part.table.to_owned(), (part.join)(tx, &merging)?);
    }
    merging.done(tx)?;
    queries::say(tx, &proof, member, &after)?;
    // An address that is not the kept person's first one is a further way to reach them.
    moved.insert(
        "added".to_owned(),
        queries::keep_addresses(tx, &proof, member, &[&before, &theirs])?,
    );
    let moved = serde_json::Value::Object(moved);
    queries::set_state(tx, &proof, other.card.id, MemberState::Left)?;
    let id = queries::insert(
        tx,
        &proof,
        (member, other.card.id),
        (&before, &after),
        &moved,
        other.card.state,
    )?;
    tx.audit(
        Entry::of("people.records.merged", "member", member)
            .after(json!({ "merge": id, "given_up": other.card.id })),
    )?;
    tx.emit(&RecordsMerged {
        kept: member,
        given_up: other.card.id,
    })?;
    Ok(id)
}

/// A merge that can be parted.
///
/// # Errors
/// [`AppError::NotFound`] when there is none, for others than admins, and after ninety days.
pub fn partable(tx: &mut TenantTx<'_>, id: MergeId) -> Result<(Merge, Arranging), AppError> {
    let proof = policy::may_arrange(tx.actor()).map_err(|_| AppError::NotFound)?;
    let merge = queries::locked(tx, id)?;
    match merge.parted_at.is_none() && merge.merged_at + KEPT > tx.now() {
        true => Ok((merge, proof)),
        false => Err(AppError::NotFound),
    }
}

/// Parts two records: what moved goes back, what the kept one took is what it was, unless somebody edited it since. Answers the
/// fields that stay for that.
///
/// # Errors
/// As [`partable`]; [`AppError::Conflict`] when the kept record was given up itself, or something is on both by now.
pub fn part(tx: &mut TenantTx<'_>, id: MergeId) -> Result<(Merge, Vec<Field>), AppError> {
    let (merge, proof) = partable(tx, id)?;
    queries::lock_both(tx, merge.kept_id, merge.given_up_id)?;
    if queries::of_given_up(tx, merge.kept_id)?.is_some() {
        return Err(AppError::Conflict(
            "The record this one was merged into was itself given up since. Part those two first.".to_owned(),
        ));
    }
    let said = |value: &serde_json::Value| serde_json::from_value::<Said>(value.clone()).unwrap_or_default();
    let (before, after) = (said(&merge.before), said(&merge.after));
    let mut now = queries::said(tx, merge.kept_id)?;
    let mut edited = Vec::new();
    for field in Field::ALL {
        // Columns of one field go back together, or not at all.
        if columns(field)
            .iter()
            .all(|column| now.get(*column) == after.get(*column))
        {
            for column in columns(field) {
                if let Some(value) = before.get(*column) {
                    now.insert((*column).to_owned(), value.clone());
                }
            }
        } else if columns(field)
            .iter()
            .any(|column| before.get(*column) != after.get(*column))
        {
            edited.push(field);
        }
    }
    queries::say(tx, &proof, merge.kept_id, &now)?;
    queries::move_back(tx, &proof, &merge)?;
    let merging = Merging::begin(tx, &proof, merge.kept_id, merge.given_up_id)?;
    for part in MERGE_PARTS {
        if let Some(moved) = merge.moved.get(part.table) {
            (part.part)(tx, &merging, moved)?;
        }
    }
    merging.done(tx)?;
    // Who was restored by hand meanwhile stays as they are.
    if tenancy::person(tx, merge.given_up_id)?.card.state == MemberState::Left {
        queries::set_state(tx, &proof, merge.given_up_id, merge.given_up_state)?;
    }
    queries::mark_parted(tx, id)?;
    tx.audit(
        Entry::of("people.records.parted", "member", merge.kept_id)
            .before(json!({ "merge": id, "given_up": merge.given_up_id })),
    )?;
    tx.emit(&RecordsParted {
        kept: merge.kept_id,
        given_up: merge.given_up_id,
    })?;
    Ok((merge, edited))
}

/// Records that were merged one into the next are followed so far.
const MOST_STEPS: usize = 8;

/// Where the record of somebody who was given up is now, for ninety days: the one that was kept, or the one that was given up for.
///
/// # Errors
/// When the database fails.
pub fn alias(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Option<MemberId>, AppError> {
    let (now, mut at) = (tx.now(), None);
    for _ in 0..MOST_STEPS {
        let next = queries::of_given_up(tx, at.unwrap_or(member))?
            .filter(|merge| merge.merged_at + KEPT > now)
            .map(|merge| merge.kept_id);
        match next {
            Some(next) => at = Some(next),
            None => break,
        }
    }
    Ok(at)
}
