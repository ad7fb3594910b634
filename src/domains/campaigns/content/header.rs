//! Header fields (RFC 5322 section 2.2) with any Unicode in them (RFC 2047), folded to 76 characters.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::quoted_printable::hex_digit;

/// The length lines are folded to (RFC 5322 section 2.1.1 asks for 78, RFC 2047 section 2 for 76).
const LINE_LENGTH: usize = 76;
/// The longest encoded word. RFC 2047 section 2 allows 75; this also fits after the longest field name.
const ENCODED_WORD: usize = 62;
/// Octets of text that fit into one encoded word in base64: 62 less `=?utf-8?B??=`, by four letters for three.
const BASE64_OCTETS: usize = (ENCODED_WORD - 12) / 4 * 3;
/// Letters that fit into one encoded word in the Q encoding.
const Q_LETTERS: usize = ENCODED_WORD - 12;

/// Writes `name: value` for free text such as a subject.
pub(crate) fn write_text(name: &str, value: &str, out: &mut Vec<u8>) {
    let mut line = Line::start(name, out);
    let value = one_line(value);
    if is_plain_text(&value) {
        value
            .split(' ')
            .filter(|word| !word.is_empty())
            .for_each(|word| line.word(word.as_bytes()));
    } else {
        write_encoded_words(&value, &mut line);
    }
    line.end();
}

/// Writes `name: display name <address>`. The address must already be fit for a header.
pub(crate) fn write_mailbox(name: &str, display_name: &str, address: &str, out: &mut Vec<u8>) {
    let mut line = Line::start(name, out);
    write_phrase(display_name, &mut line);
    line.word(format!("<{address}>").as_bytes());
    line.end();
}

/// Writes `name: value` for an identifier that programs read as it stands: one line, never encoded or folded; whatever is not visible
/// ASCII is left out.
pub(crate) fn write_bare(name: &str, value: &str, out: &mut Vec<u8>) {
    let value: String = value.chars().filter(char::is_ascii_graphic).collect();
    let mut line = Line::start(name, out);
    line.word(value.as_bytes());
    line.end();
}

/// Writes `name: value` for a value that is known to be made of short visible ASCII words.
pub(crate) fn write_words(name: &str, words: &[&str], out: &mut Vec<u8>) {
    let mut line = Line::start(name, out);
    words.iter().for_each(|word| line.word(word.as_bytes()));
    line.end();
}

/// The value on one line: control characters become spaces, surrounding white space goes.
pub(crate) fn one_line(value: &str) -> Cow<'_, str> {
    let value = value.trim_matches(|character: char| character.is_whitespace() || character.is_control());
    if !value.contains(is_line_breaking) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(value.replace(is_line_breaking, " "))
}

fn is_line_breaking(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

fn is_plain_text(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
        && !value.contains("=?")
        && !value.contains("  ")
        && value.split(' ').all(|word| word.len() < LINE_LENGTH - 12)
}

fn write_phrase(display_name: &str, line: &mut Line<'_>) {
    let value = one_line(display_name);
    if value.is_empty() {
        return;
    }
    if !is_plain_text(&value) || value.len() > LINE_LENGTH - 16 {
        return write_encoded_words(&value, line);
    }
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    line.word(format!("\"{escaped}\"").as_bytes());
}

fn write_encoded_words(value: &str, line: &mut Line<'_>) {
    let q_length: usize = value.bytes().map(q_width).sum();
    if q_length <= value.len().div_ceil(3) * 4 {
        return write_words_of(value, Q_LETTERS, q_width, push_q, line);
    }
    write_words_of(value, BASE64_OCTETS, |_| 1, push_base64, line);
}

fn write_words_of(
    value: &str,
    room: usize,
    width: fn(u8) -> usize,
    push: fn(&str, &mut Vec<u8>),
    line: &mut Line<'_>,
) {
    let mut rest = value;
    let mut word = Vec::with_capacity(ENCODED_WORD);
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(fitting(rest, room, width));
        word.clear();
        push(piece, &mut word);
        line.word(&word);
        rest = after;
    }
}

/// The length of the longest start of `text` whose octets fit, never splitting a character.
fn fitting(text: &str, room: usize, width: fn(u8) -> usize) -> usize {
    let mut used = 0;
    for (index, character) in text.char_indices() {
        let mut buffer = [0; 4];
        used += character
            .encode_utf8(&mut buffer)
            .bytes()
            .map(width)
            .sum::<usize>();
        if used > room {
            return index;
        }
    }
    text.len()
}

/// Letters that stand for themselves in an encoded word inside a phrase (RFC 2047 section 5 rule 3).
fn is_q_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!*+-/".contains(&byte)
}

fn q_width(byte: u8) -> usize {
    if is_q_letter(byte) || byte == b' ' { 1 } else { 3 }
}

fn push_q(text: &str, word: &mut Vec<u8>) {
    word.extend_from_slice(b"=?utf-8?Q?");
    for byte in text.bytes() {
        match byte {
            b' ' => word.push(b'_'),
            _ if is_q_letter(byte) => word.push(byte),
            _ => word.extend_from_slice(&[b'=', hex_digit(byte >> 4), hex_digit(byte & 15)]),
        }
    }
    word.extend_from_slice(b"?=");
}

fn push_base64(text: &str, word: &mut Vec<u8>) {
    word.extend_from_slice(b"=?utf-8?B?");
    word.extend_from_slice(STANDARD.encode(text).as_bytes());
    word.extend_from_slice(b"?=");
}

/// One header field being written, folded before words that would run over.
struct Line<'a> {
    out: &'a mut Vec<u8>,
    column: usize,
    has_words: bool,
}

impl<'a> Line<'a> {
    fn start(name: &str, out: &'a mut Vec<u8>) -> Self {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        Self {
            out,
            column: name.len() + 1,
            has_words: false,
        }
    }

    /// Adds a word after one space, on a new line when it does not fit. The first word stays on the line of
    /// the field name, since some parsers take a field with an empty first line for an empty field.
    fn word(&mut self, word: &[u8]) {
        if self.has_words && self.column + 1 + word.len() > LINE_LENGTH {
            self.out.extend_from_slice(b"\r\n");
            self.column = 0;
        }
        self.out.push(b' ');
        self.out.extend_from_slice(word);
        self.column += 1 + word.len();
        self.has_words = true;
    }

    fn end(self) {
        self.out.extend_from_slice(b"\r\n");
    }
}
