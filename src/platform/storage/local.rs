//! Objects in a folder: `<root>/org/<organization>/<kind>/<object>`, and beside each its type in `<object>.mime`.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::{ByteRange, ByteStream, Storage, StorageError, StorageKey, Stored};

/// Bytes read from disk at a time.
const PIECE: usize = 64 * 1024;

/// Served when an object's type is not known.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// A folder only this user can read. Files appear whole or not at all: written beside their place, flushed to
/// disk, then renamed.
#[derive(Debug, Clone)]
pub struct LocalStorage {
    root: PathBuf,
}

impl LocalStorage {
    /// Uses a folder, which is created when the first object is stored.
    pub fn new(root: impl Into<PathBuf>) -> LocalStorage {
        LocalStorage { root: root.into() }
    }

    fn path_of(&self, key: &StorageKey) -> PathBuf {
        self.root.join(key.as_str())
    }

    async fn store(&self, key: &StorageKey, content: Content, mime: &str) -> Result<(), StorageError> {
        let (path, mime) = (self.path_of(key), mime.to_owned());
        on_disk(move || {
            write_durably(&type_of(&path), Content::Bytes(mime.into()))?;
            write_durably(&path, content)
        })
        .await
    }

    async fn open(&self, key: &StorageKey) -> Result<Opened, StorageError> {
        let path = self.path_of(key);
        let file = tokio::fs::File::open(&path).await.map_err(classify)?;
        let total = file.metadata().await.map_err(classify)?.len();
        let mime = tokio::fs::read_to_string(type_of(&path))
            .await
            .unwrap_or_else(|_| UNKNOWN_TYPE.to_owned());
        Ok(Opened { file, total, mime })
    }
}

#[async_trait]
impl Storage for LocalStorage {
    async fn put(&self, key: &StorageKey, body: Bytes, mime: &str) -> Result<(), StorageError> {
        self.store(key, Content::Bytes(body), mime).await
    }

    async fn put_file(&self, key: &StorageKey, file: &Path, mime: &str) -> Result<(), StorageError> {
        self.store(key, Content::File(file.to_owned()), mime).await
    }

    async fn get(&self, key: &StorageKey) -> Result<Stored, StorageError> {
        let Opened { file, total, mime } = self.open(key).await?;
        Ok(Stored {
            body: pieces(file, total),
            len: total,
            first: 0,
            total,
            mime,
        })
    }

    async fn range(&self, key: &StorageKey, range: ByteRange) -> Result<Stored, StorageError> {
        let Opened {
            mut file,
            total,
            mime,
        } = self.open(key).await?;
        let part = range
            .within(total)
            .ok_or(StorageError::RangeNotSatisfiable { total })?;
        file.seek(io::SeekFrom::Start(part.start))
            .await
            .map_err(classify)?;
        let len = part.end - part.start;
        Ok(Stored {
            body: pieces(file, len),
            len,
            first: part.start,
            total,
            mime,
        })
    }

    async fn delete(&self, key: &StorageKey) -> Result<(), StorageError> {
        let path = self.path_of(key);
        on_disk(move || {
            remove(&path)?;
            remove(&type_of(&path))
        })
        .await
    }

    fn describe(&self) -> String {
        format!("folder {}", self.root.display())
    }
}

struct Opened {
    file: tokio::fs::File,
    total: u64,
    mime: String,
}

enum Content {
    Bytes(Bytes),
    File(PathBuf),
}

/// Runs file work on the blocking pool. Once begun it finishes, even if whoever asked has gone.
async fn on_disk(work: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), StorageError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StorageError::Transient(error.to_string()))?
        .map_err(classify)
}

/// Temporary files are created with mode 0600, which renaming keeps.
fn write_durably(path: &Path, content: Content) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut unfinished = NamedTempFile::with_prefix_in(".unfinished-", folder)?;
    match content {
        Content::Bytes(bytes) => unfinished.write_all(&bytes)?,
        Content::File(source) => {
            io::copy(
                &mut File::open(source).map_err(io::Error::other)?,
                unfinished.as_file_mut(),
            )?;
        }
    }
    unfinished.as_file().sync_all()?;
    unfinished.persist(path)?;
    File::open(folder)?.sync_all()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn type_of(object: &Path) -> PathBuf {
    object.with_extension("mime")
}

/// The next `len` bytes of a file. A file that ends early ends the stream with an error, so that nobody takes a
/// part for the whole.
fn pieces(file: tokio::fs::File, len: u64) -> ByteStream {
    stream::try_unfold((file, len), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let room = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let mut piece = vec![0; room];
        let read = file.read(&mut piece).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        piece.truncate(read);
        Ok(Some((Bytes::from(piece), (file, left - read as u64))))
    })
    .boxed()
}

/// Paths stay out of the message: the log says which object was meant.
fn classify(error: io::Error) -> StorageError {
    match error.kind() {
        io::ErrorKind::NotFound => StorageError::NotFound,
        io::ErrorKind::PermissionDenied
        | io::ErrorKind::ReadOnlyFilesystem
        | io::ErrorKind::NotADirectory => StorageError::Misconfigured(error.kind().to_string()),
        kind => StorageError::Transient(kind.to_string()),
    }
}
