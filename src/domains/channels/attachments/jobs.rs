//! Removing bytes, after the rows that named them are gone.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::jobs::{JobKind, JobRun, NewJob, Outcome};
use crate::platform::storage::{Storage, StorageKey};
use crate::platform::web::upload;

use super::actions;
use super::model::Keys;

/// Removes bytes whose rows are gone.
const DELETE_BYTES: &str = "channels.delete_bytes";
/// Every day: removes files nobody sent.
pub const REMOVE_UNUSED: &str = "channels.remove_unused_files";
/// Keys in one job.
const AT_ONCE: usize = 100;

#[derive(Serialize, Deserialize)]
struct Bytes {
    keys: Vec<String>,
}

/// Enqueues the removal of bytes; answers how many files they belonged to.
///
/// # Errors
/// When the database fails.
pub fn delete_bytes(tx: &mut TenantTx<'_>, gone: &[Keys]) -> Result<usize, AppError> {
    let keys: Vec<String> = gone
        .iter()
        .flat_map(|file| [Some(&file.storage_key), file.thumb_key.as_ref()])
        .flatten()
        .cloned()
        .collect();
    for some in keys.chunks(AT_ONCE) {
        tx.enqueue(NewJob::new(DELETE_BYTES, Bytes { keys: some.to_vec() }))?;
    }
    Ok(gone.len())
}

/// The kinds of jobs about files.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let (storage, portal) = (app.storage.clone(), app.clone());
    vec![
        JobKind {
            name: DELETE_BYTES,
            run: Arc::new(move |run| remove_bytes(storage.as_ref(), run)),
        },
        JobKind {
            name: REMOVE_UNUSED,
            run: Arc::new(move |run| remove_unused(&portal, run)),
        },
    ]
}

/// Deleting what is not there is fine, so an attempt that was cut off is simply made again.
fn remove_bytes(storage: &dyn Storage, run: &JobRun) -> Result<Outcome, AppError> {
    let Bytes { keys } = run.args()?;
    let runtime = tokio::runtime::Handle::current();
    for key in &keys {
        let key: StorageKey = key
            .parse()
            .map_err(|cause| AppError::Unexpected(anyhow::Error::new(cause)))?;
        runtime.block_on(storage.delete(&key)).map_err(|cause| {
            AppError::Unexpected(anyhow::Error::new(cause).context("removing stored bytes"))
        })?;
    }
    Ok(Outcome::Done(json!({ "objects": keys.len() })))
}

fn remove_unused(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let mut removed = 0;
    loop {
        let batch = app.db.tenant_blocking(&run.scope(), actions::remove_unused)?;
        removed += batch;
        if batch == 0 || run.progress(i32::try_from(removed).unwrap_or(i32::MAX), None)? {
            break;
        }
    }
    if let Err(cause) = upload::clear_waiting_room(&app.config.data, Duration::from_secs(24 * 3600)) {
        tracing::warn!(%cause, "unfinished uploads could not be cleared");
    }
    Ok(Outcome::Done(json!({ "files": removed })))
}
