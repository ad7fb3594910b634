//! What a backup says about itself.

use std::io::{self, Read, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::EmbeddedError;

/// The layout of the archive. A reader refuses a number it does not know.
pub(super) const FORMAT: u32 = 1;

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const DATABASE: &str = "database.dump";
pub(super) const ROLES: &str = "roles.sql";

/// The installation's secret, in the data folder and in the archive: without it, what is sealed in the database stays sealed.
pub const SECRET: &str = "secret.key";
/// What people uploaded, as a folder in the data folder and in the archive.
pub const FILES: &str = "objects";

/// `manifest.json`: where a backup comes from, and the digest of everything in it.
///
/// The digests find damage, not malice: a backup holds every secret of an installation, so keep it and choose it as carefully.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version of Waymark that made it.
    pub waymark: String,
    /// The version of PostgreSQL that made it, such as `15.14`.
    pub postgres: String,
    pub database: String,
    pub made_at: DateTime<Utc>,
    pub entries: Vec<Entry>,
}

/// One file in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// With `/` between its parts, such as `objects/5f/photo`.
    pub path: String,
    pub bytes: u64,
    /// In lower-case hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// Reads a manifest, refusing layouts of the future.
    pub(super) fn parse(text: &str, archive: &Path) -> Result<Self, EmbeddedError> {
        let refused = |problem: String| EmbeddedError::NotABackup {
            path: archive.to_path_buf(),
            problem,
        };
        let manifest: Self = serde_json::from_str(text)
            .map_err(|error| refused(format!("its manifest cannot be read ({error})")))?;
        if manifest.format == FORMAT {
            return Ok(manifest);
        }
        Err(refused(format!(
            "its layout {} is not {FORMAT}; it was made by Waymark {}",
            manifest.format, manifest.waymark
        )))
    }
}

/// Copies piece by piece, however long the file, and says what went through.
pub(super) fn copy_and_digest(path: &str, from: &mut impl Read, to: &mut impl Write) -> io::Result<Entry> {
    let mut digest = Sha256::new();
    let mut bytes = 0;
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = match from.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let read = piece.get(..length).unwrap_or_default();
        digest.update(read);
        to.write_all(read)?;
        bytes += read.len() as u64;
    }
    Ok(Entry {
        path: path.to_owned(),
        bytes,
        sha256: hex::encode(digest.finalize()),
    })
}
