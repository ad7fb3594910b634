//! The formats that may be shared, and the names they go by.

use super::Kind;

/// A format that may be shared.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Format {
    /// With its article, to stand in a sentence.
    pub(super) called: &'static str,
    pub(super) kind: Kind,
    pub(super) mime: &'static str,
    /// Name endings in lower case; the first is the one used.
    pub(super) endings: &'static [&'static str],
}

const fn picture(called: &'static str, mime: &'static str, endings: &'static [&'static str]) -> Format {
    Format {
        called,
        kind: Kind::Image,
        mime,
        endings,
    }
}

const fn file(called: &'static str, mime: &'static str, endings: &'static [&'static str]) -> Format {
    Format {
        called,
        kind: Kind::File,
        mime,
        endings,
    }
}

pub(super) static PDF: Format = file("a PDF document", "application/pdf", &["pdf"]);
pub(super) static RTF: Format = file("an RTF document", "application/rtf", &["rtf"]);
pub(super) static ZIP: Format = file("a ZIP archive", "application/zip", &["zip"]);
pub(super) static MP4: Format = file("an MP4 video", "video/mp4", &["mp4", "m4v"]);

pub(super) static WORD: Format = file(
    "a Word document",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    &["docx"],
);
pub(super) static EXCEL: Format = file(
    "an Excel workbook",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    &["xlsx"],
);
pub(super) static POWERPOINT: Format = file(
    "a PowerPoint presentation",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    &["pptx"],
);

/// OpenDocument files, which say their type in their first entry.
pub(super) static OPEN_DOCUMENTS: [Format; 3] = [
    file(
        "an OpenDocument text",
        "application/vnd.oasis.opendocument.text",
        &["odt"],
    ),
    file(
        "an OpenDocument spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet",
        &["ods"],
    ),
    file(
        "an OpenDocument presentation",
        "application/vnd.oasis.opendocument.presentation",
        &["odp"],
    ),
];

/// Office documents up to 2003 share one container; the name tells them apart.
pub(super) static OLD_OFFICE: [Format; 3] = [
    file("an Office 97–2003 document", "application/msword", &["doc"]),
    file("an Office 97–2003 document", "application/vnd.ms-excel", &["xls"]),
    file(
        "an Office 97–2003 document",
        "application/vnd.ms-powerpoint",
        &["ppt"],
    ),
];

/// Text is text; the name tells what it is for. The first is what text without a name is.
pub(super) static TEXTS: [Format; 8] = [
    file("plain text", "text/plain", &["txt", "text", "log"]),
    file("plain text", "text/csv", &["csv"]),
    file("plain text", "text/tab-separated-values", &["tsv"]),
    file("plain text", "text/markdown", &["md"]),
    file("plain text", "text/calendar", &["ics"]),
    file("plain text", "text/vcard", &["vcf"]),
    file("plain text", "text/vtt", &["vtt"]),
    file("plain text", "application/json", &["json"]),
];

/// Formats known by their first bytes, as the `infer` crate names them.
pub(super) static BINARY: [(&str, Format); 14] = [
    (
        "image/jpeg",
        picture("a JPEG picture", "image/jpeg", &["jpg", "jpeg", "jpe", "jfif"]),
    ),
    ("image/png", picture("a PNG picture", "image/png", &["png"])),
    ("image/gif", picture("a GIF picture", "image/gif", &["gif"])),
    ("image/webp", picture("a WebP picture", "image/webp", &["webp"])),
    (
        "video/quicktime",
        file("a QuickTime video", "video/quicktime", &["mov", "qt"]),
    ),
    ("video/webm", file("a WebM video", "video/webm", &["webm"])),
    ("audio/mpeg", file("an MP3 recording", "audio/mpeg", &["mp3"])),
    ("audio/m4a", file("an M4A recording", "audio/mp4", &["m4a"])),
    (
        "audio/opus",
        file("an Ogg recording", "audio/ogg", &["ogg", "opus", "oga"]),
    ),
    (
        "audio/ogg",
        file("an Ogg recording", "audio/ogg", &["ogg", "opus", "oga"]),
    ),
    ("audio/x-flac", file("a FLAC recording", "audio/flac", &["flac"])),
    ("audio/x-wav", file("a WAV recording", "audio/wav", &["wav"])),
    ("audio/aac", file("an AAC recording", "audio/aac", &["aac"])),
    ("audio/amr", file("an AMR recording", "audio/amr", &["amr"])),
];

/// Endings that make a computer run or render what is inside, whatever it is. Macro-enabled Office formats and
/// shortcuts belong here.
const RISKY_ENDINGS: [&str; 64] = [
    "apk", "app", "appimage", "bash", "bat", "chm", "class", "cmd", "com", "cpl", "deb", "dll", "dmg",
    "docm", "dotm", "exe", "gadget", "hta", "htm", "html", "inf", "iso", "jar", "js", "jse", "lnk", "mht",
    "mhtml", "mjs", "msc", "msi", "msp", "mst", "php", "phtml", "pif", "pkg", "pl", "potm", "ppam", "ppsm",
    "pptm", "ps1", "psm1", "py", "rb", "reg", "rpm", "scr", "sh", "shtml", "svg", "svgz", "swf", "url",
    "vbe", "vbs", "ws", "wsf", "wsh", "xhtml", "xlam", "xlsm", "xltm",
];

pub(super) fn is_risky(ending: &str) -> bool {
    RISKY_ENDINGS.contains(&ending)
}

/// The text format with this ending; plain text for a name without one.
pub(super) fn text(ending: Option<&str>) -> Option<&'static Format> {
    match ending {
        None => TEXTS.first(),
        Some(ending) => TEXTS.iter().find(|format| format.endings.contains(&ending)),
    }
}

pub(super) fn old_office(ending: Option<&str>) -> Option<&'static Format> {
    OLD_OFFICE
        .iter()
        .find(|format| ending.is_some_and(|ending| format.endings.contains(&ending)))
}

pub(super) fn binary(mime: &str) -> Option<&'static Format> {
    BINARY
        .iter()
        .find(|(inferred, _)| *inferred == mime)
        .map(|(_, format)| format)
}

/// The media type of pictures, videos and recordings with this name, going by its ending alone: for what has to be decided before a
/// byte is here. What a file is in truth, [`inspect`](super::inspect) says.
pub fn type_by_name(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    let ending = ending.to_lowercase();
    BINARY
        .iter()
        .map(|(_, format)| format)
        .chain([&MP4])
        .find(|format| format.endings.contains(&ending.as_str()))
        .map(|format| format.mime)
}
