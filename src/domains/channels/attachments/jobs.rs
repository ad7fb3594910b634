//! Removing files nobody sent, and the bytes of those whose rows are gone.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::files::removal;
use crate::platform::jobs::{JobKind, JobRun, Outcome};
use crate::platform::web::upload;

use super::actions;
use super::model::Keys;

/// Every day: removes files nobody sent.
pub const REMOVE_UNUSED: &str = "channels.remove_unused_files";

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
    removal::enqueue(tx, &keys)?;
    Ok(gone.len())
}

/// The job about files.
pub fn kind(app: &App) -> JobKind {
    let portal = app.clone();
    JobKind {
        name: REMOVE_UNUSED,
        run: Arc::new(move |run| remove_unused(&portal, run)),
    }
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
