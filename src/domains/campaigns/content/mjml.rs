//! MJML to HTML, by the crate `mrml`. Includes are refused: a draft stands on its own.

use std::fmt::Write as _;

use mrml::prelude::parser::{Error, ParserOptions, Span, WarningKind};
use mrml::prelude::render::RenderOptions;

use super::html::scan::{self, Element, Piece};
use super::problem::{Code, Field, Place, Problem};
use super::tags::{self, Chunk, TagKind, TagTable};

/// MJML elements that hold other MJML elements only, where a bare statement must be wrapped in `mj-raw`.
const STRUCTURE: [&str; 6] = [
    "mj-body",
    "mj-wrapper",
    "mj-section",
    "mj-group",
    "mj-column",
    "mj-hero",
];

/// Every element `mrml` turns into HTML; it copies unknown ones, which no mail program shows.
const KNOWN: [&str; 33] = [
    "mj-accordion",
    "mj-accordion-element",
    "mj-accordion-text",
    "mj-accordion-title",
    "mj-all",
    "mj-attributes",
    "mj-body",
    "mj-breakpoint",
    "mj-button",
    "mj-carousel",
    "mj-carousel-image",
    "mj-class",
    "mj-column",
    "mj-divider",
    "mj-font",
    "mj-group",
    "mj-head",
    "mj-hero",
    "mj-image",
    "mj-include",
    "mj-navbar",
    "mj-navbar-link",
    "mj-preview",
    "mj-raw",
    "mj-section",
    "mj-social",
    "mj-social-element",
    "mj-spacer",
    "mj-style",
    "mj-table",
    "mj-text",
    "mj-title",
    "mj-wrapper",
];

/// The deepest nesting handed to `mrml`, whose parser calls itself for every level and would exhaust the stack.
const DEEPEST: usize = 100;

/// Whether a source is MJML and not HTML.
pub(crate) fn is_mjml(source: &str) -> bool {
    scan::scan(source)
        .iter()
        .find_map(|piece| match piece {
            Piece::Open(element) => Some(element.name == "mjml"),
            _ => None,
        })
        .unwrap_or(false)
}

/// Turns MJML with markers into HTML with markers.
pub(crate) fn to_html(marked: &str, table: &TagTable, problems: &mut Vec<Problem>) -> Option<String> {
    check_names(marked, table, problems);
    if is_too_deep(marked) {
        let sentence = "The MJML nests more than 100 elements into each other.";
        problems.push(Problem::error(
            Code::MjmlSyntax,
            Place::field(Field::Source),
            sentence,
        ));
        return None;
    }
    let wrapped = prepare(marked, table);
    // Loads nothing: the default include loader refuses every path.
    let parsed = match mrml::parse_with_options(&wrapped, &ParserOptions::default()) {
        Ok(parsed) => parsed,
        Err(error) => {
            problems.push(parse_problem(&error, &wrapped, table));
            return None;
        }
    };
    for warning in &parsed.warnings {
        problems.push(warning_problem(warning.kind, &warning.span, &wrapped, table));
    }
    // No font is ever fetched from a third party: it would tell it who reads.
    let options = RenderOptions {
        fonts: Default::default(),
        ..RenderOptions::default()
    };
    match parsed.element.render(&options) {
        Ok(html) => Some(html),
        Err(error) => {
            let sentence = format!("The MJML cannot be turned into HTML: {error}.");
            problems.push(Problem::error(
                Code::MjmlSyntax,
                Place::field(Field::Source),
                sentence,
            ));
            None
        }
    }
}

/// Counts opening tags that are not closed yet, whatever their names, since `mrml` does so too.
fn is_too_deep(marked: &str) -> bool {
    let mut depth = 0_usize;
    scan::scan(marked).iter().any(|piece| {
        match piece {
            Piece::Open(element) if !element.is_void() => depth += 1,
            Piece::Close { .. } => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}

fn check_names(marked: &str, table: &TagTable, problems: &mut Vec<Problem>) {
    let mut position = 0;
    for piece in scan::scan(marked) {
        if let Piece::Open(element) = &piece
            && element.name.starts_with("mj-")
            && !KNOWN.contains(&element.name.as_str())
        {
            let sentence = format!("MJML has no element <{}>.", element.name);
            problems.push(Problem::error(
                Code::MjmlSyntax,
                place_at(position, marked, table),
                sentence,
            ));
        }
        position += piece.source().len();
    }
}

/// Wraps statements that stand between sections or columns in `mj-raw`, so that MJML carries them along, and
/// shields the attributes.
fn prepare(marked: &str, table: &TagTable) -> String {
    let mut result = String::with_capacity(marked.len());
    let mut parents: Vec<String> = Vec::new();
    for piece in scan::scan(marked) {
        match piece {
            Piece::Open(element) => {
                push_shielded(&element, &mut result);
                if !element.is_void() {
                    parents.push(element.name);
                }
            }
            Piece::Close { name, source } => {
                if let Some(position) = parents.iter().rposition(|parent| *parent == name) {
                    parents.truncate(position);
                }
                result.push_str(source);
            }
            Piece::Text(text)
                if parents
                    .last()
                    .is_some_and(|parent| STRUCTURE.contains(&parent.as_str())) =>
            {
                push_wrapped(text, table, &mut result);
            }
            Piece::Text(source) | Piece::RawText(source) | Piece::Markup(source) => result.push_str(source),
        }
    }
    result
}

/// Appends an element with character references for what `mrml` 6.0 would write as Rust escapes: it formats
/// attribute values with `{:?}`, which breaks quotes, backslashes, emoji joiners and the like.
fn push_shielded(element: &Element<'_>, result: &mut String) {
    let mut written = 0;
    for attribute in &element.attributes {
        result.push_str(
            element
                .source
                .get(written..attribute.range.start)
                .unwrap_or_default(),
        );
        for character in attribute.value.chars() {
            let survives = character == '\'' || character.escape_debug().eq(std::iter::once(character));
            if survives && !is_extending(character) {
                result.push(character);
            } else {
                let _ = write!(result, "&#{};", u32::from(character));
            }
        }
        written = attribute.range.end;
    }
    result.push_str(element.source.get(written..).unwrap_or_default());
}

/// Combining marks at the start of a value are escaped too, so a reference is safer everywhere.
fn is_extending(character: char) -> bool {
    !character.is_ascii()
        && !character.is_alphanumeric()
        && format!("{:?}", character.to_string()).contains("\\u")
}

fn push_wrapped(text: &str, table: &TagTable, result: &mut String) {
    let mut rest = text;
    for chunk in tags::chunks(text) {
        let length = match chunk {
            Chunk::Text(text) => text.len(),
            Chunk::Marker(_) => rest
                .find(tags::MARKER_END)
                .map_or(0, |end| end + tags::MARKER_END.len_utf8()),
        };
        let (source, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        let is_statement = match chunk {
            Chunk::Marker(index) => table
                .get(index)
                .is_some_and(|tag| matches!(tag.kind, TagKind::Statement(_))),
            Chunk::Text(_) => false,
        };
        if is_statement {
            result.push_str("<mj-raw>");
            result.push_str(source);
            result.push_str("</mj-raw>");
        } else {
            result.push_str(source);
        }
    }
}

fn place_at(position: usize, marked: &str, table: &TagTable) -> Place {
    let before = table.as_written(marked.get(..position).unwrap_or_default());
    let line = u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX);
    Place::line(Field::Source, line)
}

fn parse_problem(error: &Error, marked: &str, table: &TagTable) -> Problem {
    let at = |span: &Span| place_at(span.start, marked, table);
    let (place, sentence) = match error {
        Error::UnexpectedElement { position, .. } => {
            let name = marked.get(position.start..position.end).unwrap_or_default();
            (at(position), format!("The element “{name}” cannot stand here."))
        }
        Error::UnexpectedToken { position, .. } => (
            at(position),
            "This piece of MJML was not expected here.".to_owned(),
        ),
        Error::MissingAttribute { name, position, .. } => {
            (at(position), format!("The element needs the attribute “{name}”."))
        }
        Error::InvalidAttribute { position, .. } => (at(position), "The attribute is not valid.".to_owned()),
        Error::InvalidFormat { position, .. } => (at(position), "The MJML is not well formed.".to_owned()),
        Error::EndOfStream { .. } => (
            Place::field(Field::Source),
            "The MJML ends before all elements are closed.".to_owned(),
        ),
        Error::SizeLimit { .. } => (Place::field(Field::Source), "The MJML is too long.".to_owned()),
        Error::ParserError { source, .. } => (
            Place::line(Field::Source, source.pos().row),
            "The MJML is not well formed.".to_owned(),
        ),
        Error::NoRootNode => (
            Place::field(Field::Source),
            "The MJML has no <mjml> element.".to_owned(),
        ),
        Error::IncludeLoaderError { position, .. } => {
            (at(position), "Content cannot include other files.".to_owned())
        }
    };
    Problem::error(Code::MjmlSyntax, place, sentence)
}

fn warning_problem(kind: WarningKind, span: &Span, marked: &str, table: &TagTable) -> Problem {
    let written = marked.get(span.start..span.end).unwrap_or_default();
    let name = written.split('=').next().unwrap_or_default().trim();
    let sentence = match kind {
        WarningKind::UnexpectedAttribute => format!("MJML ignores the attribute “{name}” here."),
        WarningKind::InlineStyleUnsupported => {
            "Inlined styles are not supported. Use attributes or plain mj-style.".to_owned()
        }
    };
    Problem::warning(Code::MjmlAttribute, place_at(span.start, marked, table), sentence)
}
