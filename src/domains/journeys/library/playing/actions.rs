//! What is done with what is played: its length and picture, its captions.

use serde_json::json;

use crate::domains::journeys::library::actions as library;
use crate::domains::journeys::library::events::AssetChanged;
use crate::domains::journeys::library::model::Media;
use crate::domains::journeys::library::policy::{Keeper, Writing};
use crate::domains::journeys::library::queries::media::Played;
use crate::domains::journeys::library::queries::{assets, media};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{AssetId, MediaId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::files::removal;

fn writable(tx: &mut TenantTx<'_>, keeper: &Keeper, id: MediaId) -> Result<(Media, Writing), AppError> {
    let file = media::held(tx, id)?;
    let asset = assets::seen(tx, keeper, file.asset_id)?;
    let by = keeper.may_write(asset.team_id)?;
    Ok((file, by))
}

/// Keeps the length of a video or recording, and the picture of it under this key. The picture before it goes.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`]; [`AppError::Conflict`] when it cannot be played.
pub fn measure(
    tx: &mut TenantTx<'_>,
    keeper: &Keeper,
    id: MediaId,
    played: Played,
    poster: Option<&str>,
) -> Result<(), AppError> {
    let (file, by) = writable(tx, keeper, id)?;
    if file.storage_key.is_none() || file.is_picture() {
        return Err(AppError::Conflict("That is not played.".to_owned()));
    }
    media::set_played(tx, &by, id, played, poster)?;
    if let (Some(before), Some(_)) = (file.thumb_key, poster) {
        removal::enqueue(tx, &[before])?;
    }
    tell(tx, "journeys.asset.measured", file.asset_id, "")
}

/// Keeps captions that were read, in the place of those of the same language.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`]; [`AppError::Invalid`] at `language` or `captions`.
pub fn keep_captions(
    tx: &mut TenantTx<'_>,
    keeper: &Keeper,
    id: MediaId,
    language: &str,
    read: Result<String, String>,
) -> Result<(), AppError> {
    let (file, by) = writable(tx, keeper, id)?;
    let mut errors = FieldErrors::default();
    let language = language.trim();
    if !crate::domains::journeys::library::captions::is_language(language) {
        errors.add(
            "language",
            "Write the code of a language, such as en, fr or fr-CA.",
        );
    }
    match read {
        Ok(vtt) if errors.is_empty() => media::keep_captions(tx, &by, (id, language), &vtt)?,
        Ok(_) => return Err(errors.into()),
        Err(why) => {
            errors.add("captions", why);
            return Err(errors.into());
        }
    }
    tell(tx, "journeys.captions.kept", file.asset_id, language)
}

/// Removes captions; answers the asset.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`].
pub fn remove_captions(
    tx: &mut TenantTx<'_>,
    keeper: &Keeper,
    id: MediaId,
    language: &str,
) -> Result<AssetId, AppError> {
    let (file, by) = writable(tx, keeper, id)?;
    if !media::remove_captions(tx, &by, id, language)? {
        return Err(AppError::NotFound);
    }
    tell(tx, "journeys.captions.removed", file.asset_id, language)?;
    Ok(file.asset_id)
}

/// Takes the words of the newest earlier version over that has some: captions in the languages that the file has none in, and the
/// transcript. Answers the asset.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`]; [`AppError::Conflict`] when no earlier version has any.
pub fn take_words(tx: &mut TenantTx<'_>, keeper: &Keeper, id: MediaId) -> Result<AssetId, AppError> {
    let (file, by) = writable(tx, keeper, id)?;
    match earlier_with_words(tx, &file)? {
        Some((_, before)) => library::take_words(tx, &by, before, id)?,
        None => {
            return Err(AppError::Conflict(
                "No earlier version has captions or a transcript.".to_owned(),
            ));
        }
    }
    tell(tx, "journeys.captions.taken_over", file.asset_id, "")?;
    Ok(file.asset_id)
}

/// Notes that captions and transcript of a file fit, although they were made for another. Answers the asset.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`].
pub fn words_fit(tx: &mut TenantTx<'_>, keeper: &Keeper, id: MediaId) -> Result<AssetId, AppError> {
    let (file, by) = writable(tx, keeper, id)?;
    media::set_borrowed(tx, &by, id, false)?;
    tell(tx, "journeys.captions.confirmed", file.asset_id, "")?;
    Ok(file.asset_id)
}

/// The newest version before that of a file whose file has captions or a transcript: its number and its file.
///
/// # Errors
/// When the database fails.
pub fn earlier_with_words(tx: &mut TenantTx<'_>, file: &Media) -> Result<Option<(i32, MediaId)>, AppError> {
    let versions = assets::versions(tx, file.asset_id)?;
    let own = versions.iter().find(|one| one.media_id == Some(file.id));
    let Some(number) = own.map(|one| one.version) else {
        return Ok(None);
    };
    for one in versions.iter().filter(|one| one.version < number) {
        if let Some(before) = one.media_id.filter(|before| *before != file.id)
            && (!media::one(tx, before)?.transcript.is_empty() || !media::captions(tx, before)?.is_empty())
        {
            return Ok(Some((one.version, before)));
        }
    }
    Ok(None)
}

fn tell(tx: &mut TenantTx<'_>, what: &'static str, asset: AssetId, language: &str) -> Result<(), AppError> {
    tx.audit(Entry::of(what, "asset", asset).after(json!({ "language": language })))?;
    tx.emit(&AssetChanged { asset })?;
    Ok(())
}
