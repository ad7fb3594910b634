//! Zip archives: written the same way every time, and read with care, since anybody can make one.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The most files an archive holds.
const MOST_FILES: usize = 2_000;
/// The most bytes all its files hold together, unpacked.
const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// An archive of these files, in the order of their names, without times: the same files give the same bytes.
///
/// # Errors
/// Practically none.
pub fn packed(files: &BTreeMap<String, Vec<u8>>) -> anyhow::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The files of an archive by name; folders and what hides (`.git`, `__MACOSX`) are left out.
///
/// # Errors
/// A sentence for whoever brought it.
pub fn unpacked(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let damaged = || "This is no zip archive, or it is damaged.".to_owned();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > MOST_FILES {
        return Err(format!("There are more than {MOST_FILES} files in it."));
    }
    let (mut files, mut room) = (BTreeMap::new(), MOST_BYTES);
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|_| damaged())?;
        let name = file.name().map_err(|_| damaged())?.replace('\\', "/");
        let is_hidden = name
            .split('/')
            .any(|part| part.starts_with('.') || part == "__MACOSX");
        if file.is_dir() || is_hidden {
            continue;
        }
        let mut content = Vec::new();
        // What an archive says about its sizes is not to be trusted: reading stops where there is no room.
        file.take(room + 1)
            .read_to_end(&mut content)
            .map_err(|_| damaged())?;
        room = room
            .checked_sub(u64::try_from(content.len()).unwrap_or(u64::MAX))
            .ok_or("Unpacked, it is larger than 32 MB.")?;
        files.insert(name, content);
    }
    Ok(files)
}
