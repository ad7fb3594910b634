//! Characters that may not travel inside other people's text.
//!
//! Direction overrides let a text show something else than it says (CVE-2021-42574, "Trojan Source"),
//! and controls break terminals, exports and PostgreSQL, which refuses NUL. The marks that honest
//! right-to-left writing needs stay: RLM, LRM, ALM, and isolates as long as they are balanced.

/// Characters removed wherever they appear: controls other than newline and tab, direction embeddings and
/// overrides, byte order marks, interlinear annotation and the deprecated format characters.
pub fn is_forbidden(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{202A}'..='\u{202E}' => true,
        '\u{206A}'..='\u{206F}' => true,
        '\u{FFF9}'..='\u{FFFB}' => true,
        '\u{FEFF}' => true,
        other => other.is_control(),
    }
}

/// Characters that only direct how their neighbours are laid out: forbidden ones, isolates and marks.
/// Names that must read the same everywhere (files, people) lose all of them.
pub fn directs_layout(character: char) -> bool {
    is_forbidden(character)
        || is_isolate(character)
        || matches!(character, '\u{200E}' | '\u{200F}' | '\u{061C}')
}

/// A single line of somebody's name, ready to be shown inside another text: no layout characters, white
/// space collapsed.
pub fn clean_name(name: &str) -> String {
    let visible: String = name
        .chars()
        .filter(|&character| character.is_whitespace() || !directs_layout(character))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first `limit` characters, with every line ending as `\n` and forbidden characters gone.
pub(super) fn clean_source(source: &str, limit: usize) -> String {
    let mut clean = String::with_capacity(source.len().min(limit * 4));
    let mut previous = None;
    for character in source.chars().take(limit) {
        match character {
            '\n' if previous == Some('\r') => {}
            '\r' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            kept if !is_forbidden(kept) => clean.push(kept),
            _ => {}
        }
        previous = Some(character);
    }
    clean
}

fn is_isolate(character: char) -> bool {
    matches!(character, '\u{2066}'..='\u{2069}')
}

/// Keeps isolates balanced within a line: ends without a beginning are dropped, beginnings without an end
/// are ended where the line ends.
#[derive(Default)]
pub(super) struct Isolates {
    open: usize,
}

impl Isolates {
    /// The character, if it may be written here.
    pub(super) fn admit(&mut self, character: char) -> Option<char> {
        match character {
            '\u{2066}'..='\u{2068}' => {
                self.open += 1;
                Some(character)
            }
            '\u{2069}' if self.open == 0 => None,
            '\u{2069}' => {
                self.open -= 1;
                Some(character)
            }
            other if is_forbidden(other) => None,
            other => Some(other),
        }
    }

    /// How many isolates the line leaves open; they count as ended from here on.
    pub(super) fn end_line(&mut self) -> usize {
        std::mem::take(&mut self.open)
    }
}
