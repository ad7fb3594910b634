//! Zip archives: written the same way every time, and read with care, since anybody can make one.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek, Write};

use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::kernel::error::AppError;

/// The most files an archive holds.
const MOST_FILES: usize = 20_000;
/// The most bytes its texts hold together, unpacked: the journey, Markdown, captions and posters. The rest never is in memory.
const MOST_TEXT: u64 = 64 * 1024 * 1024;
/// Bytes of a file that are moved at once.
const AT_ONCE: usize = 256 * 1024;

/// How a file is written: without a time, packed unless it is dense already, the same way every time.
pub fn options(is_dense: bool) -> SimpleFileOptions {
    let method = match is_dense {
        true => CompressionMethod::Stored,
        false => CompressionMethod::Deflated,
    };
    SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
}

/// An archive of these files, in the order of their names, without times: the same files give the same bytes.
///
/// # Errors
/// Practically none.
pub fn packed(files: &BTreeMap<String, Vec<u8>>) -> anyhow::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options(false))?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// An archive that somebody brought. What it says about sizes is not believed, and nothing is written where it says.
pub struct Archive<R: Read + Seek> {
    zip: ZipArchive<R>,
    /// Names as they are read, and where they are.
    names: BTreeMap<String, usize>,
    /// Bytes of text still taken.
    text: u64,
    /// Bytes of everything still taken.
    room: u64,
}

/// What came of unpacking a file.
#[derive(Debug)]
pub enum Extracted {
    /// So many bytes, with this SHA-256.
    Whole(u64, [u8; 32]),
    /// The job is to stop.
    Stopped,
    /// Why not, in a sentence.
    Refused(String),
}

impl<R: Read + Seek> Archive<R> {
    /// Opens an archive of which, unpacked, so many bytes are taken at most. Folders and what hides (`.git`, `__MACOSX`) are left out.
    ///
    /// # Errors
    /// A sentence for whoever brought it.
    pub fn open(from: R, largest: u64) -> Result<Self, String> {
        let mut zip = ZipArchive::new(from).map_err(|_| damaged())?;
        if zip.len() > MOST_FILES {
            return Err(format!("There are more than {MOST_FILES} files in it."));
        }
        let mut names = BTreeMap::new();
        for index in 0..zip.len() {
            let file = zip.by_index_raw(index).map_err(|_| damaged())?;
            let name = file.name().map_err(|_| damaged())?.replace('\\', "/");
            let parts = || name.split('/');
            let leads_out = name.starts_with('/')
                || name.contains('\0')
                || parts().any(|part| part == ".." || part.ends_with(':'));
            if leads_out {
                return Err("It names files outside of itself, which no journey does.".to_owned());
            }
            let is_hidden = parts().any(|part| part.starts_with('.') || part == "__MACOSX");
            if !file.is_dir() && !is_hidden && names.insert(name, index).is_some() {
                return Err("It has two files of the same name.".to_owned());
            }
        }
        Ok(Self {
            zip,
            names,
            text: MOST_TEXT,
            room: largest,
        })
    }

    /// The names of its files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// A small file, whole.
    ///
    /// # Errors
    /// A sentence for whoever brought it.
    pub fn small(&mut self, name: &str) -> Result<Vec<u8>, String> {
        let index = *self.names.get(name).ok_or_else(|| missing(name))?;
        let file = self.zip.by_index(index).map_err(|_| damaged())?;
        let most = self.text.min(self.room);
        let mut content = Vec::new();
        file.take(most + 1)
            .read_to_end(&mut content)
            .map_err(|_| damaged())?;
        let size = content.len() as u64;
        if size > most {
            return Err(format!(
                "Unpacked, what is text in it is larger than {} MB.",
                MOST_TEXT / (1024 * 1024)
            ));
        }
        self.text -= size;
        self.room -= size;
        Ok(content)
    }

    /// Unpacks a file of at most so many bytes into another, piece by piece; asks `stopping` now and then, with how many bytes were moved
    /// since it was asked last.
    ///
    /// # Errors
    /// When the file can't be written, or asking fails.
    pub fn extract(
        &mut self,
        name: &str,
        most: u64,
        into: &mut impl Write,
        mut stopping: impl FnMut(u64) -> Result<bool, AppError>,
    ) -> Result<Extracted, AppError> {
        let Some(index) = self.names.get(name).copied() else {
            return Ok(Extracted::Refused(missing(name)));
        };
        let Ok(mut file) = self.zip.by_index(index) else {
            return Ok(Extracted::Refused("It is damaged in the archive.".to_owned()));
        };
        let (mut hash, mut size, mut piece) = (Sha256::new(), 0_u64, vec![0_u8; AT_ONCE]);
        loop {
            // The last piece is read only when the checksum of the whole is right.
            let Ok(read) = file.read(&mut piece) else {
                return Ok(Extracted::Refused("It is damaged in the archive.".to_owned()));
            };
            let bytes = piece.get(..read).unwrap_or_default();
            if bytes.is_empty() {
                return Ok(Extracted::Whole(size, hash.finalize().into()));
            }
            size += bytes.len() as u64;
            let Some(room) = self.room.checked_sub(bytes.len() as u64).filter(|_| size <= most) else {
                return Ok(Extracted::Refused("Unpacked, it is too large.".to_owned()));
            };
            self.room = room;
            hash.update(bytes);
            into.write_all(bytes)
                .map_err(|cause| AppError::Unexpected(cause.into()))?;
            if stopping(bytes.len() as u64)? {
                return Ok(Extracted::Stopped);
            }
        }
    }
}

fn damaged() -> String {
    "This is no zip archive, or it is damaged.".to_owned()
}

fn missing(name: &str) -> String {
    format!("“{name}” is not in the archive.")
}
