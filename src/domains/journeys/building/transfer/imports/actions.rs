//! What is done with imports. Each is one transaction; the archive is stored before and removed after it.

use serde_json::json;

use crate::domains::journeys::library;
use crate::domains::journeys::library::carrying::incoming;
use crate::domains::journeys::library::policy::on_behalf_of;
use crate::kernel::error::AppError;
use crate::kernel::ids::JourneyImportId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::files::removal;
use crate::platform::jobs::{self, JobState, NewJob};

use super::jobs::{Args, BRING_IN};
use super::model::{Fate, Fates, Import, ImportState};
use super::queries::{self, Begun};

/// Begins an import of an archive that is stored. False when it began already.
///
/// # Errors
/// [`AppError::Denied`] and [`AppError::NotFound`] for who may not write in the library for that team.
pub fn begin(tx: &mut TenantTx<'_>, begun: &Begun) -> Result<bool, AppError> {
    let keeper = library::actions::keeper(tx)?;
    keeper.may_write(begun.team)?;
    if queries::import(tx, begun.id).is_ok() {
        return Ok(false);
    }
    let args = Args { import: begun.id };
    let job = tx.enqueue(NewJob::new(BRING_IN, args).unique(begun.id.to_string()))?;
    queries::insert(tx, begun, job, keeper.member())?;
    let what = json!({ "file": begun.file_name, "team": begun.team });
    tx.audit(Entry::of("journeys.import.begun", "journey_import", begun.id).after(what))?;
    Ok(true)
}

/// An import that the acting member began.
///
/// # Errors
/// [`AppError::NotFound`] for others.
pub fn mine(tx: &mut TenantTx<'_>, id: JourneyImportId) -> Result<Import, AppError> {
    let me = tx.my_id()?;
    let import = queries::import(tx, id)?;
    match import.made_by == me {
        true => Ok(import),
        false => Err(AppError::NotFound),
    }
}

/// Asks an import of the acting member's to stop. One whose job waits, or was given up, stops at once.
///
/// # Errors
/// As [`mine`]; [`AppError::Conflict`] when it has ended.
pub fn stop(tx: &mut TenantTx<'_>, id: JourneyImportId) -> Result<(), AppError> {
    mine(tx, id)?;
    let import = queries::held(tx, id)?;
    if import.state != ImportState::Working {
        return Err(AppError::Conflict("That import has ended already.".to_owned()));
    }
    jobs::cancel(tx, import.job_id)?;
    if jobs::status(tx, import.job_id)?.state != JobState::Executing {
        ended(tx, &import, ImportState::Stopped)?;
    }
    Ok(())
}

/// Ends an import of which nothing is to stay: the assets it made go, unless a journey names one by now.
///
/// # Errors
/// When the database fails.
pub fn ended(tx: &mut TenantTx<'_>, import: &Import, state: ImportState) -> Result<(), AppError> {
    let by = on_behalf_of(import.made_by);
    let mut fates = import.fates();
    for fate in fates.values_mut() {
        if let Fate::Made(asset) = *fate
            && incoming::take_back(tx, &by, asset)?
        {
            *fate = Fate::LeftOut;
        }
    }
    note(tx, import.id, &fates, &import.report)?;
    forget_archive(tx, import)?;
    queries::finish(tx, import.id, state, None)?;
    let action = match state {
        ImportState::Failed => "journeys.import.failed",
        _ => "journeys.import.stopped",
    };
    tx.audit(Entry::of(action, "journey_import", import.id).after(json!({ "said": import.report.last() })))
}

/// Writes down what became of the assets so far, and what was left out.
///
/// # Errors
/// When the database fails.
pub fn note(
    tx: &mut TenantTx<'_>,
    id: JourneyImportId,
    fates: &Fates,
    report: &[String],
) -> Result<(), AppError> {
    let fates = serde_json::to_value(fates).map_err(|cause| AppError::Unexpected(cause.into()))?;
    Ok(queries::note(tx, id, (&fates, report))?)
}

/// Has the archive removed.
///
/// # Errors
/// When the database fails.
pub fn forget_archive(tx: &mut TenantTx<'_>, import: &Import) -> Result<(), AppError> {
    match &import.storage_key {
        Some(key) => removal::enqueue(tx, std::slice::from_ref(key)),
        None => Ok(()),
    }
}
