//! The pass before the rendering pass: says in Markdown what the writer meant without marks.
//!
//! Bare addresses get angle brackets, so that the underscores in them are not read as emphasis, and link
//! reference definitions, which Markdown would swallow whole (`[done]: yes` is a message, not a
//! definition), are escaped into text. Code, links and HTML are left exactly as typed.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::links::{self, Bare};

/// The source with its bare addresses marked and its reference definitions escaped.
pub(super) fn prepare(source: &str) -> String {
    let protected = protected_ranges(source);
    let bare = bare_links(source, &protected);
    let mut insertions = escapes(source, &protected, &bare);
    for Bare { range, missing } in &bare {
        insertions.push((range.start, if missing.is_empty() { "<" } else { "<https://" }));
        insertions.push((range.end, ">"));
    }
    insertions.sort_by_key(|&(at, _)| at);
    insert(source, &insertions)
}

/// Where the writer already decided what the text is, in order of appearance.
fn protected_ranges(source: &str) -> Vec<Range<usize>> {
    let decided = |event: &Event<'_>| {
        matches!(
            event,
            Event::Code(_)
                | Event::InlineHtml(_)
                | Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::Link { .. } | Tag::Image { .. })
        )
    };
    super::parse(source)
        .into_offset_iter()
        .filter(|(event, _)| decided(event))
        .map(|(_, range)| range)
        .collect()
}

fn bare_links(source: &str, protected: &[Range<usize>]) -> Vec<Bare> {
    let mut found: Vec<Bare> = Vec::new();
    let mut guard = Guard::new(protected);
    for (start, letter) in source.char_indices() {
        let possible = matches!(letter, 'h' | 'H' | 'm' | 'M' | 'w' | 'W');
        let taken = found.last().is_some_and(|last| start < last.range.end);
        if !possible || taken || guard.covers(start) {
            continue;
        }
        found.extend(links::bare_at(source, start));
    }
    found
}

/// A backslash before the colon of each `]:` outside code and addresses: no definition can form, and the
/// reader sees the same characters.
fn escapes(source: &str, protected: &[Range<usize>], bare: &[Bare]) -> Vec<(usize, &'static str)> {
    let bare: Vec<_> = bare.iter().map(|link| link.range.clone()).collect();
    let (mut decided, mut addresses) = (Guard::new(protected), Guard::new(&bare));
    source
        .match_indices("]:")
        .map(|(bracket, _)| bracket + 1)
        .filter(|&colon| !decided.covers(colon) && !addresses.covers(colon))
        .map(|colon| (colon, "\\"))
        .collect()
}

fn insert(source: &str, insertions: &[(usize, &str)]) -> String {
    let added: usize = insertions.iter().map(|(_, text)| text.len()).sum();
    let mut whole = String::with_capacity(source.len() + added);
    let mut done = 0;
    for &(at, text) in insertions {
        whole.push_str(source.get(done..at).unwrap_or_default());
        whole.push_str(text);
        done = at;
    }
    whole.push_str(source.get(done..).unwrap_or_default());
    whole
}

/// Answers, for positions asked in rising order, whether a range covers them; one walk over both.
struct Guard<'r> {
    waiting: std::iter::Peekable<std::slice::Iter<'r, Range<usize>>>,
    reached: usize,
}

impl<'r> Guard<'r> {
    fn new(ranges: &'r [Range<usize>]) -> Self {
        Guard {
            waiting: ranges.iter().peekable(),
            reached: 0,
        }
    }

    fn covers(&mut self, position: usize) -> bool {
        while let Some(range) = self.waiting.next_if(|range| range.start <= position) {
            self.reached = self.reached.max(range.end);
        }
        position < self.reached
    }
}
