//! From what a browser sent to a file of a task: recognised, cleaned, stored, and only then written down.

use uuid::Uuid;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::kernel::ids::{TaskFileId, TaskId};
use crate::platform::db::TenantScope;
use crate::platform::files::{self, StoredFile};
use crate::platform::web::upload::Upload;

use super::actions;

/// Takes files for a task, each for itself: what may not travel is said, the others stay. `seed` is the form's key, so that the same
/// form sent twice adds them once.
///
/// # Errors
/// As [`actions::add`]; [`AppError::Invalid`] naming the files that were not taken, and when none came;
/// [`AppError::Unexpected`] when storage is away.
pub async fn take(
    app: &App,
    scope: &TenantScope,
    task: TaskId,
    seed: Uuid,
    uploads: Vec<Upload>,
    mut refused: Vec<String>,
) -> Result<(), AppError> {
    let there = app.db.tenant(scope, move |tx| actions::prepare(tx, task)).await?;
    let Some(member) = scope.actor().member_id() else {
        return Err(AppError::NotFound);
    };
    if uploads.is_empty() && refused.is_empty() {
        return Err(AppError::field("files", "Choose a file first."));
    }
    for upload in uploads {
        let id = TaskFileId(files::id_of("task file v1", member, task.0, seed, &upload.digest));
        if there.iter().any(|file| file.id == id) {
            continue;
        }
        if there.len() >= actions::MOST {
            return Err(actions::too_many());
        }
        match files::store(app.storage.as_ref(), scope.org(), &upload).await? {
            Ok(stored) => keep(app, scope, task, id, stored).await?,
            Err(refusal) => refused.push(format!("{}: {refusal}", upload.name)),
        }
    }
    match refused.is_empty() {
        true => Ok(()),
        false => Err(AppError::field("files", refused.join(" "))),
    }
}

/// Writes the row of a file whose bytes are stored; bytes without a row are taken away again.
async fn keep(
    app: &App,
    scope: &TenantScope,
    task: TaskId,
    id: TaskFileId,
    stored: StoredFile,
) -> Result<(), AppError> {
    let row = stored.clone();
    let written = app
        .db
        .tenant(scope, move |tx| actions::add(tx, task, id, &row))
        .await;
    if !matches!(written, Ok(true)) {
        stored.discard(app.storage.as_ref()).await;
    }
    written.map(|_| ())
}
