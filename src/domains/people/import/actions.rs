//! What admins do with files of people.

use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::domains::people::fields::queries as fields;
use crate::domains::people::model::Stage;
use crate::domains::people::policy::{self, Importing};
use crate::kernel::error::AppError;
use crate::kernel::ids::{ImportId, OrgId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::{self, JobState, NewJob};
use crate::platform::storage::StorageKey;

use super::forms::{DecisionsForm, MappingForm};
use super::jobs::{APPLY, Args, CHECK, DELETE_FILE, FileArgs, UNDO};
use super::mapping;
use super::model::{Choices, DayOrder, Import, ImportState, Missing};
use super::queries;
use super::reading::{Decoded, Sheet};

/// Where a file of an import is.
///
/// # Errors
/// Never for keys of this form.
pub fn key_of(org: OrgId, file: Uuid) -> Result<StorageKey, AppError> {
    StorageKey::new(org.0, "imports", file).map_err(|cause| AppError::Unexpected(cause.into()))
}

/// Has a file deleted once this transaction is kept: outside of it, since storage knows no transactions.
///
/// # Errors
/// When the database fails.
pub fn delete_file(tx: &mut TenantTx<'_>, file: Uuid) -> Result<(), AppError> {
    tx.enqueue(NewJob::new(DELETE_FILE, FileArgs { file }).unique(file.to_string()))
        .map(drop)
}

/// Whether the acting member imports: asked before a file is read.
///
/// # Errors
/// [`AppError::Denied`] for others than admins.
pub fn expect_importer(tx: &mut TenantTx<'_>) -> Result<Importing, AppError> {
    Ok(policy::may_import(tx.actor())?)
}

/// An import the acting member may look at.
///
/// # Errors
/// [`AppError::NotFound`] when there is none, or for others than admins.
pub fn own(tx: &mut TenantTx<'_>, id: ImportId) -> Result<Import, AppError> {
    policy::may_import(tx.actor()).map_err(|_| AppError::NotFound)?;
    Ok(queries::import(tx, id)?)
}

/// The same, held until the end of the transaction, and the proof that it may be changed.
fn held(tx: &mut TenantTx<'_>, id: ImportId) -> Result<(Import, Importing), AppError> {
    let proof = policy::may_import(tx.actor()).map_err(|_| AppError::NotFound)?;
    Ok((queries::locked(tx, id)?, proof))
}

fn header_hash(header: &[String]) -> Vec<u8> {
    Sha256::digest(header.join("\u{1f}").as_bytes()).to_vec()
}

/// Keeps a file, with what its columns meant the last time, or probably mean.
///
/// # Errors
/// What the policy refuses.
pub fn bring(
    tx: &mut TenantTx<'_>,
    (id, file): (ImportId, Uuid),
    file_name: &str,
    sheet: &Sheet,
    decoded: &Decoded,
) -> Result<(), AppError> {
    let proof = policy::may_import(tx.actor())?;
    let hash = header_hash(&sheet.header);
    let remembered = queries::remembered(tx, &hash)?.and_then(|value| serde_json::from_value(value).ok());
    let choices = match remembered {
        Some(known) => Choices {
            basis_noted_on: None,
            ..known
        },
        None => Choices {
            columns: mapping::guess(&sheet.header, &fields::fields(tx)?),
            stage: Stage::Member,
            days: DayOrder::DayFirst,
            country_code: String::new(),
            missing: match queries::has_worksites(tx)? {
                true => Missing::Refuse,
                false => Missing::Make,
            },
            legal_basis: String::new(),
            basis_noted_on: None,
        },
    };
    queries::insert(
        tx,
        &proof,
        (id, file),
        file_name,
        (sheet, decoded.encoding),
        &choices,
    )?;
    tx.audit(
        Entry::of("people.import.brought", "import", id)
            .after(json!({ "rows": sheet.total, "columns": sheet.header.len() })),
    )
}

/// Whether the job of an import still waits or runs.
///
/// # Errors
/// When the database fails.
pub fn is_at_work(tx: &mut TenantTx<'_>, import: &Import) -> Result<bool, AppError> {
    let Some(job) = import.job_id.filter(|_| import.state.is_working()) else {
        return Ok(false);
    };
    match jobs::status(tx, job) {
        Ok(status) => Ok(matches!(status.state, JobState::Available | JobState::Executing)),
        Err(AppError::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

fn refuse(words: &str) -> AppError {
    AppError::Conflict(words.to_owned())
}

/// Keeps what was chosen and has the file compared with who is known.
///
/// # Errors
/// As [`own`]; [`AppError::Invalid`] for what the form lacks; [`AppError::Conflict`] once it is being taken over.
pub fn check(tx: &mut TenantTx<'_>, id: ImportId, form: &MappingForm) -> Result<(), AppError> {
    let (import, proof) = held(tx, id)?;
    let may = matches!(
        import.state,
        ImportState::Uploaded | ImportState::Checked | ImportState::Checking
    );
    if !may || is_at_work(tx, &import)? {
        return Err(refuse(
            "This import has gone further meanwhile. Look at it again.",
        ));
    }
    if import.file_gone_at.is_some() {
        return Err(refuse(
            "The file is no longer kept: it waited too long, or somebody in it was erased. Bring it again.",
        ));
    }
    let choices = form.parse(&import, &fields::fields(tx)?)?;
    queries::choose(tx, &proof, &import, &header_hash(&import.header), &choices)?;
    let job = tx.enqueue(NewJob::new(CHECK, Args { import: id }).unique(id.to_string()))?;
    queries::set_state(tx, id, ImportState::Checking, Some(job))?;
    tx.audit(
        Entry::of("people.import.check_asked", "import", id)
            .after(json!({ "legal_basis": choices.legal_basis, "basis_noted_on": choices.basis_noted_on })),
    )
}

/// Says what happens with rows that are possibly about somebody known.
///
/// # Errors
/// As [`own`]; [`AppError::Conflict`] unless it is checked and not yet taken over.
pub fn decide(tx: &mut TenantTx<'_>, id: ImportId, form: &DecisionsForm) -> Result<usize, AppError> {
    let (import, proof) = held(tx, id)?;
    if import.state != ImportState::Checked {
        return Err(refuse(
            "This import has gone further meanwhile. Look at it again.",
        ));
    }
    let decided = match form.for_all() {
        Some(choice) => queries::decide_all(tx, &proof, id, choice)?,
        None => queries::decide(tx, &proof, id, &form.by_line())?,
    };
    tx.audit(Entry::of("people.import.decided", "import", id).after(json!({ "rows": decided })))?;
    Ok(decided)
}

/// Has a checked import taken over, or one that was stopped or failed go on.
///
/// # Errors
/// As [`own`]; [`AppError::Conflict`] when it is not checked, or nothing is to be taken over.
pub fn apply(tx: &mut TenantTx<'_>, id: ImportId) -> Result<(), AppError> {
    let (import, _) = held(tx, id)?;
    let may = matches!(
        import.state,
        ImportState::Checked | ImportState::Stopped | ImportState::Running
    );
    if !may || is_at_work(tx, &import)? {
        return Err(refuse(
            "This import has gone further meanwhile. Look at it again.",
        ));
    }
    queries::refuse_twins(tx, id)?;
    let counts = queries::counts(tx, id)?;
    if counts.to_apply() == counts.applied() {
        return Err(refuse(
            "Nothing in this file is new or different. There is nothing to import.",
        ));
    }
    let job = tx.enqueue(NewJob::new(APPLY, Args { import: id }).unique(id.to_string()))?;
    queries::set_state(tx, id, ImportState::Running, Some(job))?;
    tx.audit(
        Entry::of("people.import.started", "import", id)
            .after(json!({ "new": counts.fresh, "changed": counts.changed, "chosen": counts.chosen })),
    )
}

/// Asks the job of an import to stop. What it has taken over stays, and can be taken back.
///
/// # Errors
/// As [`own`]; [`AppError::Conflict`] when nothing is at work that can be stopped.
pub fn stop(tx: &mut TenantTx<'_>, id: ImportId) -> Result<(), AppError> {
    let (import, _) = held(tx, id)?;
    let Some(job) = import
        .job_id
        .filter(|_| matches!(import.state, ImportState::Checking | ImportState::Running))
    else {
        return Err(refuse("This import is not at work any more."));
    };
    jobs::cancel(tx, job)?;
    if !is_at_work(tx, &import)? {
        stopped(tx, &import)?;
    }
    tx.audit(Entry::of("people.import.stop_asked", "import", id))
}

/// What a stopped import is: with nothing taken over it waits for its columns again.
///
/// # Errors
/// When the database fails.
pub fn stopped(tx: &mut TenantTx<'_>, import: &Import) -> Result<(), AppError> {
    let state = match import.state {
        ImportState::Running => ImportState::Stopped,
        _ => ImportState::Uploaded,
    };
    queries::set_state(tx, import.id, state, None)?;
    if state == ImportState::Stopped {
        let counts = queries::counts(tx, import.id)?;
        tx.audit(
            Entry::of("people.import.stopped", "import", import.id)
                .after(json!({ "new": counts.applied_new, "changed": counts.applied_changed })),
        )?;
    }
    Ok(())
}

/// Has an import taken back.
///
/// # Errors
/// As [`own`]; [`AppError::Conflict`] when it is not taken over, or longer ago than a day.
pub fn undo(tx: &mut TenantTx<'_>, id: ImportId) -> Result<(), AppError> {
    let (import, _) = held(tx, id)?;
    let broke_off = import.state == ImportState::Undoing && !is_at_work(tx, &import)?;
    if import.undoable_until(tx.now()).is_none() && !broke_off {
        return Err(refuse(
            "This import can't be taken back, or no longer: that is possible for 24 hours.",
        ));
    }
    let job = tx.enqueue(NewJob::new(UNDO, Args { import: id }).unique(id.to_string()))?;
    queries::set_state(tx, id, ImportState::Undoing, Some(job))?;
    tx.audit(Entry::of("people.import.undo_asked", "import", id))
}

/// Forgets an import nothing was taken over from.
///
/// # Errors
/// As [`own`]; [`AppError::Conflict`] when something was.
pub fn discard(tx: &mut TenantTx<'_>, id: ImportId) -> Result<(), AppError> {
    let (import, proof) = held(tx, id)?;
    if !matches!(import.state, ImportState::Uploaded | ImportState::Checked) {
        return Err(refuse(
            "Something of this import was taken over. Its place in the list stays.",
        ));
    }
    queries::delete(tx, &proof, id)?;
    delete_file(tx, import.file())?;
    tx.audit(Entry::of("people.import.discarded", "import", id))
}
