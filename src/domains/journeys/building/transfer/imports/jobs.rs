//! Taking an archive in: asset by asset, then the journey.

use std::fs::File;
use std::io::{BufReader, Seek as _, Write as _};
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tempfile::NamedTempFile;
use tokio::runtime::Handle;

use crate::app::App;
use crate::domains::journeys::building::policy;
use crate::domains::journeys::building::transfer::archive::Archive;
use crate::domains::journeys::building::transfer::book::Book;
use crate::domains::journeys::building::transfer::intake;
use crate::domains::journeys::library;
use crate::kernel::error::AppError;
use crate::kernel::ids::JourneyImportId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::{self, JobKind, JobRun, Outcome};
use crate::platform::storage::StorageKey;
use crate::platform::web::upload::waiting_room;

use super::actions;
use super::model::{Fates, Import, ImportState};
use super::pace::Pace;
use super::queries;
use super::taking::Taking;

/// Takes an archive in.
pub const BRING_IN: &str = "journeys.bring_in";

/// Which import.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Args {
    pub import: JourneyImportId,
}

/// The jobs of imports.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let app = app.clone();
    vec![JobKind {
        name: BRING_IN,
        run: Arc::new(move |run| bring_in(&app, run)),
    }]
}

fn bring_in(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let Args { import: id } = run.args()?;
    let import = run.tenant(move |tx| Ok(queries::import(tx, id)?))?;
    if import.state != ImportState::Working {
        return Ok(Outcome::Done(json!({ "state": import.state.as_str() })));
    }
    let mut pace = Pace::of(run);
    let Some(file) = fetched(app, &mut pace, &import)? else {
        return stopped(run, id);
    };
    let largest = app.config.web.archive_limit as u64;
    let mut archive = match Archive::open(BufReader::new(file), largest) {
        Ok(archive) => archive,
        Err(why) => return failed(run, id, why),
    };
    let book = match intake::read(&mut archive, &import.title) {
        Ok(book) => book,
        Err(why) => return failed(run, id, why),
    };
    pace.expect(&book);
    let mut taking = Taking {
        app,
        run,
        import: &import,
        archive,
        pace,
        fates: import.fates(),
        report: import.report.clone(),
    };
    for carried in &book.assets {
        if !taking.fates.contains_key(&carried.name) && !taking.take(carried)? {
            return stopped(run, id);
        }
    }
    let (fates, report) = (taking.fates, taking.report);
    match run.tenant(move |tx| finish(tx, id, &book, (&fates, &report))) {
        Err(AppError::Denied(denied)) => failed(run, id, denied.to_string()),
        Err(AppError::Invalid(errors)) => {
            let why = errors.iter().next().map_or("It can't be kept.", |(_, why)| why);
            failed(run, id, why.to_owned())
        }
        done => done.map(|()| Outcome::Done(json!({ "state": "done" }))),
    }
}

/// The archive on disk; none when the job is to stop.
fn fetched(app: &App, pace: &mut Pace<'_>, import: &Import) -> Result<Option<File>, AppError> {
    let away =
        |cause: anyhow::Error| AppError::Unexpected(cause.context("fetching the archive of an import"));
    let key = import.storage_key.as_deref().unwrap_or_default();
    let key: StorageKey = key.parse().map_err(|cause| away(anyhow::Error::new(cause)))?;
    let folder = waiting_room(&app.config.data);
    std::fs::create_dir_all(&folder).map_err(|cause| away(cause.into()))?;
    let mut file = NamedTempFile::new_in(&folder).map_err(|cause| away(cause.into()))?;
    let runtime = Handle::current();
    let mut stored = runtime
        .block_on(app.storage.get(&key))
        .map_err(|cause| away(cause.into()))?;
    while let Some(bytes) = runtime
        .block_on(stored.body.try_next())
        .map_err(|cause| away(cause.into()))?
    {
        file.write_all(&bytes).map_err(|cause| away(cause.into()))?;
        if pace.moved(bytes.len() as u64)? {
            return Ok(None);
        }
    }
    // The name goes at once; what is open stays until it is closed.
    let mut file = file.into_file();
    file.rewind().map_err(|cause| away(cause.into()))?;
    Ok(Some(file))
}

/// Begins the journey, with what became of its assets.
fn finish(
    tx: &mut TenantTx<'_>,
    id: JourneyImportId,
    book: &Book,
    (fates, report): (&Fates, &[String]),
) -> Result<(), AppError> {
    let import = queries::held(tx, id)?;
    if import.state != ImportState::Working {
        return Ok(());
    }
    let keeper = library::actions::keeper_of(tx, import.made_by)?;
    keeper.may_write(import.team_id)?;
    let beginning = policy::as_asked(import.made_by, import.team_id);
    let assets = fates
        .iter()
        .filter_map(|(name, fate)| Some((name.clone(), fate.asset()?)))
        .collect();
    let taken = book.taken(&assets).map_err(|why| AppError::field("file", why))?;
    let journey = intake::bring_in(tx, (&beginning, &keeper), &taken)?;
    actions::note(tx, id, fates, report)?;
    actions::forget_archive(tx, &import)?;
    queries::finish(tx, id, ImportState::Done, Some(journey))?;
    let what = json!({ "journey": journey, "assets": assets_told(fates), "left_out": report.len() });
    tx.audit(Entry::of("journeys.import.done", "journey_import", id).after(what))
}

fn assets_told(fates: &Fates) -> usize {
    fates.values().filter(|fate| fate.asset().is_some()).count()
}

/// Ends a job that was told to stop: on request the import is stopped too; when only the process ends, the job goes on elsewhere.
fn stopped(run: &JobRun, id: JourneyImportId) -> Result<Outcome, AppError> {
    let job = run.id();
    run.tenant(move |tx| {
        let import = queries::held(tx, id)?;
        if import.state == ImportState::Working && jobs::status(tx, job)?.cancel_requested {
            actions::ended(tx, &import, ImportState::Stopped)?;
        }
        Ok(())
    })?;
    Ok(Outcome::Cancelled("stopped on request".to_owned()))
}

fn failed(run: &JobRun, id: JourneyImportId, why: String) -> Result<Outcome, AppError> {
    run.tenant(move |tx| {
        let mut import = queries::held(tx, id)?;
        if import.state == ImportState::Working {
            import.report.push(why);
            actions::ended(tx, &import, ImportState::Failed)?;
        }
        Ok(())
    })?;
    Ok(Outcome::Done(json!({ "state": "failed" })))
}
