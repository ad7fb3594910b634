//! Forms that carry files (multipart/form-data, RFC 7578). Fields are read as in any form; files go to disk piece by
//! piece, so that an upload costs no memory, and only once the token was right.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempPath};
use tokio::io::AsyncWriteExt as _;

use crate::config::{self, Config};
use crate::kernel::error::AppError;
use crate::platform::media::safe_file_name;

use super::csrf;
use super::form::{self, Posted};
use super::idempotency::RequestKey;
use super::typed::Typed;

/// Most files in one form.
pub const MOST_FILES: usize = 10;
/// Folder of unfinished uploads inside the data folder.
const WAITING_ROOM: &str = "uploading";
/// How much of a file that is too large is read and dropped, in multiples of the limit, so that the browser gets to read
/// the answer.
const PATIENCE: u64 = 4;

/// A posted form with the files that came with it; sister of [`Posted`]. A form without files may come urlencoded.
pub struct PostedFiles<T> {
    /// The fields.
    pub form: T,
    /// The files, complete.
    pub files: Vec<Upload>,
    /// Files that were not taken: a sentence for each.
    pub refused: Vec<String>,
    /// Key and fingerprint of fields and files.
    pub key: RequestKey,
}

/// A posted form with an archive, which may be as large as `web.archive_limit`; sister of [`PostedFiles`].
pub struct PostedArchive<T>(pub PostedFiles<T>);

/// A file somebody sent. Gone from disk when dropped.
#[derive(Debug)]
pub struct Upload {
    /// The name it came with, made safe.
    pub name: String,
    /// SHA-256 of the content.
    pub digest: [u8; 32],
    content: TempPath,
}

impl Upload {
    /// A file that came in another way than by a form, such as in pieces.
    pub fn kept(name: &str, digest: [u8; 32], content: TempPath) -> Self {
        Self {
            name: safe_file_name(name),
            digest,
            content,
        }
    }

    /// Where the content is.
    pub fn path(&self) -> &Path {
        &self.content
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for PostedFiles<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { posted(&request, payload, |web| web.upload_limit).await })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for PostedArchive<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { posted(&request, payload, |web| web.archive_limit).await.map(Self) })
    }
}

/// Reads a form whose files have at most so many bytes each.
async fn posted<T: DeserializeOwned + 'static>(
    request: &HttpRequest,
    mut payload: Payload,
    largest: fn(&config::Web) -> usize,
) -> Result<PostedFiles<T>, AppError> {
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .map(|value| value.as_bytes().to_vec())
        .unwrap_or_default();
    if !kind.starts_with(b"multipart/form-data") {
        let Posted { form, key } = Posted::from_request(request, &mut payload).await?;
        return Ok(PostedFiles {
            form,
            files: Vec::new(),
            refused: Vec::new(),
            key,
        });
    }
    let sent = Reader::of(request, largest)?.read(payload).await?;
    let key = RequestKey::from_parts(request, sent.value("_key"), fingerprint(request, &sent))?;
    let body =
        serde_html_form::to_string(&sent.fields).map_err(|cause| AppError::Unexpected(cause.into()))?;
    let form = serde_html_form::from_str(&body)
        .map_err(|cause| AppError::BadRequest(format!("The form is incomplete: {cause}.")))?;
    Ok(PostedFiles {
        form,
        files: sent.files,
        refused: sent.refused,
        key,
    })
}

#[derive(Default)]
struct Sent {
    fields: Vec<(String, String)>,
    files: Vec<Upload>,
    refused: Vec<String>,
}

impl Sent {
    fn value(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value.as_str())
    }
}

struct Reader<'r> {
    request: &'r HttpRequest,
    config: web::Data<Config>,
    /// Bytes of text still taken.
    room: usize,
    /// Most bytes of one file.
    largest: u64,
}

impl<'r> Reader<'r> {
    fn of(request: &'r HttpRequest, largest: fn(&config::Web) -> usize) -> Result<Self, AppError> {
        let config = request
            .app_data::<web::Data<Config>>()
            .cloned()
            .ok_or(AppError::Unavailable)?;
        Ok(Self {
            request,
            room: config.web.body_limit,
            largest: largest(&config.web) as u64,
            config,
        })
    }

    async fn read(mut self, payload: Payload) -> Result<Sent, AppError> {
        let mut parts = Multipart::new(self.request.headers(), payload);
        let mut sent = Sent::default();
        let mut trusted = false;
        while let Some(part) = parts.next().await {
            let mut part = part.map_err(broken)?;
            let name = part.name().unwrap_or_default().to_owned();
            let Some(file_name) = file_name(&part) else {
                let value = self.text(&mut part).await?;
                sent.fields.push((name, value));
                continue;
            };
            if !trusted {
                self.verify(&sent)?;
                trusted = true;
            }
            self.file(&mut part, &file_name, &mut sent).await?;
        }
        if !trusted {
            self.verify(&sent)?;
        }
        Ok(sent)
    }

    fn verify(&self, sent: &Sent) -> Result<(), AppError> {
        Typed::keep(self.request, &sent.fields);
        match self.request.headers().contains_key(csrf::HEADER) {
            true => csrf::verify_header(self.request),
            false => csrf::verify(self.request, sent.value("_csrf")),
        }
    }

    async fn text(&mut self, part: &mut Field) -> Result<String, AppError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(broken)?;
            let Some(room) = self.room.checked_sub(chunk.len()) else {
                return Err(AppError::TooLarge(format!(
                    "That is too large: at most {} kB of text fit into one form.",
                    self.config.web.body_limit / 1024
                )));
            };
            self.room = room;
            bytes.extend_from_slice(&chunk);
        }
        String::from_utf8(bytes).map_err(|_| {
            AppError::BadRequest(
                "The form contains text that is not valid UTF-8. Nothing was changed.".to_owned(),
            )
        })
    }

    /// Takes one file, or notes why not. A control nobody chose a file with sends a part without name and content.
    async fn file(&self, part: &mut Field, file_name: &str, sent: &mut Sent) -> Result<(), AppError> {
        let limit = self.largest;
        let name = safe_file_name(file_name);
        if sent.files.len() == MOST_FILES {
            sent.refused
                .push(format!("{name}: at most {MOST_FILES} files can be sent at once."));
            return skip(part, limit).await;
        }
        let folder = self.config.data.join(WAITING_ROOM);
        let mut draft = Draft::begin(&folder).map_err(|cause| {
            AppError::Unexpected(anyhow::Error::new(cause).context("an upload could not be kept"))
        })?;
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(broken)?;
            if draft.size + chunk.len() as u64 > limit {
                sent.refused.push(format!(
                    "{name} is larger than {} MB. Send a link to it instead.",
                    limit / (1024 * 1024)
                ));
                return skip(part, limit * PATIENCE).await;
            }
            draft.write(&chunk).await.map_err(|cause| {
                AppError::Unexpected(anyhow::Error::new(cause).context("an upload could not be kept"))
            })?;
        }
        if file_name.is_empty() && draft.size == 0 {
            return Ok(());
        }
        let (digest, content) = draft
            .finish()
            .await
            .map_err(|cause| AppError::Unexpected(cause.into()))?;
        sent.files.push(Upload {
            name,
            digest,
            content,
        });
        Ok(())
    }
}

/// The text fields of a form that is refused, without its files: `seen` of the body has passed already, `rest` is to come.
/// What a broken or endless body said until then counts.
pub async fn texts(request: &HttpRequest, seen: Vec<bytes::Bytes>, rest: Payload) -> Vec<(String, String)> {
    let seen = futures_util::stream::iter(seen.into_iter().map(Ok));
    let whole = Payload::Stream {
        payload: Box::pin(seen.chain(rest)),
    };
    let (Ok(mut reader), mut parts) = (
        Reader::of(request, |web| web.upload_limit),
        Multipart::new(request.headers(), whole),
    ) else {
        return Vec::new();
    };
    let mut fields = Vec::new();
    while let Some(Ok(mut part)) = parts.next().await {
        let name = part.name().unwrap_or_default().to_owned();
        if file_name(&part).is_some() {
            let limit = reader.config.web.upload_limit as u64;
            if skip(&mut part, limit).await.is_err() {
                break;
            }
        } else if let Ok(value) = reader.text(&mut part).await {
            fields.push((name, value));
        } else {
            break;
        }
    }
    fields
}

/// The folder in which files wait until they are whole.
pub fn waiting_room(data: &Path) -> std::path::PathBuf {
    data.join(WAITING_ROOM)
}

/// A piece of a file that comes in several, with where in the file it starts: `Upload-Offset`, as in the tus protocol. Its token is in the
/// header, since it is no form.
pub struct Piece {
    /// Bytes before it; none when it does not say.
    pub starts: Option<u64>,
    /// Its bytes.
    pub bytes: bytes::Bytes,
}

/// Most bytes of one piece.
pub const LARGEST_PIECE: usize = 8 * 1024 * 1024;

impl FromRequest for Piece {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            csrf::verify_header(&request)?;
            let starts = request
                .headers()
                .get("upload-offset")
                .and_then(|value| value.to_str().ok()?.parse().ok());
            let mut bytes = bytes::BytesMut::new();
            while let Some(chunk) = payload.next().await {
                let chunk = chunk
                    .map_err(|cause| AppError::BadRequest(format!("The request broke off: {cause}.")))?;
                if bytes.len() + chunk.len() > LARGEST_PIECE {
                    return Err(AppError::TooLarge(format!(
                        "At most {} MB of a file travel at once.",
                        LARGEST_PIECE / (1024 * 1024)
                    )));
                }
                bytes.extend_from_slice(&chunk);
            }
            let bytes = bytes.freeze();
            Ok(Self { starts, bytes })
        })
    }
}

/// A file while it arrives.
struct Draft {
    file: tokio::fs::File,
    path: TempPath,
    hash: Sha256,
    size: u64,
}

impl Draft {
    fn begin(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let (file, path) = NamedTempFile::new_in(folder)?.into_parts();
        Ok(Self {
            file: tokio::fs::File::from_std(file),
            path,
            hash: Sha256::new(),
            size: 0,
        })
    }

    async fn write(&mut self, chunk: &[u8]) -> std::io::Result<()> {
        self.hash.update(chunk);
        self.size += chunk.len() as u64;
        self.file.write_all(chunk).await
    }

    async fn finish(mut self) -> std::io::Result<([u8; 32], TempPath)> {
        self.file.flush().await?;
        Ok((self.hash.finalize().into(), self.path))
    }
}

async fn skip(part: &mut Field, patience: u64) -> Result<(), AppError> {
    let mut dropped = 0_u64;
    while let Some(chunk) = part.next().await {
        dropped += chunk.map_err(broken)?.len() as u64;
        if dropped > patience {
            return Err(AppError::TooLarge(
                "That file is far too large. Send a link to it instead.".to_owned(),
            ));
        }
    }
    Ok(())
}

fn file_name(part: &Field) -> Option<String> {
    part.content_disposition()
        .and_then(|disposition| disposition.get_filename())
        .map(str::to_owned)
}

fn broken(cause: MultipartError) -> AppError {
    AppError::BadRequest(format!(
        "The form broke off or can't be read: {cause}. Nothing was changed."
    ))
}

fn fingerprint(request: &HttpRequest, sent: &Sent) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(form::fingerprint(request, &sent.fields));
    for file in &sent.files {
        hash.update(file.digest);
    }
    hash.finalize().into()
}

/// Removes uploads that a process which was killed left behind; answers how many.
///
/// # Errors
/// When the folder cannot be read.
pub fn clear_waiting_room(data: &Path, older_than: std::time::Duration) -> std::io::Result<usize> {
    let entries = match std::fs::read_dir(data.join(WAITING_ROOM)) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut removed = 0;
    for entry in entries {
        let entry = entry?;
        let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        if age > older_than && std::fs::remove_file(entry.path()).is_ok() {
            removed += 1;
        }
    }
    Ok(removed)
}
