//! Messages as people write them: a small part of Markdown, rendered once when the message is written.
//!
//! What is understood: paragraphs, line breaks where the writer broke the line, bold, italic,
//! strikethrough, code (inline, fenced, indented), lists, quotes, links, bare addresses and mentions.
//! What is not: images (they become links), headings (they become bold paragraphs), tables, link
//! reference definitions and HTML, which stay as they were typed.
//!
//! Two walls stand between a writer and a reader's browser. The first is the writer in `write`, which
//! only ever emits the elements named above. The second is `sanitise`, an explicit allow list over the
//! finished HTML that knows nothing about the first.
//!
//! Nothing here reads a database: the caller asks [`handles_in`] which people the source may name, loads
//! them in one query, and passes them to [`render`] as a [`MentionResolver`].

pub mod characters;
mod document;
mod emoji;
mod emoji_table;
mod excerpt;
mod links;
mod mentions;
mod prepare;
mod sanitise;
mod write;

use std::cell::RefCell;
use std::collections::BTreeSet;

use pulldown_cmark::{Options, Parser};
use uuid::Uuid;

pub use document::{Document, Part, document};
pub use emoji::{MAX_EMOJI_BYTES, single_emoji};
pub use excerpt::excerpt;
pub use mentions::is_handle;
pub use sanitise::sanitise;

/// The longest message source accepted, in Unicode scalar values (not bytes, not graphemes).
pub const MAX_SOURCE: usize = 8_000;

/// How many lists, quotes and emphases may stand inside one another; deeper ones lose their marks, not their words.
pub const MAX_DEPTH: usize = 20;

/// Which edition of this module wrote a piece of HTML; stored beside it, raised when the output changes.
pub const HTML_VERSION: i16 = 1;

/// Knows who a handle belongs to. Handles arrive in lower case.
pub trait MentionResolver {
    /// The person called `@handle`, if the writer may mention them.
    fn resolve(&self, handle: &str) -> Option<ResolvedMention>;
}

/// The person behind a handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedMention {
    pub member_id: Uuid,
    pub display_name: String,
}

/// A person the message mentions; each appears once, in the order of first mention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MentionTarget {
    pub member_id: Uuid,
    /// The handle by which the message first named them, in lower case.
    pub handle: String,
}

/// A message ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Sanitised HTML, safe to print as it is. Empty when the source says nothing visible.
    pub html: String,
    /// The words alone, for search and notifications: no marks, every run of white space one space.
    /// It is plain text, not HTML: a typed `<b>` stands in it as typed, so escape it when printing.
    pub text: String,
    pub mentions: Vec<MentionTarget>,
    /// Whether the message calls everyone with `@channel` or `@here`.
    pub mentions_channel: bool,
    /// Every address linked (http, https, mailto), normalised, each once, in order of appearance.
    pub links: Vec<String>,
    pub version: i16,
}

/// A source longer than [`MAX_SOURCE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The message has {length} characters; at most {MAX_SOURCE} fit.")]
pub struct TooLong {
    pub length: usize,
}

/// Says whether a source is short enough to be rendered whole.
///
/// # Errors
/// [`TooLong`] with the length found.
pub fn check_length(source: &str) -> Result<(), TooLong> {
    let length = source.chars().count();
    if length > MAX_SOURCE {
        Err(TooLong { length })
    } else {
        Ok(())
    }
}

/// Renders a message. Never fails: what is not understood stays text.
///
/// Only the first [`MAX_SOURCE`] characters are read, so that no caller who forgot [`check_length`]
/// can be made to work for ever.
pub fn render(source: &str, names: &dyn MentionResolver) -> Rendered {
    let written = write(source, names);
    Rendered {
        html: sanitise(&written.html),
        text: written.text,
        mentions: written.mentions,
        mentions_channel: written.mentions_channel,
        links: written.links,
        version: HTML_VERSION,
    }
}

/// Every handle [`render`] may ask for, in lower case, sorted, each once.
///
/// A handle before punctuation is ambiguous (`@ada.` may name `ada.` or end a sentence), so both readings
/// are listed; names that belong to nobody are simply not found.
pub fn handles_in(source: &str) -> Vec<String> {
    let asked = AskedFor::default();
    write(source, &asked);
    asked.handles.into_inner().into_iter().collect()
}

/// A resolver that knows nobody and remembers whom it was asked for.
#[derive(Default)]
struct AskedFor {
    handles: RefCell<BTreeSet<String>>,
}

impl MentionResolver for AskedFor {
    fn resolve(&self, handle: &str) -> Option<ResolvedMention> {
        self.handles.borrow_mut().insert(handle.to_owned());
        None
    }
}

fn write(source: &str, names: &dyn MentionResolver) -> write::Written {
    let clean = characters::clean_source(source, MAX_SOURCE);
    let prepared = prepare::prepare(&clean);
    write::write(&prepared, names)
}

/// The dialect, in one place: CommonMark and strikethrough, nothing else.
fn parse(source: &str) -> Parser<'_> {
    Parser::new_ext(source, Options::ENABLE_STRIKETHROUGH)
}
