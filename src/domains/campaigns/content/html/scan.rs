//! Splits HTML into elements, text and comments. Every piece remembers its source, so that joining the sources
//! of all pieces gives the document back byte by byte. Deliberately forgiving: mail HTML seldom is valid.

use std::ops::Range;

/// One piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    /// The text inside `style`, `script` and `title`, which holds no elements.
    RawText(&'a str),
    /// A comment, declaration or conditional comment of Outlook.
    Markup(&'a str),
    Open(Element<'a>),
    Close {
        name: String,
        source: &'a str,
    },
}

impl<'a> Piece<'a> {
    /// The piece as it stands in the document.
    pub fn source(&self) -> &'a str {
        match self {
            Self::Text(source) | Self::RawText(source) | Self::Markup(source) => source,
            Self::Open(element) => element.source,
            Self::Close { source, .. } => source,
        }
    }
}

/// An opening tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// In lower case.
    pub name: String,
    pub source: &'a str,
    pub attributes: Vec<Attribute<'a>>,
}

/// One attribute of an opening tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    /// In lower case.
    pub name: String,
    /// As written, character references and all; empty when there is no value.
    pub value: &'a str,
    /// Where the value is in the source of the element, without its quotes.
    pub range: Range<usize>,
    pub quoting: Quoting,
}

/// How the value of an attribute is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    Quoted,
    Bare,
}

impl<'a> Element<'a> {
    /// An attribute by its lower-case name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The value of an attribute as written.
    pub fn value(&self, name: &str) -> Option<&'a str> {
        self.attribute(name).map(|attribute| attribute.value)
    }

    /// Whether the element never has a closing tag.
    pub fn is_void(&self) -> bool {
        let void = [
            "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
            "wbr",
        ];
        void.contains(&self.name.as_str()) || self.source.ends_with("/>")
    }
}

/// Splits a document into pieces.
pub(crate) fn scan(html: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let (piece, after) = next_piece(rest);
        rest = after;
        let raw = match &piece {
            Piece::Open(element) if is_raw_text(&element.name) => Some(element.name.clone()),
            _ => None,
        };
        pieces.push(piece);
        if let Some(name) = raw {
            let (text, after) = split_at_close(rest, &name);
            if !text.is_empty() {
                pieces.push(Piece::RawText(text));
            }
            rest = after;
        }
    }
    pieces
}

fn is_raw_text(name: &str) -> bool {
    matches!(name, "style" | "script" | "title" | "textarea")
}

fn split_at_close<'a>(html: &'a str, name: &str) -> (&'a str, &'a str) {
    let end = html
        .match_indices("</")
        .find(|(index, _)| {
            let start = index + 2;
            html.get(start..start + name.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(name))
        })
        .map_or(html.len(), |(index, _)| index);
    html.split_at(end)
}

fn next_piece(html: &str) -> (Piece<'_>, &str) {
    if let Some(after) = html.strip_prefix("<!--") {
        let end = after.find("-->").map_or(html.len(), |index| index + 7);
        return take(html, end, Piece::Markup);
    }
    if html.starts_with("<!") || html.starts_with("<?") {
        let end = html.find('>').map_or(html.len(), |index| index + 1);
        return take(html, end, Piece::Markup);
    }
    if let Some(after) = html.strip_prefix("</") {
        let end = html.find('>').map_or(html.len(), |index| index + 1);
        let name = after
            .split(|c: char| !is_name_character(c))
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        return take(html, end, |source| Piece::Close { name, source });
    }
    if starts_element(html) {
        let (element, length) = open_element(html);
        return take(html, length, |_| Piece::Open(element));
    }
    let end = html
        .match_indices('<')
        .map(|(index, _)| index)
        .find(|&index| index > 0 && html.get(index..).is_some_and(starts_markup))
        .unwrap_or(html.len());
    take(html, end, Piece::Text)
}

fn take<'a>(html: &'a str, end: usize, piece: impl FnOnce(&'a str) -> Piece<'a>) -> (Piece<'a>, &'a str) {
    let (source, rest) = html.split_at_checked(end).unwrap_or((html, ""));
    (piece(source), rest)
}

fn starts_markup(html: &str) -> bool {
    html.starts_with("<!") || html.starts_with("<?") || html.starts_with("</") || starts_element(html)
}

fn starts_element(html: &str) -> bool {
    html.strip_prefix('<')
        .is_some_and(|after| after.starts_with(|first: char| first.is_ascii_alphabetic()))
}

fn is_name_character(character: char) -> bool {
    !character.is_whitespace() && !matches!(character, '>' | '/' | '=' | '"' | '\'')
}

/// Reads an opening tag and gives it with its length.
fn open_element(html: &str) -> (Element<'_>, usize) {
    let mut cursor = Cursor {
        text: html,
        position: 1,
    };
    let name = cursor.take_while(is_name_character).to_ascii_lowercase();
    let mut attributes = Vec::new();
    loop {
        cursor.take_while(|character| character.is_whitespace() || character == '/');
        match cursor.peek() {
            None => break,
            Some('>') => {
                cursor.position += 1;
                break;
            }
            Some('"' | '\'' | '=') => cursor.position += 1,
            Some(_) => attributes.push(attribute(&mut cursor)),
        }
    }
    let source = html.get(..cursor.position).unwrap_or(html);
    (
        Element {
            name,
            source,
            attributes,
        },
        cursor.position,
    )
}

fn attribute<'a>(cursor: &mut Cursor<'a>) -> Attribute<'a> {
    let name = cursor.take_while(is_name_character).to_ascii_lowercase();
    let after_name = cursor.position;
    cursor.take_while(char::is_whitespace);
    if cursor.peek() != Some('=') {
        cursor.position = after_name;
        return Attribute {
            name,
            value: "",
            range: after_name..after_name,
            quoting: Quoting::Bare,
        };
    }
    cursor.position += 1;
    cursor.take_while(char::is_whitespace);
    let quote = cursor.peek().filter(|character| matches!(character, '"' | '\''));
    let Some(quote) = quote else {
        let start = cursor.position;
        let value = cursor.take_while(|character| !character.is_whitespace() && character != '>');
        return Attribute {
            name,
            value,
            range: start..cursor.position,
            quoting: Quoting::Bare,
        };
    };
    cursor.position += 1;
    let start = cursor.position;
    let value = cursor.take_while(|character| character != quote);
    let range = start..cursor.position;
    cursor.position = (cursor.position + 1).min(cursor.text.len());
    Attribute {
        name,
        value,
        range,
        quoting: Quoting::Quoted,
    }
}

struct Cursor<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|character| !belongs(character)).unwrap_or(rest.len());
        self.position += length;
        rest.get(..length).unwrap_or_default()
    }
}
