//! From what people wrote to passages that can be found and cited. Pure: text in, text out.

pub mod html;
pub mod markdown;
pub mod plain;
pub mod snippet;

/// Words of a passage, about.
const USUAL: usize = 200;
/// Words from which on nothing more is added to a passage.
const MOST: usize = 260;
/// Characters of a passage, where words are long or not told apart.
const LONGEST: usize = 4_000;
/// Characters of a heading.
const LONGEST_HEADING: usize = 200;
/// Passages of one document.
pub const MOST_PASSAGES: usize = 5_000;

/// A part of a document, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// What follows is about this; level 1 is the widest.
    Heading { level: u8, text: String },
    /// A paragraph, list or table.
    Text {
        text: String,
        /// The Markdown it was made of; empty where it was not.
        source: String,
        /// The page it is on, where there are pages.
        page: Option<i32>,
    },
}

impl Block {
    /// A paragraph of plain text.
    pub fn plain(text: impl Into<String>, page: Option<i32>) -> Self {
        Self::Text {
            text: text.into(),
            source: String::new(),
            page,
        }
    }
}

/// A part of a document that is found and cited as one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passage {
    /// The headings it is under, such as `Listening › First`.
    pub heading: String,
    pub page: Option<i32>,
    /// Paragraphs, an empty line between them.
    pub text: String,
    /// Markdown; empty where it was not written here.
    pub source: String,
}

/// Splits a document: under one heading and on one page, about two hundred words each, between paragraphs where that is possible and
/// between sentences where it is not.
pub fn passages(blocks: Vec<Block>) -> Vec<Passage> {
    let mut cutting = Cutting::default();
    for block in blocks {
        match block {
            Block::Heading { level, text } => cutting.enter(level, &text),
            Block::Text { text, source, page } => cutting.take(&text, &source, page),
        }
    }
    cutting.cut();
    cutting.done.truncate(MOST_PASSAGES);
    cutting.done
}

#[derive(Default)]
struct Cutting {
    headings: Vec<(u8, String)>,
    open: Passage,
    done: Vec<Passage>,
}

impl Cutting {
    fn enter(&mut self, level: u8, text: &str) {
        self.cut();
        self.headings.retain(|(known, _)| *known < level);
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            self.headings.push((level, text));
        }
    }

    fn take(&mut self, text: &str, source: &str, page: Option<i32>) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if self.open.page != page {
            self.cut();
        }
        // Markdown can be longer than its words, such as by addresses.
        let is_too_long =
            words(text) > 3 * MOST || text.chars().count() > LONGEST || source.len() > 2 * LONGEST;
        let pieces = match is_too_long || (source.is_empty() && words(text) > MOST) {
            true => sentences(text),
            false => vec![text.to_owned()],
        };
        let source = if is_too_long { "" } else { source };
        for piece in pieces {
            self.add(&piece, source, page);
        }
    }

    fn add(&mut self, text: &str, source: &str, page: Option<i32>) {
        let (there, more) = (words(&self.open.text), words(text));
        let is_long = self.open.text.chars().count() + text.chars().count() > LONGEST
            || self.open.source.len() + source.len() > 4 * LONGEST;
        // Where one part has its Markdown and the other has not, neither is shown as the other.
        let is_other = !self.open.text.is_empty() && self.open.source.is_empty() != source.is_empty();
        if there >= USUAL || (there > 0 && there + more > MOST) || is_long || is_other {
            self.cut();
        }
        self.open.page = page;
        join(&mut self.open.text, text);
        if !source.is_empty() {
            join(&mut self.open.source, source.trim());
        }
    }

    fn cut(&mut self) {
        let mut passage = std::mem::take(&mut self.open);
        if passage.text.is_empty() {
            return;
        }
        let names: Vec<&str> = self.headings.iter().map(|(_, name)| name.as_str()).collect();
        passage.heading = shortened(&names.join(" › "));
        self.done.push(passage);
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn join(to: &mut String, text: &str) {
    if !to.is_empty() {
        to.push_str("\n\n");
    }
    to.push_str(text);
}

fn shortened(heading: &str) -> String {
    match heading.chars().count() > LONGEST_HEADING {
        true => heading.chars().take(LONGEST_HEADING - 1).chain(['…']).collect(),
        false => heading.to_owned(),
    }
}

/// A long text in pieces that end with a sentence; with a word where a sentence does not end.
fn sentences(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut open = String::new();
    let mut count = 0;
    for word in text.split_whitespace().flat_map(short_enough) {
        if !open.is_empty() {
            open.push(' ');
        }
        open.push_str(&word);
        count += 1;
        let ends =
            word.ends_with(['.', '!', '?', '…', '。']) || word.ends_with(".”") || word.ends_with(".\"");
        if (ends && count >= USUAL / 2) || count >= USUAL || open.chars().count() >= LONGEST / 2 {
            pieces.push(std::mem::take(&mut open));
            count = 0;
        }
    }
    if !open.is_empty() {
        pieces.push(open);
    }
    pieces
}

/// What has no white space, such as Chinese or an encoded picture, is cut by length.
fn short_enough(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    letters.chunks(500).map(|part| part.iter().collect()).collect()
}
