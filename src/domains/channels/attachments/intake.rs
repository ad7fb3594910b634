//! From what a browser sent to a file that can be attached: recognised, cleaned, stored, and only then written down.

use std::path::PathBuf;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::app::App;
use crate::domains::channels::messages::model::{Attachment, AttachmentKind};
use crate::kernel::error::AppError;
use crate::kernel::ids::{AttachmentId, ChannelId, EventId, MemberId, fresh};
use crate::platform::db::TenantScope;
use crate::platform::media::{self, Inspected, Kind, PreparedImage, Refusal, safe_file_name};
use crate::platform::storage::{Storage, StorageKey};
use crate::platform::web::upload::Upload;

use super::actions;
use super::model::NewFile;

/// Preparing a large picture takes about 250 MB and a second of one core: two at a time in this process.
static EASELS: Semaphore = Semaphore::const_new(2);

/// What became of some files.
#[derive(Debug, Default)]
pub struct Taken {
    /// Ready to be attached, in the order they came.
    pub files: Vec<Attachment>,
    /// Not taken: a sentence for each.
    pub refused: Vec<String>,
}

/// Takes files for a message that is being written. `seed` is the message's id, or the upload's key: the same file under
/// the same seed is kept once, however often it is sent.
///
/// # Errors
/// As [`actions::prepare`]; [`AppError::Unexpected`] when storage is away. Files that may not travel are no error.
pub async fn take(
    app: &App,
    scope: &TenantScope,
    channel: ChannelId,
    seed: Uuid,
    uploads: Vec<Upload>,
) -> Result<Taken, AppError> {
    let mut taken = Taken::default();
    let Some(member) = scope.actor().member_id().filter(|_| !uploads.is_empty()) else {
        return Ok(taken);
    };
    let ids: Vec<AttachmentId> = uploads
        .iter()
        .map(|upload| id_of(member, channel, seed, &upload.digest))
        .collect();
    let known = {
        let ids = ids.clone();
        app.db
            .tenant(scope, move |tx| actions::prepare(tx, channel, &ids))
            .await?
    };
    for (id, upload) in ids.into_iter().zip(uploads) {
        if let Some(known) = known
            .iter()
            .chain(&taken.files)
            .find(|file| file.id == id)
            .cloned()
        {
            if !taken.files.iter().any(|file| file.id == id) {
                taken.files.push(known);
            }
            continue;
        }
        match prepare(&upload).await? {
            Ok(prepared) => {
                let arrival = Arrival {
                    id,
                    channel,
                    member,
                    name: upload.name.clone(),
                    at: app.clock().now(),
                };
                taken
                    .files
                    .push(keep(app, scope, arrival, &upload, prepared).await?);
            }
            Err(refusal) => taken.refused.push(format!("{}: {refusal}", upload.name)),
        }
    }
    Ok(taken)
}

/// A file on its way in.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Its id.
    pub id: AttachmentId,
    /// The channel it is meant for.
    pub channel: ChannelId,
    /// Who sends it.
    pub member: MemberId,
    /// Name people read.
    pub name: String,
    /// When it comes.
    pub at: DateTime<Utc>,
}

/// Takes in a picture that came without a browser, as the sample data's do: cleaned and stored like an upload. Its row is
/// the caller's to write; the bytes of one that is not written are for [`discard`].
///
/// # Errors
/// [`AppError::Invalid`] when it is no picture that may travel; [`AppError::Unexpected`] when storage is away.
pub async fn take_picture(
    app: &App,
    scope: &TenantScope,
    arrival: Arrival,
    bytes: &'static [u8],
) -> Result<NewFile, AppError> {
    let painted = on_easel(move || media::prepare_image(bytes)).await?;
    let picture = painted.map_err(|refusal| AppError::field("file", refusal.to_string()))?;
    let keys = StoredUnder::fresh(scope, true)?;
    let storage = app.storage.as_ref();
    let stored = store_picture(storage, &keys, outline(arrival, &keys), picture).await;
    if stored.is_err() {
        keys.discard(storage).await;
    }
    stored
}

/// Takes the bytes of a picture away whose row was not written.
pub async fn discard(app: &App, file: &NewFile) {
    for key in std::iter::once(&file.storage_key).chain(&file.thumb_key) {
        let gone = match key.parse::<StorageKey>() {
            Ok(key) => app.storage.delete(&key).await.map_err(anyhow::Error::new),
            Err(cause) => Err(cause.into()),
        };
        if let Err(cause) = gone {
            tracing::warn!(%key, %cause, "bytes without an attachment stay behind");
        }
    }
}

/// The same for the same person, channel, seed and content.
fn id_of(member: MemberId, channel: ChannelId, seed: Uuid, digest: &[u8; 32]) -> AttachmentId {
    let hash = Sha256::new()
        .chain_update("attachment v1")
        .chain_update(member.0)
        .chain_update(channel.0)
        .chain_update(seed)
        .chain_update(digest)
        .finalize();
    let bytes: [u8; 16] = std::array::from_fn(|at| hash.get(at).copied().unwrap_or_default());
    AttachmentId(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

enum Prepared {
    Picture(PreparedImage),
    File(Inspected),
}

async fn prepare(upload: &Upload) -> Result<Result<Prepared, Refusal>, AppError> {
    let (path, name) = (upload.path().to_path_buf(), upload.name.clone());
    let inspected = match on_blocking_pool(move || media::inspect_file(&path, &name)).await? {
        Ok(inspected) => inspected,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if inspected.kind == Kind::File {
        return Ok(Ok(Prepared::File(inspected)));
    }
    let path = upload.path().to_path_buf();
    let painted = on_easel(move || paint(path)).await?;
    Ok(painted.map(Prepared::Picture))
}

async fn on_easel<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
    let _easel = EASELS
        .acquire()
        .await
        .map_err(|cause| AppError::Unexpected(cause.into()))?;
    on_blocking_pool(work).await
}

fn paint(path: PathBuf) -> Result<PreparedImage, Refusal> {
    let bytes = std::fs::read(path).map_err(|_| Refusal::Unreadable)?;
    media::prepare_image(&bytes)
}

async fn on_blocking_pool<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|cause| AppError::Unexpected(cause.into()))
}

/// Stores the bytes, then writes the row; bytes without a row are taken away again.
async fn keep(
    app: &App,
    scope: &TenantScope,
    arrival: Arrival,
    upload: &Upload,
    prepared: Prepared,
) -> Result<Attachment, AppError> {
    let storage = app.storage.as_ref();
    let keys = StoredUnder::fresh(scope, matches!(prepared, Prepared::Picture(_)))?;
    let outline = outline(arrival, &keys);
    let stored = match prepared {
        Prepared::Picture(picture) => store_picture(storage, &keys, outline, picture).await,
        Prepared::File(inspected) => store_file(storage, &keys, outline, upload, inspected).await,
    };
    let written = match stored {
        Ok(file) => app.db.tenant(scope, move |tx| actions::add(tx, &file)).await,
        Err(error) => Err(error),
    };
    match written {
        Ok((attachment, true)) => Ok(attachment),
        Ok((attachment, false)) => {
            keys.discard(storage).await;
            Ok(attachment)
        }
        Err(error) => {
            keys.discard(storage).await;
            Err(error)
        }
    }
}

/// What is known of a file before it is stored.
fn outline(arrival: Arrival, keys: &StoredUnder) -> NewFile {
    NewFile {
        id: arrival.id,
        channel_id: arrival.channel,
        uploaded_by: arrival.member,
        kind: AttachmentKind::File,
        name: arrival.name,
        mime: String::new(),
        size_bytes: 0,
        width: None,
        height: None,
        thumb_width: None,
        thumb_height: None,
        storage_key: keys.original.to_string(),
        thumb_key: keys.thumbnail.as_ref().map(ToString::to_string),
        created_at: arrival.at,
    }
}

async fn store_picture(
    storage: &dyn Storage,
    keys: &StoredUnder,
    outline: NewFile,
    picture: PreparedImage,
) -> Result<NewFile, AppError> {
    let pixels = |count: u32| i32::try_from(count).ok();
    let file = NewFile {
        kind: AttachmentKind::Image,
        name: with_ending(&outline.name, picture.extension),
        mime: picture.mime.to_owned(),
        size_bytes: i64::try_from(picture.original.len()).unwrap_or(i64::MAX),
        width: pixels(picture.width),
        height: pixels(picture.height),
        thumb_width: pixels(picture.thumb_width),
        thumb_height: pixels(picture.thumb_height),
        ..outline
    };
    storage
        .put(&keys.original, Bytes::from(picture.original), picture.mime)
        .await
        .map_err(away)?;
    if let Some(thumbnail) = &keys.thumbnail {
        storage
            .put(thumbnail, Bytes::from(picture.thumbnail), picture.thumb_mime)
            .await
            .map_err(away)?;
    }
    Ok(file)
}

async fn store_file(
    storage: &dyn Storage,
    keys: &StoredUnder,
    outline: NewFile,
    upload: &Upload,
    inspected: Inspected,
) -> Result<NewFile, AppError> {
    let size = tokio::fs::metadata(upload.path())
        .await
        .map_err(|cause| AppError::Unexpected(cause.into()))?
        .len();
    storage
        .put_file(&keys.original, upload.path(), inspected.mime)
        .await
        .map_err(away)?;
    let name = if outline.name.contains('.') {
        outline.name.clone()
    } else {
        with_ending(&outline.name, inspected.extension)
    };
    Ok(NewFile {
        name,
        mime: inspected.mime.to_owned(),
        size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
        ..outline
    })
}

fn away(cause: crate::platform::storage::StorageError) -> AppError {
    AppError::Unexpected(anyhow::Error::new(cause).context("storing an attachment"))
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

/// Fresh keys: bytes are written once and never changed.
struct StoredUnder {
    original: StorageKey,
    thumbnail: Option<StorageKey>,
}

impl StoredUnder {
    fn fresh(scope: &TenantScope, with_thumbnail: bool) -> Result<Self, AppError> {
        let object = fresh::<EventId>().0;
        let key = |kind| {
            StorageKey::new(scope.org().0, kind, object).map_err(|cause| AppError::Unexpected(cause.into()))
        };
        Ok(Self {
            original: key("attachments")?,
            thumbnail: if with_thumbnail {
                Some(key("thumbnails")?)
            } else {
                None
            },
        })
    }

    async fn discard(&self, storage: &dyn Storage) {
        for key in std::iter::once(&self.original).chain(&self.thumbnail) {
            if let Err(cause) = storage.delete(key).await {
                tracing::warn!(%key, %cause, "bytes without an attachment stay behind");
            }
        }
    }
}
