//! The frame of a mail document: head, colour scheme and preheader.

use super::super::language::escape_html;
use super::scan::{self, Piece};

/// Asks mail programs to adapt colours instead of inverting them. `supported-color-schemes` is the older name.
const COLOR_SCHEME: &str = "<meta name=\"color-scheme\" content=\"light dark\">";
const SUPPORTED_COLOR_SCHEMES: &str = "<meta name=\"supported-color-schemes\" content=\"light dark\">";
const HEAD: &str = "<head><meta charset=\"utf-8\"></head>";
const PREHEADER_STYLE: &str = "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all";

/// Gives a fragment the document around it that mail programs expect, and a document its head.
pub(crate) fn complete(html: &str) -> String {
    let pieces = scan::scan(html);
    let has = |name: &str| pieces.iter().any(|piece| opens(piece, name));
    if has("head") {
        return html.to_owned();
    }
    if has("html") {
        return with_head(&pieces, |piece| opens(piece, "html"), Side::After);
    }
    if has("body") {
        return with_head(&pieces, |piece| opens(piece, "body"), Side::Before);
    }
    format!(
        "<!doctype html>\n<html>\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"></head>\n<body>\n{}\n</body>\n</html>\n",
        html.trim()
    )
}

/// The colour scheme declarations the document does not have yet.
pub(crate) fn missing_in_head(pieces: &[Piece<'_>]) -> String {
    let has = |wanted: &str| {
        pieces.iter().any(|piece| match piece {
            Piece::Open(element) if element.name == "meta" => element
                .value("name")
                .is_some_and(|name| name.eq_ignore_ascii_case(wanted)),
            _ => false,
        })
    };
    let declarations = [
        ("color-scheme", COLOR_SCHEME),
        ("supported-color-schemes", SUPPORTED_COLOR_SCHEMES),
    ];
    declarations
        .iter()
        .filter(|(name, _)| !has(name))
        .map(|(_, meta)| *meta)
        .collect()
}

/// The hidden block that mailboxes show after the subject; nothing for a blank preheader.
pub(crate) fn preheader_block(preheader: &str) -> String {
    if preheader.trim().is_empty() {
        return String::new();
    }
    let mut block = format!("<div style=\"{PREHEADER_STYLE}\">");
    // Markers pass through, since they hold no character that is escaped.
    escape_html(preheader.trim(), &mut block);
    block.push_str("</div>");
    block
}

fn opens(piece: &Piece<'_>, name: &str) -> bool {
    matches!(piece, Piece::Open(element) if element.name == name)
}

/// On which side of an opening tag the head goes.
#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

fn with_head(pieces: &[Piece<'_>], is_anchor: impl Fn(&Piece<'_>) -> bool, side: Side) -> String {
    let anchor = pieces.iter().position(is_anchor);
    let mut result = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        match side {
            Side::Before if Some(index) == anchor => [HEAD, piece.source()]
                .iter()
                .for_each(|text| result.push_str(text)),
            Side::After if Some(index) == anchor => [piece.source(), HEAD]
                .iter()
                .for_each(|text| result.push_str(text)),
            _ => result.push_str(piece.source()),
        }
    }
    result
}
