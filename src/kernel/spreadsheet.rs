//! Cells for spreadsheets.

use std::borrow::Cow;

/// A text that no spreadsheet takes for a formula (OWASP, CSV injection): one that would begin it gets an apostrophe before it.
pub fn cell(text: &str) -> Cow<'_, str> {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}
