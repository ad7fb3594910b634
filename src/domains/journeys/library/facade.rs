//! What the rest of the domain asks of the library.

use crate::app::App;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetFolderId, AssetId};
use crate::platform::db::TenantTx;
use crate::platform::files;

use super::model::{Asset, AssetKind, Filter, Folder, Media, Version};
use super::parts::Parts;
use super::playing::{self, PageHtml, Player};
use super::policy::Keeper;
use super::queries::{assets, folders, media};
use super::{actions, forms};

/// What a lesson names: an asset, and the version of it that was published with the lesson; without one, what the library shows now.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    pub asset: AssetId,
    pub version: Option<i32>,
}

impl Named {
    /// An asset as the library shows it now.
    pub const fn now(asset: AssetId) -> Self {
        Self { asset, version: None }
    }
}

/// The version that a lesson shows. What never came to be usable was never seen, and keeps nobody from what took its place.
fn version_for(tx: &mut TenantTx<'_>, asset: &Asset, named: Named) -> Result<Version, AppError> {
    let other = named.version.filter(|number| *number != asset.version);
    if let Some(number) = other {
        match assets::version(tx, asset.id, number) {
            Ok(version) => {
                let is_usable = match version.media_id {
                    Some(file) => media::one(tx, file)?.storage_key.is_some(),
                    None => true,
                };
                if is_usable {
                    return Ok(version);
                }
            }
            Err(diesel::result::Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(assets::version(tx, asset.id, asset.version)?)
}

/// These assets as the library shows them now, in no order, whoever asks.
///
/// # Errors
/// When the database fails.
pub fn shown(tx: &mut TenantTx<'_>, ids: &[AssetId]) -> Result<Vec<Asset>, AppError> {
    match ids.is_empty() {
        true => Ok(Vec::new()),
        false => Ok(assets::some(tx, ids)?),
    }
}

/// An asset as a lesson shows it.
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
pub fn asset_for_lesson(tx: &mut TenantTx<'_>, named: Named) -> Result<LessonAsset, AppError> {
    let asset = assets::asset(tx, named.asset)?;
    let version = version_for(tx, &asset, named)?;
    let file = match version.media_id {
        Some(file) => Some(LessonFile::of(&media::one(tx, file)?)),
        None => None,
    };
    Ok(LessonAsset {
        id: asset.id,
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
    named: Named,
    member: &Member,
) -> Result<Option<Player>, AppError> {
    let asset = assets::asset(tx, named.asset)?;
    let version = version_for(tx, &asset, named)?;
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
    /// The whole name of its folder; empty outside of any.
    pub folder: String,
    /// Whether the acting member finds it in the library.
    pub is_seen: bool,
}

impl Offered {
    /// `Video, 3:07 · Films / 2026`
    pub fn place(&self) -> String {
        match self.folder.as_str() {
            "" => self.note.clone(),
            folder => format!("{} · {folder}", self.note),
        }
    }
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
        assets: found.iter().map(|asset| offered(asset, &files, &all)).collect(),
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
    lend_to(tx, &keeper, id, kind)
}

/// [`lend`] to somebody in whose name something is done.
///
/// # Errors
/// As [`lend`].
pub fn lend_to(
    tx: &mut TenantTx<'_>,
    keeper: &Keeper,
    id: AssetId,
    kind: AssetKind,
) -> Result<Lent, AppError> {
    let asset = assets::seen(tx, keeper, id)?;
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

/// What a lesson of a kind can show: what is called so, what was changed last first, and whether there is more.
///
/// # Errors
/// [`AppError::NotFound`] for who does not work in the library.
pub fn search_for_lesson(
    tx: &mut TenantTx<'_>,
    kinds: &[AssetKind],
    (search, most): (&str, usize),
) -> Result<(Vec<Offered>, bool), AppError> {
    let keeper = actions::keeper(tx)?;
    let filter = Filter {
        words: forms::words(search),
        kinds: kinds.to_vec(),
        ..Filter::default()
    };
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let mut found = assets::page(tx, &keeper, &filter, limit)?;
    let is_more = found.len() > most;
    found.truncate(most);
    let (files, folders) = (files_of(tx, &found)?, folders::all(tx)?);
    let offers = found.iter().map(|asset| offered(asset, &files, &folders));
    Ok((offers.collect(), is_more))
}

/// One asset as it is offered, whether the acting member finds it in the library or not: where a lesson names it already.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub fn offer(tx: &mut TenantTx<'_>, id: AssetId) -> Result<Offered, AppError> {
    let keeper = actions::keeper(tx)?;
    let asset = assets::asset(tx, id)?;
    let is_seen = assets::seen(tx, &keeper, id).is_ok();
    let (files, folders) = (files_of(tx, std::slice::from_ref(&asset))?, folders::all(tx)?);
    Ok(Offered {
        is_seen,
        ..offered(&asset, &files, &folders)
    })
}

fn offered(asset: &Asset, files: &[Media], folders: &[Folder]) -> Offered {
    Offered {
        id: asset.id,
        kind: asset.kind,
        title: asset.title.clone(),
        icon: asset.kind.icon(),
        note: note(asset, files.iter().find(|file| file.asset_id == asset.id)),
        folder: super::pages::folder_name(folders, asset),
        is_seen: true,
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
