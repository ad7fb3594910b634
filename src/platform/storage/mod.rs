//! Where attachments and exports keep their bytes: a folder by default, an S3-compatible bucket where there are
//! several processes on several machines.
//!
//! Objects are written once under a fresh key and never changed, so nothing here locks. A key says which
//! organization an object belongs to; whether somebody may read it is decided before anything here is called.

mod key;
pub mod links;
mod local;
mod range;
mod s3;

use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt as _;
use futures_util::stream::BoxStream;

use crate::config;

pub use key::{InvalidStorageKey, StorageKey};
pub use local::LocalStorage;
pub use range::ByteRange;
pub use s3::{Addressing, Patience, S3Settings, S3Storage};

/// The bytes of an object, piece by piece. A failure in the middle ends the stream with an error.
pub type ByteStream = BoxStream<'static, io::Result<Bytes>>;

/// An object, or a part of one, on its way out.
pub struct Stored {
    pub body: ByteStream,
    /// Bytes in `body`.
    pub len: u64,
    /// Offset of the first byte of `body` in the object; 0 for a whole object.
    pub first: u64,
    /// Bytes in the whole object.
    pub total: u64,
    /// The type given when the object was stored.
    pub mime: String,
}

/// Why an object could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("there is no such object")]
    NotFound,
    /// The range asked for begins beyond the end.
    #[error("the object has only {total} bytes")]
    RangeNotSatisfiable { total: u64 },
    /// May pass by itself: try again later.
    #[error("storage is not available at the moment: {0}")]
    Transient(String),
    /// Will not pass until the operator acts.
    #[error("storage is not set up correctly: {0}")]
    Misconfigured(String),
}

/// The storage an operator chose. Local objects are in the folder `objects` of the data folder.
///
/// # Errors
/// [`StorageError::Misconfigured`] when an S3 setting does not fit.
pub fn open(settings: &config::Storage, data: &Path) -> Result<Arc<dyn Storage>, StorageError> {
    if settings.provider != "s3" {
        return Ok(Arc::new(LocalStorage::new(data.join("objects"))));
    }
    let endpoint = settings
        .endpoint
        .parse()
        .map_err(|cause| StorageError::Misconfigured(format!("storage.endpoint: {cause}")))?;
    let bucket = S3Storage::new(S3Settings {
        endpoint,
        region: settings.region.clone(),
        bucket: settings.bucket.clone(),
        access_key: settings.access_key.clone(),
        secret_key: settings.secret_key.clone().into(),
        addressing: if settings.path_style {
            Addressing::Path
        } else {
            Addressing::VirtualHost
        },
        prefix: String::new(),
        patience: Patience::default(),
    })?;
    Ok(Arc::new(bucket))
}

/// A place for objects.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Stores an object, replacing one of the same key. On success it is durable and complete; on failure nothing of it is visible.
    async fn put(&self, key: &StorageKey, body: Bytes, mime: &str) -> Result<(), StorageError>;

    /// Stores the content of a file, without holding it in memory.
    async fn put_file(&self, key: &StorageKey, file: &Path, mime: &str) -> Result<(), StorageError>;

    /// Opens a whole object.
    async fn get(&self, key: &StorageKey) -> Result<Stored, StorageError>;

    /// Opens a part of an object, as a player seeking in a recording asks for it.
    async fn range(&self, key: &StorageKey, range: ByteRange) -> Result<Stored, StorageError>;

    /// Removes an object. One that is not there is as good as removed.
    async fn delete(&self, key: &StorageKey) -> Result<(), StorageError>;

    /// What and where this is, for operators; holds no secret.
    fn describe(&self) -> String;

    /// Stores, reads and removes a small object, as `doctor` does to prove that storage works.
    async fn check(&self) -> Result<(), StorageError> {
        let (key, written) = (StorageKey::probe(), Bytes::from_static(b"waymark storage check"));
        self.put(&key, written.clone(), "text/plain").await?;
        let read = self.get(&key).await?.into_bytes().await;
        self.delete(&key).await?;
        match read {
            Ok(read) if read == written => Ok(()),
            Ok(_) => Err(StorageError::Misconfigured(format!(
                "{} returned other bytes than were stored",
                self.describe()
            ))),
            Err(error) => Err(StorageError::Transient(error.to_string())),
        }
    }
}

impl Stored {
    /// The bytes in one piece, for objects known to be small.
    ///
    /// # Errors
    /// Whatever interrupted the stream, or an end before `len` bytes.
    pub async fn into_bytes(self) -> io::Result<Bytes> {
        let expected = usize::try_from(self.len).map_err(io::Error::other)?;
        let whole: BytesMut = self
            .body
            .try_collect::<Vec<Bytes>>()
            .await?
            .into_iter()
            .flatten()
            .collect();
        if whole.len() == expected {
            Ok(whole.freeze())
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
}
