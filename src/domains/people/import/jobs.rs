//! Checking, taking over and taking back: each in batches, so that it can be stopped, and told again from where it was.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::app::App;
use crate::domains::people::events::{ImportUndone, PeopleImported};
use crate::domains::people::fields::queries as fields;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ImportId, MemberId};
use crate::kernel::validate::handle_from;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::{self, JobKind, JobRun, Outcome};

use super::actions;
use super::drafting::Drafting;
use super::model::{Choices, Draft, Import, ImportState, KEPT, Missing, UNDOABLE};
use super::queries::{self, applying, checking, rematching, undoing};
use super::reading::{self, Record};

/// Compares a file with who is known.
pub const CHECK: &str = "people.check_import";
/// Takes a file over.
pub const APPLY: &str = "people.apply_import";
/// Takes an import back.
pub const UNDO: &str = "people.undo_import";
/// Forgets files and rows that are no longer needed; runs once a day.
pub const FORGET: &str = "people.forget_imports";
/// Deletes one file.
pub const DELETE_FILE: &str = "people.delete_import_file";

/// Rows of one transaction.
const BATCH: usize = 2_000;
/// Rows taken back in one transaction: every person is looked for in every table that may refer to them, and who is in use is found
/// by halves.
const UNDO_BATCH: i64 = 500;

/// Which import.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Args {
    pub import: ImportId,
}

/// Which file.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct FileArgs {
    pub file: Uuid,
}

/// The jobs of imports.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let kind = |name, work: fn(&App, &JobRun) -> Result<Outcome, AppError>| {
        let app = app.clone();
        JobKind {
            name,
            run: Arc::new(move |run| work(&app, run)),
        }
    };
    vec![
        kind(CHECK, check),
        kind(APPLY, apply),
        kind(UNDO, undo),
        kind(FORGET, forget),
        kind(DELETE_FILE, delete_file),
    ]
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn number(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Ends a job that was told to stop: on request the import is stopped too; when only the process ends, the job goes on elsewhere.
fn stop(run: &JobRun, id: ImportId) -> Result<Outcome, AppError> {
    let job = run.id();
    run.tenant(|tx| {
        if jobs::status(tx, job)?.cancel_requested {
            let import = queries::locked(tx, id)?;
            actions::stopped(tx, &import)?;
        }
        Ok(())
    })?;
    Ok(Outcome::Cancelled("stopped on request".to_owned()))
}

/// The import of a job while it is in the state the job works on; none when it is past that.
fn at(run: &JobRun, state: ImportState) -> Result<Option<Import>, AppError> {
    let Args { import } = run.args()?;
    run.tenant(|tx| match queries::import(tx, import) {
        Ok(found) => Ok((found.state == state).then_some(found)),
        Err(diesel::result::Error::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    })
}

fn nothing_left() -> Outcome {
    Outcome::Done(json!({}))
}

fn text_of(app: &App, run: &JobRun, import: &Import) -> Result<String, AppError> {
    let key = actions::key_of(run.org(), import.file())?;
    let runtime =
        tokio::runtime::Handle::try_current().map_err(|cause| AppError::Unexpected(cause.into()))?;
    let bytes = runtime
        .block_on(async {
            app.storage
                .get(&key)
                .await?
                .into_bytes()
                .await
                .map_err(|cause| crate::platform::storage::StorageError::Transient(cause.to_string()))
        })
        .map_err(|cause| {
            AppError::Unexpected(anyhow::Error::new(cause).context("reading the file of an import"))
        })?;
    String::from_utf8(bytes.to_vec()).map_err(|cause| AppError::Unexpected(cause.into()))
}

fn check(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let Some(import) = at(run, ImportState::Checking)? else {
        return Ok(nothing_left());
    };
    let Some(choices) = import.chosen() else {
        return Ok(nothing_left());
    };
    let text = text_of(app, run, &import)?;
    if !stage(run, &import, &choices, &text)? {
        return stop(run, import.id);
    }
    let id = import.id;
    run.tenant(|tx| {
        queries::patiently(tx)?;
        checking::find_places(tx, id)?;
        if choices.missing == Missing::Refuse {
            checking::refuse_unknown_places(tx, id)?;
        }
        checking::find_people(tx, id)?;
        checking::compare(tx, id)?;
        finish_check(tx, id)
    })?;
    Ok(nothing_left())
}

/// The end of a check. Whose file went meanwhile, because somebody in it was erased, is not kept either.
fn finish_check(tx: &mut TenantTx<'_>, id: ImportId) -> Result<(), AppError> {
    if queries::locked(tx, id)?.file_gone_at.is_some() {
        checking::clear(tx, id)?;
        return Ok(queries::set_state(tx, id, ImportState::Uploaded, None)?);
    }
    Ok(queries::set_state(tx, id, ImportState::Checked, None)?)
}

/// Stages every row; false when it was told to stop.
fn stage(run: &JobRun, import: &Import, choices: &Choices, text: &str) -> Result<bool, AppError> {
    let id = import.id;
    let (own_fields, taken) = run.tenant(|tx| {
        queries::in_batches(tx)?;
        checking::clear(tx, id)?;
        Ok((fields::fields(tx)?, queries::handles(tx)?))
    })?;
    let reserved = crate::domains::identity::model::RESERVED_HANDLES
        .iter()
        .map(|handle| (*handle).to_owned());
    let mut handles = checking::Handles::besides(taken.into_iter().chain(reserved));
    let drafting = Drafting::new(choices, &own_fields);
    let delimiter = import.delimiter.bytes().next().unwrap_or(b',');
    let mut batch: Vec<(Draft, String)> = Vec::with_capacity(BATCH);
    let mut done = 0;
    let unreadable = |cause: reading::Unreadable| AppError::Unexpected(cause.into());
    for record in reading::records(text, delimiter).skip(1) {
        let record: Record = record.map_err(unreadable)?;
        let draft = drafting.draft(&record);
        let handle = handles.take(&handle_from(&draft.name));
        batch.push((draft, handle));
        if batch.len() == BATCH {
            done += batch.len();
            let rows = std::mem::take(&mut batch);
            run.tenant(|tx| Ok(checking::stage(tx, id, &rows)?))?;
            if run.progress(count(done), Some(import.total))? {
                return Ok(false);
            }
        }
    }
    run.tenant(|tx| Ok(checking::stage(tx, id, &batch)?))?;
    // By itself: it holds a lock on the rows of all files until the end of its transaction.
    if done > 0 {
        run.tenant(|tx| Ok(checking::measure(tx)?))?;
    }
    Ok(!run.progress(count(done + batch.len()), Some(import.total))?)
}

fn apply(_: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let Some(import) = at(run, ImportState::Running)? else {
        return Ok(nothing_left());
    };
    let Some(choices) = import.chosen() else {
        return Ok(nothing_left());
    };
    let id = import.id;
    let counts = run.tenant(|tx| {
        make_ready(tx, id, choices.missing)?;
        Ok(queries::counts(tx, id)?)
    })?;
    let (mut done, mut after) = (counts.applied(), 0);
    loop {
        let lines = run.tenant(|tx| apply_batch(tx, id, &choices, after, BATCH))?;
        done += i64::try_from(lines.len()).unwrap_or_default();
        if run.progress(number(done), Some(number(counts.to_apply())))? {
            return stop(run, id);
        }
        match lines.last() {
            Some(last) if lines.len() == BATCH => after = *last,
            _ => break,
        }
    }
    run.tenant(|tx| {
        queries::set_state(tx, id, ImportState::Done, None)?;
        let counts = queries::counts(tx, id)?;
        tx.audit(Entry::of("people.import.applied", "import", id).after(
            json!({ "new": counts.applied_new, "changed": counts.applied_changed, "errors": counts.wrong }),
        ))?;
        tx.emit(&PeopleImported { import: id })?;
        Ok(())
    })?;
    Ok(nothing_left())
}

/// Makes the places and tags that rows name, when that was chosen.
fn make_ready(tx: &mut TenantTx<'_>, id: ImportId, missing: Missing) -> Result<(), AppError> {
    queries::patiently(tx)?;
    if missing == Missing::Make {
        let worksites = applying::make_worksites(tx, id)?;
        checking::find_places(tx, id)?;
        let departments = applying::make_departments(tx, id)?;
        let shifts = applying::make_shifts(tx, id)?;
        checking::find_places(tx, id)?;
        if worksites + departments + shifts > 0 {
            tx.audit(
                Entry::of("people.import.places_made", "import", id)
                    .after(json!({ "worksites": worksites, "departments": departments, "shifts": shifts })),
            )?;
        }
    }
    Ok(applying::make_tags(tx, id)?)
}

/// Takes the next rows after a line over, in the transaction it is given; answers which. A batch that is repeated finds its rows
/// taken over.
///
/// # Errors
/// When the database refuses; then nothing of the batch was taken over.
pub fn apply_batch(
    tx: &mut TenantTx<'_>,
    id: ImportId,
    choices: &Choices,
    after: i32,
    size: usize,
) -> Result<Vec<i32>, AppError> {
    queries::in_batches(tx)?;
    rematching::alone(tx)?;
    let lines = applying::next_lines(tx, id, after, i64::try_from(size).unwrap_or(i64::MAX))?;
    if !lines.is_empty() {
        rematching::refuse_gone(tx, id, &lines)?;
        rematching::find_newcomers(tx, id, &lines)?;
        let usual = applying::Usual {
            stage: choices.stage,
            legal_basis: &choices.legal_basis,
            basis_noted_on: choices.basis_noted_on,
        };
        let held = applying::held(tx, id, &lines)?;
        if held.known {
            checking::compare_lines(tx, id, &lines)?;
        }
        applying::make_people(tx, id, &lines, &usual)?;
        applying::write(tx, id, &lines, held)?;
    }
    Ok(lines)
}

fn undo(_: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let Some(import) = at(run, ImportState::Undoing)? else {
        return Ok(nothing_left());
    };
    let id = import.id;
    let counts = run.tenant(|tx| Ok(queries::counts(tx, id)?))?;
    let (mut done, mut before) = (counts.undone, i32::MAX);
    loop {
        let lines = run.tenant(|tx| undo_batch(tx, id, before))?;
        done += i64::try_from(lines.len()).unwrap_or_default();
        let told_to_stop = run.progress(number(done), Some(number(counts.applied())))?;
        match lines.last() {
            Some(last) => before = *last,
            None => break,
        }
        if told_to_stop {
            return Ok(Outcome::Cancelled("the process ends".to_owned()));
        }
    }
    run.tenant(|tx| {
        queries::set_state(tx, id, ImportState::Undone, None)?;
        tx.audit(Entry::of("people.import.undone", "import", id))?;
        tx.emit(&ImportUndone { import: id })?;
        Ok(())
    })?;
    Ok(nothing_left())
}

/// Takes the next rows before a line back; answers which.
fn undo_batch(tx: &mut TenantTx<'_>, id: ImportId, before: i32) -> Result<Vec<i32>, AppError> {
    queries::in_batches(tx)?;
    let taken = undoing::next_lines(tx, id, before, UNDO_BATCH)?;
    let (new, changed): (Vec<_>, Vec<_>) = taken.iter().partition(|row| row.is_new);
    let lines = |rows: &[&undoing::Taken]| rows.iter().map(|row| row.line).collect::<Vec<_>>();
    if !changed.is_empty() {
        undoing::restore(tx, id, &lines(&changed))?;
    }
    if !new.is_empty() {
        let made = undoing::made(tx, id, &lines(&new))?;
        let used = undoing::worked_on(tx, &made)?;
        let (kept, removable): (Vec<_>, Vec<_>) = made.into_iter().partition(|person| used.contains(person));
        let in_use = remove(tx, removable)?;
        undoing::set_former(tx, &[kept, in_use].concat())?;
    }
    let all: Vec<i32> = taken.iter().map(|row| row.line).collect();
    undoing::mark(tx, id, &all)?;
    Ok(all)
}

/// Removes these people; answers those something refers to. All at once when nothing refers to any of them, else by halves.
fn remove(tx: &mut TenantTx<'_>, people: Vec<MemberId>) -> Result<Vec<MemberId>, AppError> {
    let (mut waiting, mut in_use) = (vec![people], Vec::new());
    while let Some(group) = waiting.pop() {
        if group.is_empty() || undoing::remove_unused(tx, &group)? {
            continue;
        }
        match group.split_at(group.len() / 2) {
            ([], alone) => in_use.extend_from_slice(alone),
            (first, second) => waiting.extend([first.to_vec(), second.to_vec()]),
        }
    }
    Ok(in_use)
}

fn delete_file(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let FileArgs { file } = run.args()?;
    let runtime =
        tokio::runtime::Handle::try_current().map_err(|cause| AppError::Unexpected(cause.into()))?;
    runtime
        .block_on(app.storage.delete(&actions::key_of(run.org(), file)?))
        .map_err(|cause| AppError::Unexpected(cause.into()))?;
    Ok(nothing_left())
}

fn forget(_: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let over = run.tenant(|tx| {
        let now = tx.now();
        Ok(queries::over(tx, now - UNDOABLE, now - KEPT)?)
    })?;
    let mut forgotten = 0;
    for (at, id) in over.iter().enumerate() {
        forgotten += usize::from(run.tenant(|tx| forget_one(tx, *id))?);
        run.progress(count(at + 1), Some(count(over.len())))?;
    }
    Ok(Outcome::Done(json!({ "forgotten": forgotten })))
}

/// Forgets one import that was over when it was looked for. Whoever works on it, or took it up meanwhile, keeps it.
fn forget_one(tx: &mut TenantTx<'_>, id: ImportId) -> Result<bool, AppError> {
    let now = tx.now();
    let import = match queries::locked(tx, id) {
        Err(diesel::result::Error::NotFound) => return Ok(false),
        found => found?,
    };
    if actions::is_at_work(tx, &import)? || !queries::is_over(tx, id, now - UNDOABLE, now - KEPT)? {
        return Ok(false);
    }
    // One that broke off and was left alone is at work no more.
    if import.state.is_working() {
        actions::stopped(tx, &import)?;
    }
    queries::forget_rows(tx, id)?;
    actions::delete_file(tx, import.file())?;
    tx.audit(Entry::of("people.import.forgotten", "import", id))?;
    Ok(true)
}
