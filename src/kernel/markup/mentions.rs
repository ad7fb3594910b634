//! Finding `@handle` in a run of plain text.

/// Longest handle, in characters.
const MAX_HANDLE: usize = 32;

/// Words that call everyone in the channel instead of one person.
const EVERYONE: [&str; 2] = ["channel", "here"];

/// Whether a word has the form of a handle: `[a-z0-9][a-z0-9._-]{1,31}`, and is not reserved.
pub fn is_handle(word: &str) -> bool {
    has_handle_form(word)
        && !word.chars().any(|character| character.is_ascii_uppercase())
        && !calls_everyone(word)
}

/// Whether the word (in lower case) is `channel` or `here`.
pub(super) fn calls_everyone(word: &str) -> bool {
    EVERYONE.contains(&word)
}

/// A place in a text where somebody may be named.
pub(super) struct Candidate<'t> {
    /// Byte offset of the `@`.
    pub(super) at: usize,
    /// What follows the `@`, up to the last character a handle may hold.
    word: &'t str,
}

impl<'t> Candidate<'t> {
    /// The readings of the word, longest first: as it stands, then without each closing full stop, dash or
    /// underscore, which more often belongs to the sentence.
    pub(super) fn readings(&self) -> impl Iterator<Item = &'t str> {
        let shorter = |word: &&'t str| word.strip_suffix(['.', '-', '_']);
        std::iter::successors(Some(self.word), shorter).filter(|word| has_handle_form(word))
    }
}

/// Every candidate of the text, in order. `escaped` lists, in rising order, the offsets of `@` signs
/// the writer escaped.
pub(super) fn candidates<'t>(text: &'t str, escaped: &[usize]) -> Vec<Candidate<'t>> {
    text.match_indices('@')
        .map(|(at, _)| at)
        .filter(|at| escaped.binary_search(at).is_err())
        .filter_map(|at| candidate(text, at))
        .collect()
}

fn candidate(text: &str, at: usize) -> Option<Candidate<'_>> {
    let before = text.get(..at)?.chars().next_back();
    if before.is_some_and(continues_a_word) {
        return None;
    }
    let rest = text.get(at + 1..)?;
    let length = rest
        .bytes()
        .take(MAX_HANDLE + 1)
        .take_while(|&byte| is_handle_byte(byte))
        .count();
    let after = rest.get(length..)?.chars().next();
    if length > MAX_HANDLE || after.is_some_and(|character| character == '@' || character.is_alphanumeric()) {
        return None;
    }
    Some(Candidate {
        at,
        word: rest.get(..length)?,
    })
}

/// Before an `@` these make it part of an address (`ada@example.org`, `medium.com/@ada`), not a mention.
fn continues_a_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '@' | '/' | '+' | '=')
}

fn has_handle_form(word: &str) -> bool {
    (2..=MAX_HANDLE).contains(&word.len())
        && word.bytes().all(is_handle_byte)
        && word
            .bytes()
            .next()
            .is_some_and(|first| first.is_ascii_alphanumeric())
}

fn is_handle_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}
