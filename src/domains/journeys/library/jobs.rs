//! What happens to files by itself: they are put together and looked at; those that never came are given up.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tokio::runtime::Handle;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::kernel::ids::MediaId;
use crate::platform::db::TenantTx;
use crate::platform::files;
use crate::platform::jobs::{JobKind, JobRun, Outcome};
use crate::platform::storage::{Storage, StorageKey};
use crate::platform::web::upload::{Upload, waiting_room};

use super::actions;
use super::model::{AssetKind, Media, MediaState};
use super::queries::media::{self, Part};
use super::uploads::actions as uploads;

/// Puts a file together, looks at it and stores it.
pub const SETTLE: &str = "journeys.settle_media";
/// Every day: gives up uploads that came no further.
pub const GIVE_UP: &str = "journeys.give_up_uploads";

/// For how long an upload may come no further.
const PATIENCE: TimeDelta = TimeDelta::hours(24);
/// Uploads given up in one transaction.
const AT_ONCE: i64 = 100;

/// Which file.
#[derive(Serialize, Deserialize)]
pub struct Settling {
    pub media: MediaId,
}

/// The jobs of the library.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let portal = app.clone();
    let mut kinds = vec![
        JobKind {
            name: SETTLE,
            run: Arc::new(move |run| settle(&portal, run)),
        },
        JobKind {
            name: GIVE_UP,
            run: Arc::new(|run| run.forget(give_up)),
        },
    ];
    kinds.extend(super::mux::jobs::kinds(app));
    kinds
}

fn give_up(tx: &mut TenantTx<'_>) -> Result<usize, AppError> {
    let before = tx.now() - PATIENCE;
    let left = media::abandoned(tx, before, AT_ONCE)?;
    for file in &left {
        let why = "The upload broke off and was not gone on with for a day. Upload the file again.";
        uploads::refuse(tx, file.id, why)?;
    }
    Ok(left.len())
}

/// Every step can be made again: nothing is looked at twice once it is ready, and what was stored in vain is taken away.
fn settle(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let Settling { media: id } = run.args()?;
    let (file, parts) = run.tenant(|tx| taken_in_hand(tx, id))?;
    if file.state != MediaState::Processing {
        return Ok(Outcome::Done(json!({ "state": file.state.as_str() })));
    }
    let Some(upload) = assembled(app, run, &file, &parts)? else {
        return Ok(Outcome::Cancelled("asked to stop".to_owned()));
    };
    let runtime = Handle::current();
    let storage = app.storage.as_ref();
    let looked_at = runtime.block_on(files::store(storage, run.org(), &upload))?;
    let stored = match looked_at {
        Ok(stored) if AssetKind::of_file(&stored.name) == AssetKind::of_file(&file.name) => stored,
        Ok(stored) => {
            runtime.block_on(stored.discard(storage));
            return refused(run, id, "It is not what its name says.".to_owned());
        }
        Err(refusal) => return refused(run, id, refusal.to_string()),
    };
    let row = stored.clone();
    let written = run.tenant(|tx| actions::arrived(tx, id, &row));
    if !matches!(written, Ok(true)) {
        runtime.block_on(stored.discard(storage));
    }
    written.map(|_| Outcome::Done(json!({ "state": "ready" })))
}

fn refused(run: &JobRun, id: MediaId, why: String) -> Result<Outcome, AppError> {
    run.tenant(|tx| uploads::refuse(tx, id, &why))?;
    Ok(Outcome::Done(json!({ "state": "failed" })))
}

fn taken_in_hand(tx: &mut TenantTx<'_>, id: MediaId) -> Result<(Media, Vec<Part>), AppError> {
    let file = media::held(tx, id)?;
    if file.state == MediaState::UploadedPendingAsset {
        media::set_state(tx, id, MediaState::Processing, "")?;
    }
    Ok((media::one(tx, id)?, media::parts(tx, id)?))
}

/// The whole file on disk; none when the job is to stop.
fn assembled(app: &App, run: &JobRun, file: &Media, parts: &[Part]) -> Result<Option<Upload>, AppError> {
    let folder = waiting_room(&app.config.data);
    let mut whole = draft(&folder)?;
    let mut hash = Sha256::new();
    let total = i32::try_from(parts.len()).ok();
    for (number, part) in (1..).zip(parts) {
        Handle::current().block_on(append(app.storage.as_ref(), part, &mut whole, &mut hash))?;
        if number % 8 == 0 && run.progress(number, total)? {
            return Ok(None);
        }
    }
    whole
        .flush()
        .map_err(|cause| AppError::Unexpected(cause.into()))?;
    Ok(Some(Upload::kept(
        &file.name,
        hash.finalize().into(),
        whole.into_temp_path(),
    )))
}

fn draft(folder: &Path) -> Result<NamedTempFile, AppError> {
    std::fs::create_dir_all(folder)
        .and_then(|()| NamedTempFile::new_in(folder))
        .map_err(|cause| AppError::Unexpected(anyhow::Error::new(cause).context("putting a file together")))
}

async fn append(
    storage: &dyn Storage,
    part: &Part,
    whole: &mut NamedTempFile,
    hash: &mut Sha256,
) -> Result<(), AppError> {
    let away = |cause: anyhow::Error| AppError::Unexpected(cause.context("reading a piece of a file"));
    let key: StorageKey = part
        .storage_key
        .parse()
        .map_err(|cause| away(anyhow::Error::new(cause)))?;
    let mut stored = storage.get(&key).await.map_err(|cause| away(cause.into()))?;
    while let Some(bytes) = stored.body.try_next().await.map_err(|cause| away(cause.into()))? {
        hash.update(&bytes);
        whole.write_all(&bytes).map_err(|cause| away(cause.into()))?;
    }
    Ok(())
}
