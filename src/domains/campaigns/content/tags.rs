//! Finds the template tags of a text and swaps each for a marker.
//!
//! MJML, the HTML scanner and the text generator then never see template syntax: a marker is a number between two
//! letters of a script last written 3400 years ago, which all of them carry through untouched. (Private-use
//! characters will not do: `mrml` 6.0 writes unprintable characters of attributes as Rust escapes.)

use super::problem::{Code, Field, Place, Problem};
use super::variables::ROOTS;

/// Opens a marker: AEGEAN WORD SEPARATOR LINE, which drafts may not contain.
pub(crate) const MARKER_START: char = '\u{10100}';
/// Closes a marker: AEGEAN WORD SEPARATOR DOT, which drafts may not contain.
pub(crate) const MARKER_END: char = '\u{10101}';

/// What stands behind a marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TagKind {
    /// `{{ path.to.value }}` and nothing more.
    Plain(String),
    /// Any other `{{ expression }}`; the text between the braces.
    Output(String),
    /// `{% statement %}`; the text between the braces.
    Statement(String),
    /// The address of a tracked link, by its number.
    Tracked(u32),
    /// The open pixel, where one is asked for.
    Pixel,
}

/// Whether a value stands on its own or is a piece of a longer address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Free,
    /// Inside an address after its host: the value is percent-encoded.
    UrlPart,
}

/// One template tag of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub kind: TagKind,
    pub position: Position,
    /// The tag as written, with its braces.
    pub raw: String,
    pub place: Place,
}

impl Tag {
    /// A tag that the compiler itself puts into the content.
    pub fn synthetic(kind: TagKind, place: Place) -> Self {
        Self {
            kind,
            position: Position::Free,
            raw: String::new(),
            place,
        }
    }

    /// The text between the braces, for tags the author wrote.
    pub fn inner(&self) -> Option<&str> {
        match &self.kind {
            TagKind::Plain(text) | TagKind::Output(text) | TagKind::Statement(text) => Some(text),
            TagKind::Tracked(_) | TagKind::Pixel => None,
        }
    }
}

/// All tags of one draft; markers are positions in this list.
#[derive(Debug, Default)]
pub(crate) struct TagTable {
    tags: Vec<Tag>,
}

impl TagTable {
    /// Adds a tag and returns its marker.
    pub fn add(&mut self, tag: Tag) -> String {
        self.tags.push(tag);
        marker(self.tags.len() - 1)
    }

    pub fn get(&self, index: usize) -> Option<&Tag> {
        self.tags.get(index)
    }

    /// Says that the value of a tag becomes a piece of an address.
    pub fn set_url_part(&mut self, index: usize) {
        if let Some(tag) = self.tags.get_mut(index) {
            tag.position = Position::UrlPart;
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.tags.iter()
    }

    /// Replaces the markers of a text by the tags as they were written, for messages to staff.
    pub fn as_written(&self, text: &str) -> String {
        chunks(text)
            .map(|chunk| match chunk {
                Chunk::Text(text) => text,
                Chunk::Marker(index) => self.get(index).map_or("", |tag| tag.raw.as_str()),
            })
            .collect()
    }
}

fn marker(index: usize) -> String {
    format!("{MARKER_START}{index}{MARKER_END}")
}

/// A stretch of text, or the number of the tag that stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chunk<'a> {
    Text(&'a str),
    Marker(usize),
}

/// Walks a text with markers from start to end.
pub(crate) fn chunks(text: &str) -> impl Iterator<Item = Chunk<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (chunk, after) = next_chunk(rest);
        rest = after;
        Some(chunk)
    })
}

fn next_chunk(text: &str) -> (Chunk<'_>, &str) {
    let Some(after_start) = text.strip_prefix(MARKER_START) else {
        let end = text.find(MARKER_START).unwrap_or(text.len());
        let (plain, rest) = text.split_at(end);
        return (Chunk::Text(plain), rest);
    };
    match after_start.split_once(MARKER_END) {
        Some((number, rest)) => match number.parse() {
            Ok(index) => (Chunk::Marker(index), rest),
            Err(_) => (Chunk::Text(""), rest),
        },
        None => (Chunk::Text(after_start), ""),
    }
}

/// The number of the tag when the text is one marker and nothing else.
pub(crate) fn only_marker(text: &str) -> Option<usize> {
    let mut all = chunks(text);
    match (all.next(), all.next()) {
        (Some(Chunk::Marker(index)), None) => Some(index),
        _ => None,
    }
}

/// Whether any tag stands in the text.
pub(crate) fn has_marker(text: &str) -> bool {
    text.contains(MARKER_START)
}

/// Swaps every template tag of `text` for a marker, adding the tags to `table`. Comments disappear.
/// Line ends become single line feeds.
pub(crate) fn extract(text: &str, field: Field, table: &mut TagTable, problems: &mut Vec<Problem>) -> String {
    let text = unify_line_ends(text);
    let mut result = String::with_capacity(text.len());
    let mut rest = text.as_str();
    let mut line = 1;
    while let Some((before, opening, after)) = next_opening(rest) {
        result.push_str(&without_reserved(before, field, line, problems));
        line += line_feeds(before);
        let Some((inner, remaining)) = split_at_closing(after, opening) else {
            problems.push(unclosed(opening, Place::line(field, line)));
            rest = after;
            continue;
        };
        let place = Place::line(field, line);
        let raw = rest
            .get(before.len()..rest.len() - remaining.len())
            .unwrap_or_default();
        if let Some(kind) = kind_of(opening, inner) {
            let raw = raw.to_owned();
            result.push_str(&table.add(Tag {
                kind,
                position: Position::Free,
                raw,
                place,
            }));
        } else {
            // Keeps later lines where they are.
            raw.matches('\n').for_each(|line_feed| result.push_str(line_feed));
        }
        line += line_feeds(raw);
        rest = remaining;
    }
    result.push_str(&without_reserved(rest, field, line, problems));
    result
}

/// Turns CRLF and lone CR into LF, so that parts of a message join without stray line ends.
pub(crate) fn unify_line_ends(text: &str) -> String {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.to_owned()
    }
}

fn next_opening(text: &str) -> Option<(&str, &str, &str)> {
    let start = text
        .match_indices('{')
        .map(|(index, _)| index)
        .find(|&index| matches!(text.as_bytes().get(index + 1), Some(b'{' | b'%' | b'#')))?;
    let (before, from_opening) = text.split_at_checked(start)?;
    let (opening, after) = from_opening.split_at_checked(2)?;
    Some((before, opening, after))
}

fn split_at_closing<'a>(text: &'a str, opening: &str) -> Option<(&'a str, &'a str)> {
    let closing = match opening {
        "{{" => "}}",
        "{%" => "%}",
        _ => return text.split_once("#}"),
    };
    let mut quote = None;
    for (index, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            // Another tag begins before this one has ended.
            (None, '{') if next_opening(text.get(index..)?).is_some_and(|(before, ..)| before.is_empty()) => {
                return None;
            }
            (None, _) if text.get(index..).is_some_and(|rest| rest.starts_with(closing)) => {
                return Some((text.get(..index)?, text.get(index + closing.len()..)?));
            }
            _ => {}
        }
    }
    None
}

fn kind_of(opening: &str, inner: &str) -> Option<TagKind> {
    match opening {
        "{{" if is_path(inner.trim()) => Some(TagKind::Plain(inner.trim().to_owned())),
        "{{" => Some(TagKind::Output(inner.to_owned())),
        "{%" => Some(TagKind::Statement(inner.to_owned())),
        _ => None,
    }
}

/// Whether the text is names joined by dots, starting with one of our roots (and not with a loop variable).
fn is_path(text: &str) -> bool {
    text.split_once('.')
        .is_some_and(|(root, _)| ROOTS.contains(&root))
        && text.split('.').all(is_name)
}

/// Whether the text is one name: a letter or underscore, then letters, digits and underscores.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_')
}

fn line_feeds(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

fn without_reserved(text: &str, field: Field, line: u32, problems: &mut Vec<Problem>) -> String {
    let reserved = [MARKER_START, MARKER_END];
    if !text.contains(reserved) {
        return text.to_owned();
    }
    problems.push(Problem::error(
        Code::ReservedCharacter,
        Place::line(field, line),
        "The text contains an Aegean word separator (U+10100 or U+10101), which cannot be used here. Remove it.",
    ));
    text.replace(reserved, "")
}

fn unclosed(opening: &str, place: Place) -> Problem {
    Problem::error(
        Code::TemplateSyntax,
        place,
        format!("A tag that starts with {opening} is never closed."),
    )
}
