//! What admins do about worksites.

use serde_json::json;

use crate::domains::people::events::{WorksiteChanged, WorksiteCreated};
use crate::domains::people::model::Worksite;
use crate::domains::people::policy;
use crate::kernel::error::AppError;
use crate::kernel::ids::WorksiteId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::WorksiteWords;
use super::queries;

/// Whether the acting member may arrange this worksite, or a new one: asked before a form is read, so that who may not learns
/// nothing from what it lacks.
///
/// # Errors
/// [`AppError::NotFound`] when there is none; what the policy refuses.
pub fn expect_arranged(tx: &mut TenantTx<'_>, worksite: Option<WorksiteId>) -> Result<(), AppError> {
    if let Some(id) = worksite {
        queries::worksite(tx, id)?;
        policy::may_arrange(tx.actor()).map_err(|denied| policy::hidden_or(tx.actor(), denied))?;
    }
    policy::may_arrange(tx.actor())?;
    Ok(())
}

/// Adds a worksite.
///
/// # Errors
/// What the policy refuses; [`AppError::Invalid`] when the name is taken.
pub fn create(tx: &mut TenantTx<'_>, words: &WorksiteWords) -> Result<WorksiteId, AppError> {
    let proof = policy::may_arrange(tx.actor())?;
    let worksite = queries::insert(tx, &proof, words)?;
    tx.audit(
        Entry::of("people.worksite.created", "worksite", worksite)
            .after(json!({ "name": words.name, "departments": words.departments })),
    )?;
    tx.emit(&WorksiteCreated { worksite })?;
    Ok(worksite)
}

/// Renames a worksite, changes its address, adds departments.
///
/// # Errors
/// As [`create`]; [`AppError::NotFound`] when there is none.
pub fn edit(tx: &mut TenantTx<'_>, id: WorksiteId, words: &WorksiteWords) -> Result<(), AppError> {
    let before = queries::worksite(tx, id)?;
    let proof = policy::may_arrange(tx.actor())?;
    queries::update(tx, &proof, id, words)?;
    tx.audit(
        Entry::of("people.worksite.changed", "worksite", id)
            .before(json!({ "name": before.name, "address": before.address }))
            .after(json!({ "name": words.name, "address": words.address, "departments_added": words.departments })),
    )?;
    tx.emit(&WorksiteChanged { worksite: id })?;
    Ok(())
}

/// Closes a worksite or opens it again. Who works there stays noted; it is offered no more.
///
/// # Errors
/// As [`edit`].
pub fn set_closed(tx: &mut TenantTx<'_>, id: WorksiteId, closed: bool) -> Result<Worksite, AppError> {
    let worksite = queries::worksite(tx, id)?;
    let proof = policy::may_arrange(tx.actor()).map_err(|denied| policy::hidden_or(tx.actor(), denied))?;
    queries::set_closed(tx, &proof, id, closed)?;
    tx.audit(
        Entry::of("people.worksite.changed", "worksite", id)
            .before(json!({ "closed": worksite.archived_at.is_some() }))
            .after(json!({ "closed": closed })),
    )?;
    tx.emit(&WorksiteChanged { worksite: id })?;
    Ok(worksite)
}

/// Says which shifts there are.
///
/// # Errors
/// What the policy refuses.
pub fn set_shifts(tx: &mut TenantTx<'_>, names: &[String]) -> Result<(), AppError> {
    let proof = policy::may_arrange(tx.actor())?;
    let before: Vec<String> = queries::shifts(tx)?.into_iter().map(|shift| shift.name).collect();
    queries::set_shifts(tx, &proof, names)?;
    tx.audit(
        Entry::general("people.shifts.changed", "organization")
            .before(json!({ "shifts": before }))
            .after(json!({ "shifts": names })),
    )
}
