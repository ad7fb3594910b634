//! Cells for spreadsheets.

use std::borrow::Cow;

/// Where a spreadsheet may begin another cell, whatever it is told is between them: a file is read with the mark of the country.
const BETWEEN: [char; 6] = [',', ';', '\t', '|', '\n', '\r'];

/// A text that no spreadsheet takes for a formula (OWASP, CSV injection): where one would begin, at the front or behind what some
/// programs take for the end of a cell, it gets an apostrophe before it.
pub fn cell(text: &str) -> Cow<'_, str> {
    let mut guarded = String::new();
    let (mut written, mut may_begin) = (0, true);
    for (at, c) in text.char_indices() {
        match c {
            '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}' if may_begin => {
                guarded.push_str(text.get(written..at).unwrap_or_default());
                guarded.push('\'');
                (written, may_begin) = (at, false);
            }
            _ if BETWEEN.contains(&c) => may_begin = true,
            '"' => {}
            _ if c.is_whitespace() || c.is_control() => {}
            _ => may_begin = false,
        }
    }
    match written == 0 && guarded.is_empty() {
        true => Cow::Borrowed(text),
        false => Cow::Owned(guarded + text.get(written..).unwrap_or_default()),
    }
}
