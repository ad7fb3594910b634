//! Assets on their way out.

use crate::domains::journeys::library::model::{Asset, Media, Version};
use crate::domains::journeys::library::policy::Keeper;
use crate::domains::journeys::library::queries::{assets, media};
use crate::kernel::error::AppError;
use crate::kernel::ids::AssetId;
use crate::platform::db::TenantTx;

use super::model::{Carried, CarriedCaptions, CarriedFile, Entry, Source, travels};

/// An asset under its name in the archive, with what is written into that for it.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such asset.
pub fn carried(
    tx: &mut TenantTx<'_>,
    keeper: &Keeper,
    (id, version): (AssetId, Option<i32>),
    name: &str,
) -> Result<(Carried, Vec<Entry>), AppError> {
    let asset = assets::asset(tx, id)?;
    if assets::seen(tx, keeper, id).is_err() {
        let why = "It belongs to a team whose library whoever took this out does not see.";
        return Ok((bare(&asset, None, name, why), Vec::new()));
    }
    if !travels(asset.kind) {
        let why = "What is of this kind does not travel with journeys.";
        return Ok((bare(&asset, None, name, why), Vec::new()));
    }
    let version = assets::version(tx, id, version.unwrap_or(asset.version))?;
    let file = match version.media_id {
        Some(file) => Some(media::one(tx, file)?),
        None => None,
    };
    match file {
        Some(file) if file.storage_key.is_some() => {
            let (file, entries) = with_file(tx, &file, name)?;
            let carried = Carried {
                file: Some(file),
                ..bare(&asset, Some(&version), name, "")
            };
            Ok((carried, entries))
        }
        Some(_) => {
            let why = "Its file is not in the portal's storage: it never came whole, or was deleted.";
            Ok((bare(&asset, Some(&version), name, why), Vec::new()))
        }
        None => Ok((bare(&asset, Some(&version), name, ""), Vec::new())),
    }
}

fn bare(asset: &Asset, version: Option<&Version>, name: &str, left_out: &str) -> Carried {
    Carried {
        name: name.to_owned(),
        kind: asset.kind,
        title: asset.title.clone(),
        tags: match version {
            Some(_) => asset.tags.clone(),
            None => Vec::new(),
        },
        body: version.map(|one| one.body.clone()).unwrap_or_default(),
        url: version.and_then(|one| one.url.clone()),
        file: None,
        left_out: left_out.to_owned(),
    }
}

/// The file with its poster and captions, in the order in which they are written: what is small comes first.
fn with_file(tx: &mut TenantTx<'_>, file: &Media, name: &str) -> Result<(CarriedFile, Vec<Entry>), AppError> {
    let mut entries = Vec::new();
    // Of a picture the small one is made anew.
    let poster = file.thumb_key.as_ref().filter(|_| !file.is_picture());
    let poster = poster.map(|key| {
        let path = format!("assets/{name}/poster");
        entries.push(entry(&path, Source::Stored(key.clone()), None, true));
        path
    });
    let mut captions = Vec::new();
    for one in media::captions(tx, file.id)? {
        let path = format!("assets/{name}/captions/{}.vtt", one.language);
        let source = Source::Captions(file.id, one.language.clone());
        entries.push(entry(&path, source, None, false));
        captions.push(CarriedCaptions {
            language: one.language,
            path,
        });
    }
    let path = format!("assets/{name}/file/{}", file.name);
    let key = file.storage_key.clone().unwrap_or_default();
    let size = u64::try_from(file.size_bytes).ok();
    entries.push(entry(&path, Source::Stored(key), size, is_dense(&file.mime)));
    let carried = CarriedFile {
        path,
        name: file.name.clone(),
        bytes: file.size_bytes,
        width: file.width,
        height: file.height,
        milliseconds: file.duration_ms,
        alt: file.alt.clone(),
        transcript: file.transcript.clone(),
        poster,
        captions,
    };
    Ok((carried, entries))
}

fn entry(path: &str, source: Source, size: Option<u64>, is_dense: bool) -> Entry {
    Entry {
        path: path.to_owned(),
        source,
        size,
        is_dense,
    }
}

/// Whether what is of this type is compressed already.
fn is_dense(mime: &str) -> bool {
    !mime.starts_with("text/") && !matches!(mime, "application/json" | "application/rtf" | "audio/wav")
}
