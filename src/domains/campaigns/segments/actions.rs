//! Making, changing and archiving segments.

use serde_json::json;

use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::SegmentId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::events::{SegmentArchived, SegmentChanged, SegmentCreated, SegmentRestored};
use super::model::Condition;
use super::policy::Segmenting;
use super::queries::{self, Words};

/// Makes a segment.
///
/// # Errors
/// [`AppError::Invalid`] when its name is taken or its tree cannot be asked.
pub fn create(tx: &mut TenantTx<'_>, by: &Segmenting, words: &Words) -> Result<SegmentId, AppError> {
    queries::lock_rules(tx)?;
    expect_sound(tx, None, &words.condition)?;
    let segment = queries::insert(tx, by, words)?;
    tx.audit(Entry::of("campaigns.segment.created", "segment", segment).after(told(words)))?;
    tx.emit(&SegmentCreated { segment })?;
    Ok(segment)
}

/// Changes a segment.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Invalid`] as [`create`], and when it would contain itself.
pub fn change(
    tx: &mut TenantTx<'_>,
    by: &Segmenting,
    segment: SegmentId,
    words: &Words,
) -> Result<(), AppError> {
    queries::lock_rules(tx)?;
    let before = queries::segment(tx, segment)?;
    expect_sound(tx, Some(segment), &words.condition)?;
    queries::update(tx, by, segment, words)?;
    let was = json!({ "name": before.name, "about": before.about, "rule": before.rule });
    tx.audit(
        Entry::of("campaigns.segment.changed", "segment", segment)
            .before(was)
            .after(told(words)),
    )?;
    tx.emit(&SegmentChanged { segment })?;
    Ok(())
}

fn told(words: &Words) -> serde_json::Value {
    json!({ "name": words.name, "about": words.about, "rule": words.condition })
}

/// That a tree is no larger than it may be, names nothing that is gone, and does not lead back to its own segment.
fn expect_sound(
    tx: &mut TenantTx<'_>,
    own: Option<SegmentId>,
    condition: &Condition,
) -> Result<(), AppError> {
    condition
        .check()
        .map_err(|wrong| AppError::field("rule", wrong.to_string()))?;
    let known = queries::known(tx, &[condition])?;
    if own.is_some_and(|own| known.leads_to(condition, own)) {
        let message = "A segment can't contain itself, also not through others.";
        return Err(AppError::field("rule", message));
    }
    match known.expand(condition) {
        Err(AppError::Conflict(message)) => {
            let mut errors = FieldErrors::default();
            errors.add("rule", message);
            Err(errors.into())
        }
        other => other.map(|_| ()),
    }
}

/// Takes a segment out of use.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] while another segment in use names it.
pub fn archive(tx: &mut TenantTx<'_>, by: &Segmenting, segment: SegmentId) -> Result<(), AppError> {
    queries::lock_rules(tx)?;
    queries::segment(tx, segment)?;
    let users = queries::used_by(tx, segment)?;
    if !users.is_empty() {
        return Err(AppError::Conflict(format!(
            "Other segments name this one: {}. Take it out of them first.",
            users.join(", ")
        )));
    }
    let now = tx.now();
    if queries::set_archived(tx, by, segment, Some(now))? {
        tx.audit(Entry::of("campaigns.segment.archived", "segment", segment))?;
        tx.emit(&SegmentArchived { segment })?;
    }
    Ok(())
}

/// Takes a segment back into use.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] when another has its name by now.
pub fn restore(tx: &mut TenantTx<'_>, by: &Segmenting, segment: SegmentId) -> Result<(), AppError> {
    queries::lock_rules(tx)?;
    queries::segment(tx, segment)?;
    let is_new = queries::set_archived(tx, by, segment, None).map_err(|error| match error {
        AppError::Invalid(_) => {
            AppError::Conflict("Another segment has this name by now. Rename that one first.".to_owned())
        }
        other => other,
    })?;
    if is_new {
        tx.audit(Entry::of("campaigns.segment.restored", "segment", segment))?;
        tx.emit(&SegmentRestored { segment })?;
    }
    Ok(())
}
