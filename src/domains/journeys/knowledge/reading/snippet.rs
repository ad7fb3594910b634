//! Why a passage was found: its text around the first hit, with the hits told apart. Nothing here makes HTML: a template prints each
//! part escaped.

/// Characters shown before the first hit.
const LEAD: usize = 80;
/// Characters shown in all.
const LENGTH: usize = 320;
/// What the database puts around a hit.
const BEGINS: char = '\u{2}';
/// And behind it.
const ENDS: char = '\u{3}';

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// As it was written.
    pub text: String,
    /// Whether it was searched for.
    pub hit: bool,
}

/// The text around the first hit. `marked` is the same text letter for letter, folded and with marks.
pub fn around(text: &str, marked: &str) -> Vec<Part> {
    let letters = told_apart(text, marked);
    let first = letters.iter().position(|(_, hit)| *hit).unwrap_or_default();
    let from = match first.saturating_sub(LEAD) {
        0 => 0,
        back => begin_of_word(&letters, back, first),
    };
    let window = letters.get(from..).unwrap_or_default();
    let is_cut = window.len() > LENGTH;
    let shown = window.get(..LENGTH).unwrap_or(window);
    let end = match is_cut {
        true => shown
            .iter()
            .rposition(|(letter, _)| letter.is_whitespace())
            .filter(|end| *end > LENGTH / 2)
            .unwrap_or(shown.len()),
        false => shown.len(),
    };
    let mut parts = Vec::new();
    if from > 0 {
        push(&mut parts, "… ", false);
    }
    for (letter, hit) in shown.iter().take(end) {
        let letter = if letter.is_whitespace() { ' ' } else { *letter };
        push(&mut parts, letter.encode_utf8(&mut [0; 4]), *hit);
    }
    if is_cut {
        push(&mut parts, " …", false);
    }
    parts
}

fn push(parts: &mut Vec<Part>, text: &str, hit: bool) {
    match parts.last_mut().filter(|part| part.hit == hit) {
        Some(part) => part.text.push_str(text),
        None => parts.push(Part {
            text: text.to_owned(),
            hit,
        }),
    }
}

/// Each letter of the text, and whether it is part of a hit. Where the two are not the same text, nothing is.
fn told_apart(text: &str, marked: &str) -> Vec<(char, bool)> {
    let mut letters = text.chars();
    let mut told = Vec::new();
    let mut hit = false;
    for letter in marked.chars() {
        match letter {
            BEGINS => hit = true,
            ENDS => hit = false,
            _ => told.extend(letters.next().map(|letter| (letter, hit))),
        }
    }
    match told.len() == text.chars().count() {
        true => told,
        false => text.chars().map(|letter| (letter, false)).collect(),
    }
}

fn begin_of_word(letters: &[(char, bool)], back: usize, first: usize) -> usize {
    let between = letters.get(back..first).unwrap_or_default();
    match between.iter().position(|(letter, _)| letter.is_whitespace()) {
        Some(at) => back + at + 1,
        None => back,
    }
}
