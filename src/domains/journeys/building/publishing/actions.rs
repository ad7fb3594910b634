//! Making a version of a draft.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domains::journeys::building::borrowing;
use crate::domains::journeys::building::events::JourneyPublished;
use crate::domains::journeys::building::jobs::{Due, PUBLISH};
use crate::domains::journeys::building::model::{Atom, Version};
use crate::domains::journeys::building::outline::Outline;
use crate::domains::journeys::building::policy::Building;
use crate::domains::journeys::building::queries;
use crate::domains::tenancy;
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::JourneyVersionId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::NewJob;

use super::lint::{self, Finding, Looked};

/// What a draft says, and what is wrong with it.
#[derive(Debug)]
pub struct Checked {
    pub outline: Outline,
    pub atoms: Vec<Atom>,
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Whether it can be published.
    pub fn is_ready(&self) -> bool {
        !self.findings.iter().any(Finding::is_error)
    }

    /// How many things have to be mended first.
    pub fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.is_error()).count()
    }
}

/// Looks a version over as publishing does.
///
/// # Errors
/// When the database fails.
pub fn check(tx: &mut TenantTx<'_>, draft: &Version) -> Result<Checked, AppError> {
    let outline = Outline::of(queries::nodes(tx, draft.id)?);
    let atoms = queries::atoms(tx, draft.id)?;
    let has_reviewer = has_reviewer(tx)?;
    let looked = Looked {
        outline: &outline,
        atoms: &atoms,
        in_order: draft.in_order,
        now: tx.now(),
        has_reviewer,
    };
    let mut findings = lint::lint(&looked);
    findings.extend(borrowing::findings(tx, &outline)?);
    Ok(Checked {
        outline,
        atoms,
        findings,
    })
}

fn has_reviewer(tx: &mut TenantTx<'_>) -> Result<bool, AppError> {
    Ok(!tenancy::with_role(tx, Role::Coach)?.is_empty() || !tenancy::with_role(tx, Role::Admin)?.is_empty())
}

/// Publishes a draft: it becomes the next version, and a copy of it the draft that is worked on. Answers the version and its number.
///
/// # Errors
/// [`AppError::Invalid`] when something has to be mended first.
pub fn publish(
    tx: &mut TenantTx<'_>,
    building: &Building,
    note: &str,
) -> Result<(JourneyVersionId, i32), AppError> {
    let draft = queries::lock(tx, building)?;
    let checked = check(tx, &draft)?;
    if !checked.is_ready() {
        return Err(AppError::field("findings", "Mend what is listed here first."));
    }
    let kept = lint::kept(&checked.outline, &checked.atoms);
    if kept.len() != checked.atoms.len() {
        for node in checked.outline.nodes() {
            queries::delete_atoms(tx, building, draft.id, node.key)?;
        }
        queries::insert_atoms(tx, draft.id, &kept)?;
    }
    let newest = queries::published(tx, building.journey(), None, 1)?;
    let number = newest
        .first()
        .and_then(|version| version.number)
        .unwrap_or_default()
        + 1;
    let required = i32::try_from(checked.outline.required()).unwrap_or(i32::MAX);
    queries::pin_assets(tx, building, draft.id)?;
    queries::number(tx, building, draft.id, (number, note, required))?;
    let next: JourneyVersionId = tx.new_id();
    let said = (draft.title.as_str(), draft.summary.as_str());
    queries::insert_draft(
        tx,
        building.journey(),
        next,
        said,
        (draft.in_order, draft.revision + 1),
    )?;
    let nodes: Vec<_> = checked.outline.nodes().cloned().collect();
    queries::insert_nodes(tx, next, &nodes)?;
    queries::insert_atoms(tx, next, &kept)?;
    queries::touch(tx, building)?;
    tx.audit(
        Entry::of("journeys.journey.published", "journey", building.journey())
            .after(json!({ "version": draft.id, "number": number, "note": note })),
    )?;
    tx.emit(&JourneyPublished {
        journey: building.journey(),
        version: draft.id,
        number,
    })?;
    Ok((draft.id, number))
}

/// Publishes a draft by itself at a time, as it is then.
///
/// # Errors
/// [`AppError::Invalid`] when something has to be mended first.
pub fn plan(
    tx: &mut TenantTx<'_>,
    building: &Building,
    at: DateTime<Utc>,
    note: &str,
) -> Result<(), AppError> {
    let draft = queries::lock(tx, building)?;
    if !check(tx, &draft)?.is_ready() {
        return Err(AppError::field("findings", "Mend what is listed here first."));
    }
    queries::plan(tx, building, draft.id, (Some(at), note))?;
    let journey = building.journey();
    tx.enqueue(NewJob::new(PUBLISH, Due { journey }).at(at))?;
    tx.audit(Entry::of("journeys.journey.planned", "journey", journey).after(json!({ "at": at })))
}

/// Leaves a draft to whoever publishes it.
///
/// # Errors
/// When the database fails.
pub fn unplan(tx: &mut TenantTx<'_>, building: &Building) -> Result<(), AppError> {
    let draft = queries::lock(tx, building)?;
    queries::plan(tx, building, draft.id, (None, ""))?;
    tx.audit(Entry::of(
        "journeys.journey.unplanned",
        "journey",
        building.journey(),
    ))
}
