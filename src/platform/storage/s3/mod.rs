//! Objects in a bucket that speaks the S3 protocol (AWS, MinIO, Garage, Ceph, R2 …).
//!
//! Requests are signed in their query (SigV4) anew for every attempt. What may pass by itself is tried again
//! with growing pauses; what will not is reported at once with what the server said.

mod answer;
mod settings;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, RANGE};
use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use rusty_s3::{Bucket, Credentials, S3Action as _};
use secrecy::ExposeSecret as _;
use tokio::io::AsyncReadExt as _;

use super::{ByteRange, Storage, StorageError, StorageKey, Stored};

pub use settings::{Addressing, Patience, S3Settings};

/// How long a signature is good for: long enough for a large upload and a clock some minutes off.
const SIGNED_FOR: Duration = Duration::from_secs(3_600);

/// The slowest upload waited for, in bytes a second.
const SLOWEST_UPLOAD: u64 = 128 * 1024;

/// Bytes read from disk at a time while uploading.
const PIECE: usize = 64 * 1024;

/// A bucket, or the part of one below a prefix.
pub struct S3Storage {
    client: Client,
    bucket: Bucket,
    credentials: Credentials,
    prefix: String,
    patience: Patience,
}

impl S3Storage {
    /// Prepares a client; nothing is sent yet ([`Storage::check`] does that).
    ///
    /// # Errors
    /// [`StorageError::Misconfigured`] naming the setting that cannot be right.
    pub fn new(settings: S3Settings) -> Result<S3Storage, StorageError> {
        let prefix = settings.object_prefix()?;
        let bucket = Bucket::new(
            settings.endpoint,
            settings.addressing.into(),
            settings.bucket,
            settings.region,
        )
        .map_err(|error| {
            StorageError::Misconfigured(format!("the S3 endpoint and bucket do not fit: {error}"))
        })?;
        Ok(S3Storage {
            client: client(&settings.patience)?,
            bucket,
            credentials: Credentials::new(settings.access_key, settings.secret_key.expose_secret()),
            prefix,
            patience: settings.patience,
        })
    }

    async fn fetch(&self, key: &StorageKey, range: Option<ByteRange>) -> Result<Stored, StorageError> {
        let response = self
            .send(&Request {
                method: Method::GET,
                key,
                content: Content::None,
                range,
            })
            .await?;
        let (part, mime) = (answer::part(&response)?, answer::mime(&response));
        let patience = self.patience.answer;
        let body = response
            .bytes_stream()
            .map_err(|error| std::io::Error::other(error.without_url()));
        let body = stream::unfold(body.boxed(), move |mut body| async move {
            let next = tokio::time::timeout(patience, body.next()).await;
            next.unwrap_or_else(|_| Some(Err(std::io::ErrorKind::TimedOut.into())))
                .map(|piece| (piece, body))
        });
        Ok(Stored {
            body: body.boxed(),
            len: part.len,
            first: part.first,
            total: part.total,
            mime,
        })
    }

    /// Sends a request until it is answered for good or patience ends.
    async fn send(&self, request: &Request<'_>) -> Result<Response, StorageError> {
        let mut pause = self.patience.first_pause;
        for _ in 1..self.patience.attempts {
            match self.attempt(request).await {
                Err(StorageError::Transient(why)) => {
                    tracing::warn!(why, "storage did not answer, trying again")
                }
                answered => return answered,
            }
            // Between half and the whole pause, so that many processes do not come back at the same instant.
            tokio::time::sleep(pause.mul_f64(rand::random_range(0.5..=1.0))).await;
            pause *= 2;
        }
        self.attempt(request).await
    }

    async fn attempt(&self, request: &Request<'_>) -> Result<Response, StorageError> {
        let (prepared, size) = self.prepare(request).await?;
        let longest = self.patience.answer + Duration::from_secs(size / SLOWEST_UPLOAD);
        match tokio::time::timeout(longest, prepared.send()).await {
            Ok(Ok(response)) => answer::accept(response).await,
            Ok(Err(error)) => Err(answer::not_sent(error)),
            Err(_) => Err(StorageError::Transient(format!(
                "no answer within {} seconds",
                longest.as_secs()
            ))),
        }
    }

    /// A freshly signed request, and how many bytes it carries.
    async fn prepare(&self, request: &Request<'_>) -> Result<(RequestBuilder, u64), StorageError> {
        let object = format!("{}{}", self.prefix, request.key);
        let credentials = Some(&self.credentials);
        let url = match request.method {
            Method::PUT => self.bucket.put_object(credentials, &object).sign(SIGNED_FOR),
            Method::DELETE => self.bucket.delete_object(credentials, &object).sign(SIGNED_FOR),
            _ => self.bucket.get_object(credentials, &object).sign(SIGNED_FOR),
        };
        let mut prepared = self.client.request(request.method.clone(), url);
        if let Some(range) = request.range {
            prepared = prepared.header(RANGE, range.to_string());
        }
        request.content.attach(prepared).await
    }
}

#[async_trait]
impl Storage for S3Storage {
    async fn put(&self, key: &StorageKey, body: Bytes, mime: &str) -> Result<(), StorageError> {
        let content = Content::Bytes { bytes: body, mime };
        self.send(&Request {
            method: Method::PUT,
            key,
            content,
            range: None,
        })
        .await
        .map(drop)
    }

    async fn put_file(&self, key: &StorageKey, file: &Path, mime: &str) -> Result<(), StorageError> {
        let content = Content::File { path: file, mime };
        self.send(&Request {
            method: Method::PUT,
            key,
            content,
            range: None,
        })
        .await
        .map(drop)
    }

    async fn get(&self, key: &StorageKey) -> Result<Stored, StorageError> {
        self.fetch(key, None).await
    }

    async fn range(&self, key: &StorageKey, range: ByteRange) -> Result<Stored, StorageError> {
        self.fetch(key, Some(range)).await
    }

    async fn delete(&self, key: &StorageKey) -> Result<(), StorageError> {
        let request = Request {
            method: Method::DELETE,
            key,
            content: Content::None,
            range: None,
        };
        match self.send(&request).await {
            Ok(_) | Err(StorageError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn describe(&self) -> String {
        format!("S3 bucket {} at {}", self.bucket.name(), self.bucket.base_url())
    }
}

struct Request<'r> {
    method: Method,
    key: &'r StorageKey,
    content: Content<'r>,
    range: Option<ByteRange>,
}

/// What an upload carries; can be sent again.
enum Content<'r> {
    None,
    Bytes { bytes: Bytes, mime: &'r str },
    File { path: &'r Path, mime: &'r str },
}

impl Content<'_> {
    /// S3 wants the length even of an empty body, and no chunked encoding.
    async fn attach(&self, request: RequestBuilder) -> Result<(RequestBuilder, u64), StorageError> {
        match self {
            Content::None => Ok((request, 0)),
            Content::Bytes { bytes, mime } => {
                let size = bytes.len() as u64;
                let request = request.header(CONTENT_TYPE, *mime).header(CONTENT_LENGTH, size);
                Ok((request.body(bytes.clone()), size))
            }
            Content::File { path, mime } => {
                let unreadable =
                    |error| StorageError::Misconfigured(format!("the upload cannot be read: {error}"));
                let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
                let size = file.metadata().await.map_err(unreadable)?.len();
                let request = request.header(CONTENT_TYPE, *mime).header(CONTENT_LENGTH, size);
                Ok((request.body(reqwest::Body::wrap_stream(pieces(file))), size))
            }
        }
    }
}

fn pieces(
    file: tokio::fs::File,
) -> impl futures_util::Stream<Item = std::io::Result<Bytes>> + Send + 'static {
    stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok((read > 0).then(|| (Bytes::from(piece), file)))
    })
}

/// Redirects are not followed: they mean a wrong region or endpoint, and would break the signature.
fn client(patience: &Patience) -> Result<Client, StorageError> {
    // The portal speaks TLS with ring everywhere. Whoever installed it first, it is the same provider.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .connect_timeout(patience.connect)
        .redirect(redirect::Policy::none())
        .build()
        .map_err(|error| StorageError::Misconfigured(format!("no HTTP client: {error}")))
}
