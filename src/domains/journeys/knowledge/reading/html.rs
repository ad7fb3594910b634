//! Pages out there: the words of HTML, and none of its marks. Nothing of a page is kept but text.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::kernel::text::{in_one_line, without_invisible};

use super::Block;

/// Never words of a page.
const MACHINERY: &[&str] = &[
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "noembed", "noframes",
    "textarea", "select", "button", "dialog", "head",
];
/// Words around a page.
const AROUND: &[&str] = &["nav", "footer", "aside", "form"];
/// What a page is about, where it says so.
const ABOUT: &[&str] = &["main", "article"];
/// Words of the part a page says it is about, from which on the rest is passed over.
const ENOUGH: usize = 40;

/// A page in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// What it calls itself; may be empty.
    pub title: String,
    pub blocks: Vec<Block>,
}

/// Reads a page. What stands around it is passed over, unless nothing is left then.
pub fn words(page: &str) -> Words {
    let read = read(page, true);
    match read.blocks.is_empty() {
        true => self::read(page, false),
        false => read,
    }
}

fn read(page: &str, passes_over: bool) -> Words {
    let sink = Sink(RefCell::new(Reading {
        passes_over,
        ..Reading::default()
    }));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(page));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.take().finished()
}

struct Sink(RefCell<Reading>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reading = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => return reading.tag(&tag),
            Token::CharacterTokens(text) => reading.take(&text),
            Token::EOFToken => reading.end_block(),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[derive(Default)]
struct Reading {
    passes_over: bool,
    /// What is open and passed over, the innermost last.
    skipped: Vec<String>,
    in_title: bool,
    title: String,
    /// How deep in what the page says it is about.
    about: usize,
    level: Option<u8>,
    text: String,
    /// Each with whether the page says it is about that.
    blocks: Vec<(bool, Block)>,
}

impl Reading {
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        match tag.kind {
            TagKind::StartTag => self.start(name, tag.self_closing),
            TagKind::EndTag => {
                self.end(name);
                TokenSinkResult::Continue
            }
        }
    }

    fn start(&mut self, name: &str, is_closed: bool) -> TokenSinkResult<()> {
        // Within graphics a title is the graphic's.
        if name == "title" && self.skipped.iter().all(|open| open == "head") {
            self.in_title = true;
            return TokenSinkResult::RawData(RawKind::Rcdata);
        }
        // A page without an end of its head has its words in its body.
        if name == "body" {
            self.skipped.clear();
        }
        let is_around = self.passes_over && AROUND.contains(&name);
        if (MACHINERY.contains(&name) || is_around) && !is_closed {
            self.end_block();
            self.skipped.push(name.to_owned());
            return match name {
                "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                "style" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
                "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
                _ => TokenSinkResult::Continue,
            };
        }
        self.edge(name);
        if ABOUT.contains(&name) {
            self.about += 1;
        }
        self.level = level(name).or(self.level);
        TokenSinkResult::Continue
    }

    fn end(&mut self, name: &str) {
        if name == "title" {
            self.in_title = false;
            return;
        }
        if let Some(at) = self.skipped.iter().rposition(|open| open == name) {
            self.skipped.truncate(at);
            return;
        }
        self.edge(name);
        if ABOUT.contains(&name) {
            self.about = self.about.saturating_sub(1);
        }
    }

    /// Where a block begins or ends, so does what was written until there.
    fn edge(&mut self, name: &str) {
        match name {
            "br" | "td" | "th" | "img" | "wbr" => self.text.push(' '),
            "a" | "b" | "i" | "em" | "strong" | "span" | "code" | "u" | "s" | "small" | "mark" | "sub"
            | "sup" | "q" | "cite" | "abbr" | "time" | "kbd" | "var" | "samp" | "del" | "ins" | "font"
            | "label" | "data" | "bdi" | "bdo" | "dfn" | "ruby" | "rt" | "rp" | "tt" | "big" | "strike" => {}
            _ => self.end_block(),
        }
    }

    fn take(&mut self, text: &str) {
        match (self.in_title, self.skipped.is_empty()) {
            (true, _) => self.title.push_str(text),
            (false, true) => self.text.push_str(text),
            (false, false) => {}
        }
    }

    fn end_block(&mut self) {
        let text = in_one_line(&std::mem::take(&mut self.text));
        let level = self.level.take();
        if text.is_empty() {
            return;
        }
        let block = match level {
            Some(level) => Block::Heading { level, text },
            None => Block::plain(text, None),
        };
        self.blocks.push((self.about > 0, block));
    }

    fn finished(self) -> Words {
        let count = |(is_about, block): &(bool, Block)| match block {
            Block::Text { text, .. } if *is_about => text.split_whitespace().count(),
            _ => 0,
        };
        let says_what = self.blocks.iter().map(count).sum::<usize>() >= ENOUGH;
        let kept = self
            .blocks
            .into_iter()
            .filter(|(is_about, _)| *is_about || !says_what);
        let blocks: Vec<Block> = kept.map(|(_, block)| block).collect();
        let has_words = blocks.iter().any(|block| matches!(block, Block::Text { .. }));
        Words {
            title: in_one_line(&without_invisible(&self.title)),
            blocks: if has_words { blocks } else { Vec::new() },
        }
    }
}

fn level(name: &str) -> Option<u8> {
    match name {
        "h1" => Some(1),
        "h2" => Some(2),
        "h3" => Some(3),
        "h4" => Some(4),
        "h5" => Some(5),
        "h6" => Some(6),
        _ => None,
    }
}
