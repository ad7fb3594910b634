//! From what a browser sent to an image of the library: recognised, cleaned, made fit for mail, stored, and only then written down.

use uuid::Uuid;

use crate::app::App;
use crate::domains::campaigns::templates::policy;
use crate::kernel::error::AppError;
use crate::kernel::ids::CampaignImageId;
use crate::platform::db::TenantScope;
use crate::platform::files::{self, StoredFile};
use crate::platform::web::upload::Upload;

use super::actions;
use super::model::Described;

/// What came with a form.
#[derive(Debug)]
pub struct Sent {
    /// The key of the form, so that the same one sent twice adds an image once.
    pub seed: Uuid,
    pub files: Vec<Upload>,
    /// Files that were not taken: a sentence for each.
    pub refused: Vec<String>,
}

/// Takes one image into the library. Without a name it is called like its file.
///
/// # Errors
/// [`AppError::Denied`]; [`AppError::Invalid`] at `file` when none came or it may not travel; [`AppError::Unexpected`] when storage is
/// away.
pub async fn take(
    app: &App,
    scope: &TenantScope,
    sent: Sent,
    described: Described,
) -> Result<CampaignImageId, AppError> {
    let member = app
        .db
        .tenant(scope, |tx| {
            policy::may_write(tx.actor())?;
            tx.my_id()
        })
        .await?;
    let Some(upload) = sent.files.into_iter().next() else {
        let why = sent.refused.into_iter().next();
        let why = why.unwrap_or_else(|| "Choose a picture first.".to_owned());
        return Err(AppError::field("file", why));
    };
    let id = files::id_of(
        "campaign image v1",
        member,
        scope.org().0,
        sent.seed,
        &upload.digest,
    );
    let described = named(described, &upload.name);
    match files::store_for_mail(app.storage.as_ref(), scope.org(), &upload).await? {
        Ok(stored) => keep(app, scope, CampaignImageId(id), stored, described).await,
        Err(refusal) => Err(AppError::field("file", format!("{}: {refusal}", upload.name))),
    }
}

fn named(described: Described, file: &str) -> Described {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let name = match described.name.is_empty() {
        true => stem.chars().take(120).collect(),
        false => described.name,
    };
    Described { name, ..described }
}

/// Writes the row of an image whose bytes are stored; bytes without a row are taken away again.
async fn keep(
    app: &App,
    scope: &TenantScope,
    id: CampaignImageId,
    stored: StoredFile,
    described: Described,
) -> Result<CampaignImageId, AppError> {
    let row = stored.clone();
    let written = app
        .db
        .tenant(scope, move |tx| actions::add(tx, id, &row, &described))
        .await;
    if !matches!(written, Ok(true)) {
        stored.discard(app.storage.as_ref()).await;
    }
    written.map(|_| id)
}
