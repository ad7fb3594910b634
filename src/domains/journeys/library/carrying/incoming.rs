//! Assets on their way in. Bytes are stored before and removed after the transactions here.

use crate::domains::journeys::library::actions;
use crate::domains::journeys::library::forms::AssetForm;
use crate::domains::journeys::library::model::{Asset, AssetKind, Content, Media};
use crate::domains::journeys::library::policy::{Keeper, Writing};
use crate::domains::journeys::library::queries::media::{Announced, Played};
use crate::domains::journeys::library::queries::{assets, media};
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetId, ContextId, MediaId};
use crate::platform::db::TenantTx;
use crate::platform::files::StoredFile;

use super::model::Carried;

pub use crate::domains::journeys::library::actions::Written;

/// What an archive says about an asset, held to what forms are held to; or what is wrong with it.
///
/// # Errors
/// A sentence for whoever brought it.
pub fn written(carried: &Carried, team: Option<ContextId>) -> Result<Written, String> {
    let file = carried.file.as_ref();
    let form = AssetForm {
        kind: carried.kind.as_str().to_owned(),
        title: carried.title.clone(),
        team: team.map(|team| team.to_string()).unwrap_or_default(),
        tags: carried.tags.join(", "),
        body: carried.body.clone(),
        url: carried.url.clone().unwrap_or_default(),
        alt: file.map(|file| file.alt.clone()).unwrap_or_default(),
        transcript: file.map(|file| file.transcript.clone()).unwrap_or_default(),
        ..AssetForm::default()
    };
    form.parse(carried.kind, 1).map_err(|errors| {
        let first = errors.iter().next();
        first
            .map_or("What is said about it can't be kept.", |(_, why)| why)
            .to_owned()
    })
}

/// What of the library may be the same: it says the same and, made of a file, that is as large.
///
/// # Errors
/// When the database fails.
pub fn candidates(
    tx: &mut TenantTx<'_>,
    keeper: &Keeper,
    (kind, written): (AssetKind, &Written),
    size: Option<i64>,
) -> Result<Vec<(Asset, Option<Media>)>, AppError> {
    let alike = assets::alike(tx, keeper, kind, (&written.body, written.url.as_deref()))?;
    let mut found = Vec::new();
    for asset in alike {
        let version = assets::version(tx, asset.id, asset.version)?;
        let file = match version.media_id {
            Some(file) => Some(media::one(tx, file)?),
            None => None,
        };
        // An older version may have said so; drafts show what is shown now.
        let says_so = version.body == written.body && version.url == written.url;
        let fits = match (&file, size) {
            (None, None) => true,
            (Some(file), Some(size)) => file.storage_key.is_some() && file.size_bytes == size,
            _ => false,
        };
        if says_so && fits {
            found.push((asset, file));
        }
    }
    Ok(found)
}

/// What comes with the bytes of a file that is taken in.
#[derive(Debug, Clone)]
pub struct Brought {
    pub stored: StoredFile,
    pub played: Played,
    /// Key of the stored picture that is shown before it plays.
    pub poster: Option<String>,
    /// Language and WebVTT, read already.
    pub captions: Vec<(String, String)>,
}

/// Adds an asset that says this, made of this file where it is made of one.
///
/// # Errors
/// [`AppError::Invalid`] when its team is gone.
pub fn add(
    tx: &mut TenantTx<'_>,
    by: &Writing,
    (kind, written): (AssetKind, &Written),
    file: Option<&Brought>,
) -> Result<AssetId, AppError> {
    let id: AssetId = tx.new_id();
    let content = Content {
        body: written.body.clone(),
        url: written.url.clone(),
        media: None,
        parts: None,
    };
    match file {
        Some(file) => add_file(tx, by, (id, written), file)?,
        None => {
            actions::add(tx, by, (id, kind), &written.described, &content)?;
        }
    }
    Ok(id)
}

fn add_file(
    tx: &mut TenantTx<'_>,
    by: &Writing,
    (asset, written): (AssetId, &Written),
    file: &Brought,
) -> Result<(), AppError> {
    let id: MediaId = tx.new_id();
    let announced = Announced {
        id,
        asset,
        name: &file.stored.name,
        size_bytes: file.stored.size_bytes,
    };
    actions::add_announced(tx, by, &announced, (&written.described, &written.body))?;
    media::describe(tx, by, id, (&written.alt, &written.transcript))?;
    actions::arrived(tx, id, &file.stored)?;
    // What is stored of a picture says how large it is; of a film only whoever played it did.
    if file.stored.picture.is_none() {
        media::set_played(tx, by, id, file.played, file.poster.as_deref())?;
    }
    for (language, vtt) in &file.captions {
        media::keep_captions(tx, by, (id, language), vtt)?;
    }
    Ok(())
}

/// Takes an asset away again that an import made which was given up, unless a journey names it by now. True when it is gone.
///
/// # Errors
/// When the database fails.
pub fn take_back(tx: &mut TenantTx<'_>, by: &Writing, id: AssetId) -> Result<bool, AppError> {
    match assets::held(tx, id) {
        Err(diesel::result::Error::NotFound) => return Ok(true),
        found => found?,
    };
    if !assets::uses(tx, id)?.is_empty() {
        return Ok(false);
    }
    assets::delete(tx, by, id)?;
    Ok(true)
}
