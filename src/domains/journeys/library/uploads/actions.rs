//! What is done with uploads. Each is one transaction; bytes are stored before and removed after it.

use serde_json::json;

use crate::config::Web;
use crate::domains::journeys::library::actions::{self as library};
use crate::domains::journeys::library::events::AssetRefused;
use crate::domains::journeys::library::jobs;
use crate::domains::journeys::library::model::{AssetKind, Described, Media, MediaState};
use crate::domains::journeys::library::policy::{self, Keeper};
use crate::domains::journeys::library::queries::media::{Announced, Part};
use crate::domains::journeys::library::queries::{assets, media};
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetId, MediaId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::NewJob;
use crate::platform::media::refused_by_name;

/// Uploads that one member may have open at the same time.
const MOST_OPEN: usize = 50;

/// What somebody wants to upload.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// The name of the file.
    pub name: String,
    /// In bytes.
    pub size: i64,
    pub into: Destination,
    /// What it shows, when it is a picture.
    pub alt: String,
}

/// Where a file goes.
#[derive(Debug, Clone)]
pub enum Destination {
    /// A new asset, described so, with this said about it.
    New(Described, String),
    /// The next version of this one, and what follows from that.
    Version(AssetId, Following),
}

/// What somebody decided about a file that takes the place of another. It is done when the file is whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Following {
    /// Whether captions and transcript of the file before are taken over; none when nobody said.
    pub words: Option<bool>,
    /// Whether it is shown in published journeys at once.
    pub corrects: bool,
}

impl Following {
    /// What fields of a form say: `keep` or `drop`, and `yes`.
    pub fn read(words: &str, published: &str) -> Self {
        Self {
            words: match words {
                "keep" => Some(true),
                "drop" => Some(false),
                _ => None,
            },
            corrects: published == "yes",
        }
    }
}

/// Refuses to leave it open what becomes of captions and a transcript: their times were made for another file, and they are easily lost.
///
/// # Errors
/// [`AppError::Invalid`] at `words`.
pub fn check_words(tx: &mut TenantTx<'_>, asset: AssetId, following: Following) -> Result<(), AppError> {
    match following.words.is_none() && library::has_words(tx, asset)? {
        false => Ok(()),
        true => Err(AppError::field(
            "words",
            "Say whether the captions and the transcript go with the new file.",
        )),
    }
}

/// The most bytes that a file of this name may have.
pub fn largest(name: &str, web: &Web) -> usize {
    match AssetKind::of_file(name).is_played() {
        true => web.media_limit,
        false => web.upload_limit,
    }
}

/// Refuses what is too large or may not travel by its name, before a byte of it does.
///
/// # Errors
/// [`AppError::Invalid`] at `file`.
pub fn check_size(name: &str, size: i64, web: &Web) -> Result<(), AppError> {
    if let Some(refusal) = refused_by_name(name) {
        return Err(AppError::field("file", format!("{name}: {refusal}")));
    }
    let largest = largest(name, web);
    if size < 1 {
        return Err(AppError::field("file", "That file is empty."));
    }
    match usize::try_from(size).unwrap_or(usize::MAX) > largest {
        true => Err(AppError::field(
            "file",
            format!(
                "{name} is too large: {} may have {} MB at most.",
                match AssetKind::of_file(name).is_played() {
                    true => "videos and recordings",
                    false => "files",
                },
                largest / (1024 * 1024)
            ),
        )),
        false => Ok(()),
    }
}

/// Begins an upload. The same announcement under the same id begins it once.
///
/// # Errors
/// [`AppError::NotFound`] and [`AppError::Denied`] as the library; [`AppError::Invalid`] for a place that is not there.
pub fn begin(
    tx: &mut TenantTx<'_>,
    keeper: &Keeper,
    id: MediaId,
    wanted: &Announcement,
) -> Result<Media, AppError> {
    let asset = match &wanted.into {
        Destination::New(..) => AssetId(id.0),
        Destination::Version(asset, _) => *asset,
    };
    let file = Announced {
        id,
        asset,
        name: &wanted.name,
        size_bytes: wanted.size,
    };
    match &wanted.into {
        Destination::New(described, body) => {
            let by = keeper.may_write(described.team)?;
            library::add_announced(tx, &by, &file, (described, body))?;
        }
        Destination::Version(_, following) => {
            let known = assets::seen(tx, keeper, asset)?;
            let by = keeper.may_write(known.team_id)?;
            check_kind(known.kind, &wanted.name)?;
            check_words(tx, asset, *following)?;
            let open = media::of_asset(tx, asset)?;
            if open.iter().filter(|one| one.state.is_under_way()).count() >= MOST_OPEN {
                return Err(AppError::Conflict(
                    "Finish or give up other uploads first.".to_owned(),
                ));
            }
            media::announce(tx, &by, &file)?;
            media::follow(tx, &by, id, (following.words == Some(true), following.corrects))?;
        }
    }
    if !wanted.alt.is_empty() {
        let by = policy::on_behalf_of(keeper.member());
        media::describe(tx, &by, id, (&wanted.alt, ""))?;
    }
    Ok(media::one(tx, id)?)
}

/// A video stays a video: lessons that name it say how it is completed.
///
/// # Errors
/// [`AppError::Invalid`] at `file`.
pub fn check_kind(kind: AssetKind, name: &str) -> Result<(), AppError> {
    let other = AssetKind::of_file(name);
    match kind == other {
        true => Ok(()),
        false => Err(AppError::field(
            "file",
            format!(
                "This is {}. Choose a file of the same kind, or add {name} as an asset of its own.",
                match kind {
                    AssetKind::Video => "a video",
                    AssetKind::Audio => "a recording",
                    _ => "a file",
                }
            ),
        )),
    }
}

/// An upload that the acting keeper may go on with.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`].
pub fn mine(tx: &mut TenantTx<'_>, keeper: &Keeper, id: MediaId) -> Result<(Media, i64), AppError> {
    let file = media::held(tx, id)?;
    let asset = assets::seen(tx, keeper, file.asset_id)?;
    keeper.may_write(asset.team_id)?;
    let received = match file.state {
        MediaState::QueuedForUpload => media::received(tx, id)?,
        _ => file.size_bytes,
    };
    Ok((file, received))
}

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is kept; so many bytes are here now.
    Kept(i64),
    /// It does not go on where the last one ended: so many bytes are here.
    Misplaced(i64),
}

/// Writes down a piece whose bytes are stored.
///
/// # Errors
/// As [`mine`]; [`AppError::Conflict`] when the file is whole or was given up.
pub fn note_piece(
    tx: &mut TenantTx<'_>,
    keeper: &Keeper,
    id: MediaId,
    part: &Part,
) -> Result<Taken, AppError> {
    let (file, received) = mine(tx, keeper, id)?;
    if file.state != MediaState::QueuedForUpload {
        return Err(AppError::Conflict("That upload has come to its end.".to_owned()));
    }
    let after = part.starts + part.size_bytes;
    if part.starts != received || after > file.size_bytes || !media::insert_part(tx, id, part)? {
        return Ok(Taken::Misplaced(received));
    }
    media::touch(tx, id)?;
    Ok(Taken::Kept(after))
}

/// A file is whole: it will be looked at.
///
/// # Errors
/// As [`mine`]; [`AppError::Conflict`] when pieces are missing.
pub fn complete(tx: &mut TenantTx<'_>, keeper: &Keeper, id: MediaId) -> Result<Media, AppError> {
    let (file, received) = mine(tx, keeper, id)?;
    if file.state != MediaState::QueuedForUpload {
        return Ok(file);
    }
    if received != file.size_bytes {
        return Err(AppError::Conflict(format!(
            "{received} of {} bytes are here. Send the rest first.",
            file.size_bytes
        )));
    }
    media::set_state(tx, id, MediaState::UploadedPendingAsset, "")?;
    tx.enqueue(NewJob::new(jobs::SETTLE, jobs::Settling { media: id }).unique(id.to_string()))?;
    Ok(media::one(tx, id)?)
}

/// Gives an upload up. An asset of which nothing else ever came goes with it, unless a journey names it.
///
/// # Errors
/// As [`mine`]; [`AppError::Conflict`] when the file can be used already.
pub fn give_up(tx: &mut TenantTx<'_>, keeper: &Keeper, id: MediaId) -> Result<Option<AssetId>, AppError> {
    let (file, _) = mine(tx, keeper, id)?;
    if file.storage_key.is_some() {
        return Err(AppError::Conflict("That file is whole and in use.".to_owned()));
    }
    let asset = assets::held(tx, file.asset_id)?;
    let by = keeper.may_write(asset.team_id)?;
    let is_all_there_is = media::of_asset(tx, asset.id)?.len() == 1;
    tx.audit(Entry::of("journeys.upload.given_up", "asset", asset.id).after(json!({ "file": file.name })))?;
    if is_all_there_is && assets::uses(tx, asset.id)?.is_empty() {
        assets::delete(tx, &by, asset.id)?;
        return Ok(None);
    }
    media::set_state(tx, id, MediaState::Deleted, "The upload was given up.")?;
    media::delete_parts(tx, id)?;
    Ok(Some(asset.id))
}

/// A file cannot be used, for this reason. Not heeded when it can be used by now.
///
/// # Errors
/// When the database fails.
pub fn refuse(tx: &mut TenantTx<'_>, id: MediaId, why: &str) -> Result<(), AppError> {
    let file = media::held(tx, id)?;
    if file.state == MediaState::Failed || !file.state.may_become(MediaState::Failed) {
        return Ok(());
    }
    media::set_state(tx, id, MediaState::Failed, why)?;
    media::delete_parts(tx, id)?;
    tx.emit(&AssetRefused {
        asset: file.asset_id,
        media: id,
    })?;
    Ok(())
}

/// A file that came with its form, whole and stored: of a new asset.
///
/// # Errors
/// As [`begin`].
pub fn add_whole(
    tx: &mut TenantTx<'_>,
    id: MediaId,
    stored: &crate::platform::files::StoredFile,
    wanted: &Announcement,
) -> Result<bool, AppError> {
    let keeper = library::keeper(tx)?;
    if let Ok(known) = media::one(tx, id) {
        assets::seen(tx, &keeper, known.asset_id)?;
        return Ok(false);
    }
    let file = begin(tx, &keeper, id, wanted)?;
    library::arrived(tx, file.id, stored)
}
