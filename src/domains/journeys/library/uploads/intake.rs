//! Files that come whole, with their form.

use uuid::Uuid;

use crate::app::App;
use crate::domains::journeys::library::actions as library;
use crate::domains::journeys::library::queries::assets;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetId, MediaId};
use crate::platform::db::TenantScope;
use crate::platform::files::{self, StoredFile};
use crate::platform::web::upload::Upload;

use super::actions::{self, Announcement, Destination};

/// What came with a form.
#[derive(Debug)]
pub struct Sent {
    /// The key of the form, so that the same one sent twice adds a file once.
    pub seed: Uuid,
    pub files: Vec<Upload>,
    /// Files that were not taken: a sentence for each.
    pub refused: Vec<String>,
}

/// Takes one file into the library; answers the asset.
///
/// # Errors
/// As [`actions::begin`]; [`AppError::Invalid`] at `file` when none came or it may not travel; [`AppError::Unexpected`] when storage is
/// away.
pub async fn take(
    app: &App,
    scope: &TenantScope,
    sent: Sent,
    into: Destination,
    alt: &str,
) -> Result<AssetId, AppError> {
    let place = into.clone();
    let member = app
        .db
        .tenant(scope, move |tx| {
            let keeper = library::keeper(tx)?;
            match &place {
                Destination::New(described, _) => {
                    keeper.may_write(described.team)?;
                    library::check_place(tx, described)?;
                }
                Destination::Version(asset, following) => {
                    let asset = assets::seen(tx, &keeper, *asset)?;
                    keeper.may_write(asset.team_id)?;
                    actions::check_words(tx, asset.id, *following)?;
                }
            }
            Ok(keeper.member())
        })
        .await?;
    let Some(upload) = sent.files.into_iter().next() else {
        let why = sent.refused.into_iter().next();
        return Err(AppError::field(
            "file",
            why.unwrap_or_else(|| "Choose a file first.".to_owned()),
        ));
    };
    let id = MediaId(files::id_of(
        "library media v1",
        member,
        scope.org().0,
        sent.seed,
        &upload.digest,
    ));
    match files::store(app.storage.as_ref(), scope.org(), &upload).await? {
        Ok(stored) => keep(app, scope, (id, named(into, &upload.name)), stored, alt).await,
        Err(refusal) => Err(AppError::field("file", format!("{}: {refusal}", upload.name))),
    }
}

/// A file without a title is called as it was.
pub fn named(into: Destination, file: &str) -> Destination {
    match into {
        Destination::New(mut described, body) => {
            if described.title.is_empty() {
                let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
                described.title = stem.replace('_', " ").trim().chars().take(160).collect();
            }
            if described.title.is_empty() {
                described.title = "File".to_owned();
            }
            Destination::New(described, body)
        }
        known => known,
    }
}

/// Writes the rows of a file whose bytes are stored; bytes without a row are taken away again.
async fn keep(
    app: &App,
    scope: &TenantScope,
    (id, into): (MediaId, Destination),
    stored: StoredFile,
    alt: &str,
) -> Result<AssetId, AppError> {
    let asset = match &into {
        Destination::New(..) => AssetId(id.0),
        Destination::Version(asset, _) => *asset,
    };
    let row = stored.clone();
    let wanted = Announcement {
        name: stored.name.clone(),
        size: stored.size_bytes,
        into,
        alt: alt.to_owned(),
    };
    let written = app
        .db
        .tenant(scope, move |tx| actions::add_whole(tx, id, &row, &wanted))
        .await;
    if !matches!(written, Ok(true)) {
        stored.discard(app.storage.as_ref()).await;
    }
    written.map(|_| asset)
}
