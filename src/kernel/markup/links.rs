//! Which addresses may be linked, and where bare ones begin and end.

use std::ops::Range;

use url::Url;

use super::characters;

/// Longest address linked, in bytes after normalisation; longer ones stay text.
const MAX_LINK: usize = 2_048;

/// The address to put in `href`, if people may be sent there: http, https or mailto, absolute, and without
/// a user name, which mostly serves to make `https://bank.example@elsewhere.example` look like a bank.
pub(super) fn allowed(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok()?;
    let good = match url.scheme() {
        "http" | "https" => url.has_host() && url.username().is_empty() && url.password().is_none(),
        "mailto" => url.path().contains('@'),
        _ => false,
    };
    let href = String::from(url);
    (good && href.len() <= MAX_LINK).then_some(href)
}

/// An address typed without marks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bare {
    pub(super) range: Range<usize>,
    /// What the writer left out: `https://` before `www.`.
    pub(super) missing: &'static str,
}

/// The address that begins exactly at `start`, without the punctuation that ends its sentence.
pub(super) fn bare_at(source: &str, start: usize) -> Option<Bare> {
    let rest = source.get(start..)?;
    let missing = opening(rest)?;
    let before = source.get(..start)?.chars().next_back();
    if before.is_some_and(|character| {
        character.is_alphanumeric() || (!missing.is_empty() && joins_words(character))
    }) {
        return None;
    }
    let address = without_closing_punctuation(until_break(rest));
    if refused_at_sight(address) {
        return None;
    }
    let whole = allowed(&format!("{missing}{address}"))?;
    if !missing.is_empty() && !names_a_site(&whole) {
        return None;
    }
    Some(Bare {
        range: start..start + address.len(),
        missing,
    })
}

/// What [`allowed`] would refuse anyway, found without parsing: a wall of such addresses begins anew every few
/// characters, and each beginning would be parsed to its end.
fn refused_at_sight(address: &str) -> bool {
    match address.split_once("://") {
        Some((_, rest)) => rest
            .split(['/', '?', '#'])
            .next()
            .is_some_and(|authority| authority.contains('@')),
        None => address.contains(':') && !address.contains('@'),
    }
}

/// Whether an address begins here, and what is missing from it.
fn opening(rest: &str) -> Option<&'static str> {
    let begins = |scheme: &str| {
        rest.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    if ["https://", "http://", "mailto:"].into_iter().any(begins) {
        return Some("");
    }
    begins("www.").then_some("https://")
}

fn joins_words(character: char) -> bool {
    matches!(character, '.' | '/' | '-' | '_' | '@' | ':')
}

/// `www.` alone, or `www.hello`, is a word and not a site.
fn names_a_site(address: &str) -> bool {
    let host = Url::parse(address)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    host.is_some_and(|host| host.split('.').filter(|label| !label.is_empty()).count() >= 3)
}

/// Up to the first character no address holds; never much longer than an address may be, so that a wall of
/// broken addresses costs no more than a wall of words.
fn until_break(rest: &str) -> &str {
    let goes_on = |(start, character): &(usize, char)| *start <= MAX_LINK && !is_break(*character);
    let length: usize = rest
        .char_indices()
        .take_while(goes_on)
        .map(|(_, character)| character.len_utf8())
        .sum();
    rest.get(..length).unwrap_or(rest)
}

fn is_break(character: char) -> bool {
    let separates =
        character.is_whitespace() || character.is_control() || characters::directs_layout(character);
    let quotes = matches!(
        character,
        '<' | '>'
            | '"'
            | '`'
            | '\\'
            | '['
            | ']'
            | '“'
            | '”'
            | '„'
            | '«'
            | '»'
            | '。'
            | '、'
            | '，'
            | '；'
            | '（'
            | '）'
            | '「'
            | '」'
    );
    separates || quotes
}

/// Drops what closes the sentence rather than the address; a closing parenthesis stays when the address opened it.
fn without_closing_punctuation(address: &str) -> &str {
    let mut surplus = address
        .matches(')')
        .count()
        .saturating_sub(address.matches('(').count());
    address.trim_end_matches(|character: char| match character {
        '?' | '!' | '.' | ',' | ':' | ';' | '*' | '_' | '~' | '\'' | '’' | '…' => true,
        ')' if surplus > 0 => {
            surplus -= 1;
            true
        }
        _ => false,
    })
}
