//! The installation's secret on disk.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, bail};
use tempfile::NamedTempFile;

use super::{KeyRing, random};

/// Makes a folder that no other account may enter, closed from its first moment. Folders above it are made as the account
/// usually makes them: others may have to pass through those.
///
/// # Errors
/// When it cannot be made.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Reads `secret.key` in the data folder, or makes it once with mode 0600.
///
/// # Errors
/// As [`load`], and when it is missing beside a database that was made with it: a new one would open nothing there.
pub fn load_or_create(data: &Path) -> anyhow::Result<KeyRing> {
    private_folder(data).with_context(|| format!("creating the data folder {}", data.display()))?;
    if let Some(keys) = load(data)? {
        return Ok(keys);
    }
    if data.join("postgres").symlink_metadata().is_ok() {
        bail!(
            "{} is missing, but the database beside it was made with it: restore secret.key from a backup. \
             A new one would open neither the database nor what is sealed in it",
            data.join("secret.key").display()
        );
    }
    create(data).with_context(|| format!("writing {}", data.join("secret.key").display()))?;
    load(data)?.context("secret.key was removed while it was made")
}

/// Reads `secret.key`; none when there is no such file.
///
/// # Errors
/// When it cannot be read, has another length, or is readable by others.
pub fn load(data: &Path) -> anyhow::Result<Option<KeyRing>> {
    let path = data.join("secret.key");
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.with_context(|| format!("reading {}", path.display()))?,
    };
    let mode = fs::metadata(&path)?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!(
            "{} can be read by other users (mode {:o}). Run: chmod 600 {}",
            path.display(),
            mode & 0o777,
            path.display()
        );
    }
    let keys = parse(text.trim()).with_context(|| {
        format!(
            "{} is not a Waymark secret (64 hexadecimal digits)",
            path.display()
        )
    })?;
    Ok(Some(keys))
}

/// Complete and on the disk before it has its name, so that nobody ever reads half of it. Of two processes one wins.
fn create(data: &Path) -> anyhow::Result<()> {
    let mut file = NamedTempFile::with_prefix_in(".secret-", data)?;
    file.write_all(hex::encode(random::<32>()?).as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(data.join("secret.key")) {
        Err(lost) if lost.error.kind() != ErrorKind::AlreadyExists => return Err(lost.error.into()),
        _ => {}
    }
    File::open(data)?.sync_all()?;
    Ok(())
}

/// The ring of a secret given as 64 hexadecimal digits.
fn parse(text: &str) -> anyhow::Result<KeyRing> {
    let mut root = [0; 32];
    hex::decode_to_slice(text, &mut root)?;
    Ok(KeyRing::new(root))
}
