//! What people send, on its way to where it is kept: recognised, cleaned, stored under keys of its own, and taken away when
//! nothing names it any more.
//!
//! Invariants: bytes are stored before a row names them, so a row always has its bytes; they are removed by a job after the row is
//! gone. Whether somebody may read them is decided before anything here is called.

pub mod removal;

use std::path::PathBuf;

use bytes::Bytes;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::kernel::error::AppError;
use crate::kernel::ids::{EventId, MemberId, OrgId, fresh};
use crate::platform::media::{self, Inspected, Kind, PreparedImage, Refusal, safe_file_name};
use crate::platform::storage::{Storage, StorageError, StorageKey};
use crate::platform::web::Reply;
use crate::platform::web::download::{self, Download, Keeping, Showing, Wanted};
use crate::platform::web::upload::Upload;

/// Preparing a large picture takes about 250 MB and a second of one core: two at a time in this process.
static EASELS: Semaphore = Semaphore::const_new(2);

/// A file whose bytes are stored and which no row names yet.
#[derive(Debug, Clone)]
pub struct StoredFile {
    /// Name people read; its ending fits the content.
    pub name: String,
    /// Media type.
    pub mime: &'static str,
    /// Size in bytes.
    pub size_bytes: i64,
    /// Its measures, when it is a picture.
    pub picture: Option<Measures>,
    /// SHA-256 of the bytes as they are stored.
    pub digest: [u8; 32],
    /// Key of the bytes.
    pub storage_key: String,
    /// Key of the thumbnail's bytes.
    pub thumb_key: Option<String>,
}

/// How large a picture and its thumbnail are, in pixels.
#[derive(Debug, Clone, Copy)]
pub struct Measures {
    /// Of the picture.
    pub width: i32,
    /// Of the picture.
    pub height: i32,
    /// Of the thumbnail.
    pub thumb_width: i32,
    /// Of the thumbnail.
    pub thumb_height: i32,
}

/// Looks at a file, cleans it when it is a picture, and stores it; or says why it may not travel.
///
/// # Errors
/// [`AppError::Unexpected`] when storage is away; nothing is left behind then.
pub async fn store(
    storage: &dyn Storage,
    org: OrgId,
    upload: &Upload,
) -> Result<Result<StoredFile, Refusal>, AppError> {
    stored_by(storage, org, upload, media::prepare_image).await
}

/// As [`store`], for what this or another portal stored once: a picture that was cleaned then stays byte by byte what it is.
///
/// # Errors
/// As [`store`].
pub async fn store_again(
    storage: &dyn Storage,
    org: OrgId,
    upload: &Upload,
) -> Result<Result<StoredFile, Refusal>, AppError> {
    stored_by(storage, org, upload, media::prepare_again).await
}

async fn stored_by(
    storage: &dyn Storage,
    org: OrgId,
    upload: &Upload,
    prepare: fn(&[u8]) -> Result<PreparedImage, Refusal>,
) -> Result<Result<StoredFile, Refusal>, AppError> {
    let (path, name) = (upload.path().to_path_buf(), upload.name.clone());
    let inspected = match on_blocking_pool(move || media::inspect_file(&path, &name)).await? {
        Ok(inspected) => inspected,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if inspected.kind == Kind::File {
        return put_file(storage, org, upload, inspected).await.map(Ok);
    }
    let path = upload.path().to_path_buf();
    match on_easel(move || paint(path, prepare)).await? {
        Ok(picture) => put_picture(storage, org, &upload.name, picture).await.map(Ok),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Looks at a picture for mail, makes it fit for that, and stores it; or says why it may not travel.
///
/// # Errors
/// As [`store`].
pub async fn store_for_mail(
    storage: &dyn Storage,
    org: OrgId,
    upload: &Upload,
) -> Result<Result<StoredFile, Refusal>, AppError> {
    let (path, name) = (upload.path().to_path_buf(), upload.name.clone());
    match on_blocking_pool(move || media::inspect_file(&path, &name)).await? {
        Ok(inspected) if inspected.kind == Kind::Image => {}
        Ok(_) => return Ok(Err(Refusal::NoPicture)),
        Err(refusal) => return Ok(Err(refusal)),
    }
    let path = upload.path().to_path_buf();
    let painted = on_easel(move || {
        let bytes = std::fs::read(path).map_err(|_| Refusal::Unreadable)?;
        media::prepare_mail_image(&bytes)
    });
    match painted.await? {
        Ok(picture) => put_picture(storage, org, &upload.name, picture).await.map(Ok),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Cleans and stores a picture that came without a browser, as the sample data's do.
///
/// # Errors
/// [`AppError::Invalid`] when it is no picture that may travel; [`AppError::Unexpected`] when storage is away.
pub async fn store_picture(
    storage: &dyn Storage,
    org: OrgId,
    name: &str,
    bytes: &'static [u8],
) -> Result<StoredFile, AppError> {
    let painted = on_easel(move || media::prepare_image(bytes)).await?;
    let picture = painted.map_err(|refusal| AppError::field("file", refusal.to_string()))?;
    put_picture(storage, org, name, picture).await
}

/// Stores a picture that shows what a film is about, as it was stored once; its key and type, or why it may not travel.
///
/// # Errors
/// As [`store`].
pub async fn store_poster(
    storage: &dyn Storage,
    org: OrgId,
    bytes: Vec<u8>,
) -> Result<Result<String, Refusal>, AppError> {
    let picture = match on_easel(move || media::prepare_again(&bytes)).await? {
        Ok(picture) => picture,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let key = fresh_key(org, "thumbnails")?;
    storage
        .put(&key, Bytes::from(picture.original), picture.mime)
        .await
        .map_err(|cause| AppError::Unexpected(anyhow::Error::new(cause).context("storing a poster")))?;
    Ok(Ok(key.to_string()))
}

/// The id of a file somebody sends for something: the same for the same content in the same form, so that it is kept once however
/// often it is sent. `kind` keeps the ids of different tables apart.
pub fn id_of(kind: &str, sender: MemberId, place: Uuid, form: Uuid, digest: &[u8; 32]) -> Uuid {
    let hash = Sha256::new()
        .chain_update(kind)
        .chain_update(sender.0)
        .chain_update(place)
        .chain_update(form)
        .chain_update(digest)
        .finalize();
    let bytes: [u8; 16] = std::array::from_fn(|at| hash.get(at).copied().unwrap_or_default());
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// Takes the bytes of a file away whose row was not written. What cannot be taken away is told to the operator.
pub async fn discard(storage: &dyn Storage, storage_key: &str, thumb_key: Option<&str>) {
    for key in std::iter::once(storage_key).chain(thumb_key) {
        let gone = match key.parse::<StorageKey>() {
            Ok(key) => storage.delete(&key).await.map_err(anyhow::Error::new),
            Err(cause) => Err(cause.into()),
        };
        if let Err(cause) = gone {
            tracing::warn!(%key, %cause, "bytes without a row stay behind");
        }
    }
}

impl StoredFile {
    /// Takes its bytes away; see [`discard`].
    pub async fn discard(&self, storage: &dyn Storage) {
        discard(storage, &self.storage_key, self.thumb_key.as_deref()).await;
    }
}

/// A file with a row, as it is handed out.
#[derive(Debug)]
pub struct Kept<'a> {
    /// Its id: bytes under one id never change.
    pub id: Uuid,
    /// Name people read.
    pub name: &'a str,
    /// Key of the bytes.
    pub storage_key: &'a str,
    /// Key of the thumbnail's bytes; only pictures have one.
    pub thumb_key: Option<&'a str>,
    /// Whether a browser may keep it.
    pub keeping: Keeping,
}

/// Which rendition an address asks for: `size=small` is the thumbnail, where there is one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Rendition {
    size: String,
}

/// Streams a file, pictures in place and everything else to be saved. Whether the reader may have it was decided before.
///
/// # Errors
/// As [`download::send`].
pub async fn send(storage: &dyn Storage, file: Kept<'_>, rendition: &Rendition, wanted: &Wanted) -> Reply {
    let small = file.thumb_key.filter(|_| rendition.size == "small");
    let key: StorageKey = small
        .unwrap_or(file.storage_key)
        .parse()
        .map_err(|cause| AppError::Unexpected(anyhow::Error::new(cause)))?;
    let tag = match small {
        Some(_) => format!("{}-small", file.id),
        None => file.id.to_string(),
    };
    let showing = match file.thumb_key {
        Some(_) => Showing::Inline,
        None => Showing::Download,
    };
    let download = Download {
        key: &key,
        tag: &tag,
        name: file.name,
        showing,
        keeping: file.keeping,
    };
    download::send(storage, download, wanted).await
}

async fn on_easel<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
    let _easel = EASELS
        .acquire()
        .await
        .map_err(|cause| AppError::Unexpected(cause.into()))?;
    on_blocking_pool(work).await
}

fn paint(
    path: PathBuf,
    prepare: fn(&[u8]) -> Result<PreparedImage, Refusal>,
) -> Result<PreparedImage, Refusal> {
    let bytes = std::fs::read(path).map_err(|_| Refusal::Unreadable)?;
    prepare(&bytes)
}

async fn on_blocking_pool<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|cause| AppError::Unexpected(cause.into()))
}

async fn put_picture(
    storage: &dyn Storage,
    org: OrgId,
    name: &str,
    picture: PreparedImage,
) -> Result<StoredFile, AppError> {
    let pixels = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let (original, thumbnail) = (fresh_key(org, "attachments")?, fresh_key(org, "thumbnails")?);
    let file = StoredFile {
        name: with_ending(name, picture.extension),
        mime: picture.mime,
        size_bytes: i64::try_from(picture.original.len()).unwrap_or(i64::MAX),
        picture: Some(Measures {
            width: pixels(picture.width),
            height: pixels(picture.height),
            thumb_width: pixels(picture.thumb_width),
            thumb_height: pixels(picture.thumb_height),
        }),
        digest: Sha256::digest(&picture.original).into(),
        storage_key: original.to_string(),
        thumb_key: Some(thumbnail.to_string()),
    };
    let stored = match storage
        .put(&original, Bytes::from(picture.original), picture.mime)
        .await
    {
        Ok(()) => {
            storage
                .put(&thumbnail, Bytes::from(picture.thumbnail), picture.thumb_mime)
                .await
        }
        away => away,
    };
    settled(storage, file, stored).await
}

async fn put_file(
    storage: &dyn Storage,
    org: OrgId,
    upload: &Upload,
    inspected: Inspected,
) -> Result<StoredFile, AppError> {
    let size = tokio::fs::metadata(upload.path())
        .await
        .map_err(|cause| AppError::Unexpected(cause.into()))?
        .len();
    let original = fresh_key(org, "attachments")?;
    let file = StoredFile {
        name: match upload.name.contains('.') {
            true => upload.name.clone(),
            false => with_ending(&upload.name, inspected.extension),
        },
        mime: inspected.mime,
        size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
        picture: None,
        digest: upload.digest,
        storage_key: original.to_string(),
        thumb_key: None,
    };
    let stored = storage.put_file(&original, upload.path(), inspected.mime).await;
    settled(storage, file, stored).await
}

/// The file, or the error after what was stored of it is gone again.
async fn settled(
    storage: &dyn Storage,
    file: StoredFile,
    stored: Result<(), StorageError>,
) -> Result<StoredFile, AppError> {
    match stored {
        Ok(()) => Ok(file),
        Err(cause) => {
            file.discard(storage).await;
            Err(AppError::Unexpected(
                anyhow::Error::new(cause).context("storing a file"),
            ))
        }
    }
}

/// Bytes are written once under a key of their own and never changed.
fn fresh_key(org: OrgId, kind: &str) -> Result<StorageKey, AppError> {
    StorageKey::new(org.0, kind, fresh::<EventId>().0).map_err(|cause| AppError::Unexpected(cause.into()))
}

/// A picture may have become another format; its name follows.
fn with_ending(name: &str, extension: &str) -> String {
    let known = ["jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp"];
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let ending = ending.to_ascii_lowercase();
    match ending.as_str() {
        same if same == extension || (extension == "jpg" && same == "jpeg") => name.to_owned(),
        other if known.contains(&other) => safe_file_name(&format!("{stem}.{extension}")),
        _ => safe_file_name(&format!("{name}.{extension}")),
    }
}

/// `PDF, 412 kB`: what people want to know of a file before they open it.
pub fn described(name: &str, size_bytes: i64) -> String {
    let ending = name
        .rsplit_once('.')
        .map_or("File", |(_, ending)| ending)
        .to_uppercase();
    format!("{ending}, {}", size(size_bytes))
}

fn size(bytes: i64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
