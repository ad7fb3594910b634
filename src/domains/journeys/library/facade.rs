//! What the rest of the domain asks of the library.

use crate::app::App;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetFolderId, AssetId};
use crate::platform::db::TenantTx;
use crate::platform::files;

use super::model::{Asset, AssetKind, Filter, Media};
use super::parts::Parts;
use super::playing::{self, PageHtml, Player};
use super::queries::{assets, folders, media};
use super::{actions, forms};

/// An asset as a lesson shows it: the version that is shown now.
#[derive(Debug, Clone)]
pub struct LessonAsset {
    pub id: AssetId,
    pub kind: AssetKind,
    pub title: String,
    /// A page, or what is said about the rest; may be empty.
    pub html: PageHtml,
    /// A link's address.
    pub url: Option<String>,
    /// The file it is made of, whether it is ready or not.
    pub file: Option<LessonFile>,
}

/// The file of an asset.
#[derive(Debug, Clone)]
pub struct LessonFile {
    /// Whether it can be played or saved now. A lesson stays usable when it cannot.
    pub is_ready: bool,
    pub name: String,
    /// `PDF, 412 kB`.
    pub measures: String,
    /// In seconds, where a browser has found it out.
    pub seconds: Option<i64>,
    /// Whether it is a picture, and what it shows.
    pub picture: Option<String>,
    pub transcript: String,
}

impl LessonFile {
    fn of(file: &Media) -> Self {
        Self {
            is_ready: file.storage_key.is_some(),
            name: file.name.clone(),
            measures: files::described(&file.name, file.size_bytes),
            seconds: file.duration_ms.map(|milliseconds| milliseconds / 1_000),
            picture: file.is_picture().then(|| file.alt.clone()),
            transcript: file.transcript.clone(),
        }
    }
}

/// An asset that a lesson names, archived or not. Whether the lesson may be seen was decided before.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub fn asset_for_lesson(tx: &mut TenantTx<'_>, id: AssetId) -> Result<LessonAsset, AppError> {
    let asset = assets::asset(tx, id)?;
    let version = assets::version(tx, id, asset.version)?;
    let file = match version.media_id {
        Some(file) => Some(LessonFile::of(&media::one(tx, file)?)),
        None => None,
    };
    Ok(LessonAsset {
        id,
        kind: asset.kind,
        title: asset.title,
        html: PageHtml::of(&version.body),
        url: version.url,
        file,
    })
}

/// The player of a video or recording, and for anything else made of a file its address as the only source, for this member and a while.
/// None for pages and links. Whether the lesson may be seen was decided before. Print it as `{{ player }}`.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such asset.
pub fn player(
    tx: &mut TenantTx<'_>,
    app: &App,
    id: AssetId,
    member: &Member,
) -> Result<Option<Player>, AppError> {
    let asset = assets::asset(tx, id)?;
    let version = assets::version(tx, id, asset.version)?;
    let Some(file) = version.media_id else {
        return Ok(None);
    };
    let file = media::one(tx, file)?;
    playing::player(tx, app, (asset.kind, &asset.title), &file, member).map(Some)
}

/// Assets for the builder's pane.
#[derive(Debug, Clone)]
pub struct Offer {
    pub assets: Vec<Offered>,
    /// Pass it as `after` for the next ones; none on the last page.
    pub next: Option<String>,
    /// Every folder, with its whole name, in the order of a tree.
    pub folders: Vec<(AssetFolderId, String)>,
}

/// An asset on offer.
#[derive(Debug, Clone)]
pub struct Offered {
    pub id: AssetId,
    pub kind: AssetKind,
    pub title: String,
    /// Icon in the sprite.
    pub icon: &'static str,
    /// Such as `Video, 3:07`.
    pub note: String,
}

/// Assets on one page of the pane.
const OFFERED: i64 = 30;

/// What the acting member may build from, what was changed last first.
///
/// # Errors
/// [`AppError::NotFound`] for who does not work in the library.
pub fn search_for_builder(
    tx: &mut TenantTx<'_>,
    search: &str,
    folder: Option<AssetFolderId>,
    after: &str,
) -> Result<Offer, AppError> {
    let keeper = actions::keeper(tx)?;
    let all = folders::all(tx)?;
    let filter = Filter {
        words: forms::words(search),
        folders: folder.map(|id| super::folders::with_inner(&all, id)),
        after: forms::read_place(after),
        ..Filter::default()
    };
    let mut found = assets::page(tx, &keeper, &filter, OFFERED + 1)?;
    let shown = usize::try_from(OFFERED).unwrap_or_default();
    let is_more = found.len() > shown;
    found.truncate(shown);
    let next = found.last().filter(|_| is_more).map(forms::place);
    let files = files_of(tx, &found)?;
    Ok(Offer {
        assets: found.iter().map(|asset| offered(asset, &files)).collect(),
        next,
        folders: super::folders::in_order(&all)
            .into_iter()
            .map(|(folder, whole)| (folder.id, whole))
            .collect(),
    })
}

/// Assets of one kind to choose from.
const MOST_CHOICES: i64 = 200;

/// What of a kind the acting member may build from, what was changed last first.
///
/// # Errors
/// [`AppError::NotFound`] for who does not work in the library.
pub fn of_kind(tx: &mut TenantTx<'_>, kind: AssetKind) -> Result<Vec<Asset>, AppError> {
    let keeper = actions::keeper(tx)?;
    let filter = Filter {
        kind: Some(kind),
        ..Filter::default()
    };
    Ok(assets::page(tx, &keeper, &filter, MOST_CHOICES)?)
}

/// A quiz or a worksheet to be copied.
#[derive(Debug, Clone)]
pub struct Lent {
    pub title: String,
    pub version: i32,
    pub parts: Parts,
}

/// What a lesson takes a copy of: the version that is shown now.
///
/// # Errors
/// [`AppError::NotFound`] for what the acting member does not see in the library, and for what is of another kind.
pub fn lend(tx: &mut TenantTx<'_>, id: AssetId, kind: AssetKind) -> Result<Lent, AppError> {
    let keeper = actions::keeper(tx)?;
    let asset = assets::seen(tx, &keeper, id)?;
    if asset.kind != kind {
        return Err(AppError::NotFound);
    }
    let version = assets::version(tx, id, asset.version)?;
    Ok(Lent {
        parts: Parts::of(kind, version.parts.as_ref())?,
        version: asset.version,
        title: asset.title,
    })
}

/// Which versions of these assets are shown now; those that are not there are absent.
///
/// # Errors
/// When the database fails.
pub fn newest(tx: &mut TenantTx<'_>, ids: &[AssetId]) -> Result<Vec<(AssetId, i32)>, AppError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = assets::some(tx, ids)?;
    Ok(found.into_iter().map(|one| (one.id, one.version)).collect())
}

/// The files of these assets, of the versions that are shown.
pub(super) fn files_of(tx: &mut TenantTx<'_>, found: &[Asset]) -> Result<Vec<Media>, AppError> {
    let with_files: Vec<Asset> = found.iter().filter(|one| one.kind.has_file()).cloned().collect();
    if with_files.is_empty() {
        return Ok(Vec::new());
    }
    let versions = assets::shown_versions(tx, &with_files)?;
    let ids: Vec<_> = versions.iter().filter_map(|one| one.media_id).collect();
    Ok(media::some(tx, &ids)?)
}

fn offered(asset: &Asset, files: &[Media]) -> Offered {
    Offered {
        id: asset.id,
        kind: asset.kind,
        title: asset.title.clone(),
        icon: asset.kind.icon(),
        note: note(asset, files.iter().find(|file| file.asset_id == asset.id)),
    }
}

/// What an asset is, in a few words.
pub(super) fn note(asset: &Asset, file: Option<&Media>) -> String {
    let Some(file) = file else {
        return asset.kind.label().to_owned();
    };
    if file.storage_key.is_none() {
        return format!("{}, {}", asset.kind.label(), file.state.label().to_lowercase());
    }
    match (asset.kind, file.length().as_str()) {
        (AssetKind::File, _) => files::described(&file.name, file.size_bytes),
        (kind, "") => kind.label().to_owned(),
        (kind, length) => format!("{}, {length}", kind.label()),
    }
}
