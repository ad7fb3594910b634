//! What a ZIP container holds: half of all office formats are one.

use std::io::{Read, Seek};

use zip::ZipArchive;

use super::Refusal;
use super::formats::{EXCEL, Format, OPEN_DOCUMENTS, POWERPOINT, WORD, ZIP};

/// Longest type an OpenDocument file states, in bytes.
const MAX_STATED: u64 = 100;

/// The format of a container, judged by the names inside; nothing but a stated type is unpacked.
pub(super) fn format_of(content: impl Read + Seek) -> Result<&'static Format, Refusal> {
    let mut archive = ZipArchive::new(content).map_err(|_| Refusal::Damaged)?;
    let names: Vec<String> = archive
        .file_names_raw()
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    if names
        .iter()
        .any(|name| name.to_ascii_lowercase().ends_with("vbaproject.bin"))
    {
        return Err(Refusal::NotAllowed {
            found: "an Office document with macros",
        });
    }
    if names
        .iter()
        .any(|name| name == "META-INF/MANIFEST.MF" || name == "AndroidManifest.xml")
    {
        return Err(Refusal::NotAllowed { found: "a program" });
    }
    Ok(office(&names)
        .or_else(|| open_document(&mut archive))
        .unwrap_or(&ZIP))
}

/// Office Open XML (ECMA-376): a list of content types, and one folder named for the application.
fn office(names: &[String]) -> Option<&'static Format> {
    names.iter().find(|name| *name == "[Content_Types].xml")?;
    let has_folder = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    [("word/", &WORD), ("xl/", &EXCEL), ("ppt/", &POWERPOINT)]
        .into_iter()
        .find(|(folder, _)| has_folder(folder))
        .map(|(_, format)| format)
}

/// OpenDocument 1.3 part 2 §3.3: an entry called `mimetype` states the type.
fn open_document(archive: &mut ZipArchive<impl Read + Seek>) -> Option<&'static Format> {
    let mut stated = String::new();
    archive
        .by_name("mimetype")
        .ok()?
        .take(MAX_STATED)
        .read_to_string(&mut stated)
        .ok()?;
    OPEN_DOCUMENTS.iter().find(|format| format.mime == stated.trim())
}
