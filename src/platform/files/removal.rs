//! Removing bytes, after the rows that named them are gone.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::jobs::{JobKind, JobRun, NewJob, Outcome};
use crate::platform::storage::{Storage, StorageKey};

/// Removes bytes whose rows are gone. A trigger enqueues it too, for rows that go with others (`app.forget_bytes`).
const REMOVE: &str = "files.remove_bytes";
/// The name it had while only channels had files; what was enqueued then is still to be done.
const FORMER: &str = "channels.delete_bytes";
/// Keys in one job.
const AT_ONCE: usize = 100;

#[derive(Serialize, Deserialize)]
struct Bytes {
    keys: Vec<String>,
}

/// Enqueues the removal of what is stored under these keys.
///
/// # Errors
/// When the database fails.
pub fn enqueue(tx: &mut TenantTx<'_>, keys: &[String]) -> Result<(), AppError> {
    for some in keys.chunks(AT_ONCE) {
        tx.enqueue(NewJob::new(REMOVE, Bytes { keys: some.to_vec() }))?;
    }
    Ok(())
}

/// The kinds of jobs that remove bytes.
pub fn kinds(storage: &Arc<dyn Storage>) -> Vec<JobKind> {
    let kind = |name: &'static str| {
        let storage = storage.clone();
        JobKind {
            name,
            run: Arc::new(move |run| remove(storage.as_ref(), run)),
        }
    };
    vec![kind(REMOVE), kind(FORMER)]
}

/// Deleting what is not there is fine, so an attempt that was cut off is simply made again.
fn remove(storage: &dyn Storage, run: &JobRun) -> Result<Outcome, AppError> {
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
