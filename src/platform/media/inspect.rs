//! Recognising what somebody uploads.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use infer::MatcherType;

use super::formats::{self, Format, MP4, PDF, RTF, ZIP};
use super::{Refusal, archive, text};

/// How many first bytes are looked at; archives are also read at their end.
const HEAD: u64 = 64 * 1024;

/// Longest name ending taken for one, in characters: `report.final-version-of-monday` has none.
const MAX_ENDING: usize = 10;

/// How programs begin on Windows, Linux and macOS and in Java, complete or not.
const PROGRAMS: [&[u8]; 7] = [
    b"MZ",
    b"\x7FELF",
    b"\xCA\xFE\xBA\xBE",
    b"\xFE\xED\xFA\xCE",
    b"\xFE\xED\xFA\xCF",
    b"\xCE\xFA\xED\xFE",
    b"\xCF\xFA\xED\xFE",
];

/// How an attachment is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Give it to [`prepare_image`](super::prepare_image) before storing.
    Image,
    /// Offered for download, never shown inline by its own type.
    File,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspected {
    pub kind: Kind,
    pub mime: &'static str,
    /// The usual name ending of the format, without a dot.
    pub extension: &'static str,
}

/// Says what a file held in memory is.
///
/// # Errors
/// A [`Refusal`] to show to the sender: the content is not allowed, not recognised, or not what
/// `claimed_name` says.
pub fn inspect(content: &[u8], claimed_name: &str) -> Result<Inspected, Refusal> {
    inspect_content(Cursor::new(content), claimed_name)
}

/// Says what a file on disk is, reading only its beginning and, for archives, its directory.
///
/// # Errors
/// As [`inspect`], and [`Refusal::Unreadable`] when the file cannot be read.
pub fn inspect_file(path: &Path, claimed_name: &str) -> Result<Inspected, Refusal> {
    let file = File::open(path).map_err(|_| Refusal::Unreadable)?;
    inspect_content(file, claimed_name)
}

/// Why a file of this name may not travel, whatever is in it: for what has to be decided before a byte is here.
pub fn refused_by_name(name: &str) -> Option<Refusal> {
    let ending = ending_of(name).filter(|ending| formats::is_risky(ending))?;
    Some(Refusal::EndingNotAllowed { ending })
}

fn inspect_content(mut content: impl Read + Seek, claimed_name: &str) -> Result<Inspected, Refusal> {
    let mut head = Vec::new();
    content
        .by_ref()
        .take(HEAD)
        .read_to_end(&mut head)
        .map_err(|_| Refusal::Unreadable)?;
    if head.is_empty() {
        return Err(Refusal::Empty);
    }
    let ending = ending_of(claimed_name);
    if let Some(ending) = ending.as_deref().filter(|ending| formats::is_risky(ending)) {
        return Err(Refusal::EndingNotAllowed {
            ending: ending.to_owned(),
        });
    }
    let format = recognise(&head, content, ending.as_deref())?;
    agree(format, ending)
}

fn recognise(
    head: &[u8],
    content: impl Read + Seek,
    ending: Option<&str>,
) -> Result<&'static Format, Refusal> {
    if head.starts_with(b"%PDF-") {
        return Ok(&PDF);
    }
    if head.starts_with(b"{\\rtf") {
        return Ok(&RTF);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        let format = archive::format_of(content)?;
        return Ok(if ending == Some("zip") { &ZIP } else { format });
    }
    if head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        return old_office(ending);
    }
    if text::is_utf8(head) {
        return plain_text(head, ending);
    }
    binary(head, ending)
}

fn binary(head: &[u8], ending: Option<&str>) -> Result<&'static Format, Refusal> {
    if PROGRAMS.iter().any(|start| head.starts_with(start)) {
        return Err(Refusal::NotAllowed { found: "a program" });
    }
    let inferred = infer::get(head);
    if let Some(format) = inferred.and_then(|found| formats::binary(found.mime_type())) {
        return Ok(format);
    }
    match inferred.map(|found| (found.matcher_type(), found.extension())) {
        Some((MatcherType::Image, ending)) => Err(Refusal::PictureFormat { ending }),
        Some((MatcherType::App, _)) => Err(Refusal::NotAllowed { found: "a program" }),
        Some((MatcherType::Archive, _)) => Err(Refusal::NotAllowed {
            found: "an archive other than ZIP",
        }),
        _ if head.get(4..8) == Some(b"ftyp") => Ok(&MP4),
        _ if text::is_other_encoding(head) => plain_text(head, ending),
        _ => Err(Refusal::Unrecognised),
    }
}

fn plain_text(head: &[u8], ending: Option<&str>) -> Result<&'static Format, Refusal> {
    if let Some(found) = text::acts_as(head) {
        return Err(Refusal::NotAllowed { found });
    }
    formats::text(ending).ok_or_else(|| disagreement("plain text", ending))
}

fn old_office(ending: Option<&str>) -> Result<&'static Format, Refusal> {
    formats::old_office(ending).ok_or_else(|| disagreement("an Office 97–2003 document", ending))
}

/// The name may be missing its ending, but if it has one it must be right.
fn agree(format: &'static Format, ending: Option<String>) -> Result<Inspected, Refusal> {
    match ending {
        Some(ending) if !format.endings.contains(&ending.as_str()) => {
            Err(disagreement(format.called, Some(&ending)))
        }
        _ => Ok(Inspected {
            kind: format.kind,
            mime: format.mime,
            extension: format.endings.first().copied().unwrap_or_default(),
        }),
    }
}

fn disagreement(found: &'static str, ending: Option<&str>) -> Refusal {
    match ending {
        Some(ending) => Refusal::NameDisagrees {
            ending: ending.to_owned(),
            found,
        },
        None => Refusal::Unrecognised,
    }
}

/// What follows the last dot of the last part of a name, in lower case. White space and layout characters do not
/// hide it: `harmless.exe ` still ends in `exe`.
fn ending_of(name: &str) -> Option<String> {
    let name = super::safe_file_name(name);
    let (stem, ending) = name.rsplit_once('.')?;
    let plain = ending.chars().count() <= MAX_ENDING && ending.chars().all(char::is_alphanumeric);
    (plain && !stem.is_empty() && !ending.is_empty()).then(|| ending.to_lowercase())
}
