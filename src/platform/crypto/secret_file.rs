//! The installation's secret on disk.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, bail};

use super::{KeyRing, random};

/// Reads `secret.key` in the data folder, or makes it once with mode 0600.
///
/// # Errors
/// When it cannot be read or written, has another length, or is readable by others.
pub fn load_or_create(data: &Path) -> anyhow::Result<KeyRing> {
    fs::create_dir_all(data).with_context(|| format!("creating the data folder {}", data.display()))?;
    let path = data.join("secret.key");
    if !path.exists() {
        let secret = hex::encode(random::<32>()?);
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
        {
            Ok(mut file) => {
                file.write_all(secret.as_bytes())?;
                file.sync_all()?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("writing {}", path.display())),
        }
    }
    let mode = fs::metadata(&path)?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!(
            "{} can be read by other users (mode {:o}). Run: chmod 600 {}",
            path.display(),
            mode & 0o777,
            path.display()
        );
    }
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    parse(text.trim()).with_context(|| {
        format!(
            "{} is not a Waymark secret (64 hexadecimal digits)",
            path.display()
        )
    })
}

/// The ring of a secret given as 64 hexadecimal digits.
fn parse(text: &str) -> anyhow::Result<KeyRing> {
    let mut root = [0; 32];
    hex::decode_to_slice(text, &mut root)?;
    Ok(KeyRing::new(root))
}
