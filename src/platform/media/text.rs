//! Telling text from bytes, and harmless text from text that browsers and shells act on.

/// How many first bytes decide what a text is.
const OPENING: usize = 1_024;

/// How a browser recognises HTML whatever it is called (WHATWG MIME Sniffing §7.1), and what else begins markup.
const HTML: [&str; 19] = [
    "<!doctype html",
    "<html",
    "<head",
    "<script",
    "<iframe",
    "<h1",
    "<div",
    "<font",
    "<table",
    "<a",
    "<style",
    "<title",
    "<b",
    "<body",
    "<br",
    "<p",
    "<!--",
    "<meta",
    "<link",
];

/// How scripts begin that say so themselves.
const SCRIPTS: [&str; 6] = ["#!", "<?php", "<?=", "<%", "@echo off", "<job"];

/// Whether the bytes are UTF-8 text without control characters. A character cut off at the very end is forgiven:
/// only the beginning of a long file is looked at.
pub(super) fn is_utf8(bytes: &[u8]) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => valid_part(bytes, error.valid_up_to()),
        Err(_) => return false,
    };
    !text.is_empty() && !text.bytes().any(is_control)
}

/// Whether the bytes may be text of an older encoding, such as Excel's CSV: UTF-16 with its mark, or one byte a
/// character without controls.
pub(super) fn is_other_encoding(bytes: &[u8]) -> bool {
    let utf_16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    utf_16 || !bytes.iter().any(|&byte| is_control(byte))
}

/// What the text is, if something would act on it; with its article.
pub(super) fn acts_as(bytes: &[u8]) -> Option<&'static str> {
    let opening = opening(bytes);
    if SCRIPTS.iter().any(|start| opening.starts_with(start)) {
        return Some("a script");
    }
    if opening.starts_with("<svg") || (opening.starts_with('<') && opening.contains("<svg")) {
        return Some("an SVG drawing");
    }
    if HTML.iter().any(|start| begins_with_tag(&opening, start)) {
        return Some("an HTML page");
    }
    opening.starts_with("<?xml").then_some("an XML document")
}

/// The first characters in lower case, without a byte order mark and white space, NULs of UTF-16 dropped.
fn opening(bytes: &[u8]) -> String {
    let first = bytes.get(..OPENING).unwrap_or(bytes);
    let ascii: Vec<u8> = first
        .iter()
        .copied()
        .filter(|&byte| byte.is_ascii() && byte != 0)
        .collect();
    String::from_utf8_lossy(&ascii).trim_start().to_ascii_lowercase()
}

/// `<b` begins `<b>` and `<b class=…>`, not `<bravo`.
fn begins_with_tag(opening: &str, tag: &str) -> bool {
    let after = opening.strip_prefix(tag).map(|rest| rest.chars().next());
    match after {
        None => false,
        Some(_) if tag == "<!--" => true,
        Some(next) => next.is_none_or(|next| next.is_whitespace() || matches!(next, '>' | '/')),
    }
}

fn valid_part(bytes: &[u8], length: usize) -> &str {
    bytes
        .get(..length)
        .and_then(|valid| std::str::from_utf8(valid).ok())
        .unwrap_or_default()
}

fn is_control(byte: u8) -> bool {
    byte == 0x7F || (byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x0C))
}
