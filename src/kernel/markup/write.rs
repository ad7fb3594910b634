//! The first wall: turns Markdown events into HTML of known elements, and into plain text beside it.

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag};

use super::characters::{self, Isolates};
use super::sanitise::{PEOPLE, REL};
use super::{MAX_DEPTH, MentionResolver, MentionTarget, ResolvedMention, links, mentions};

/// What the first wall produced.
#[derive(Default)]
pub(super) struct Written {
    pub(super) html: String,
    pub(super) text: String,
    pub(super) mentions: Vec<MentionTarget>,
    pub(super) mentions_channel: bool,
    pub(super) links: Vec<String>,
}

/// Writes a prepared source.
pub(super) fn write(source: &str, names: &dyn MentionResolver) -> Written {
    let mut writer = Writer::new(source, names);
    for (event, range) in super::parse(source).into_offset_iter() {
        writer.take(event, range);
    }
    writer.finish()
}

/// What an open element does when it ends.
enum Open {
    /// Writes this closing tag; the number says how much deeper it made us.
    Element(&'static str, usize),
    /// A block: its line ends, too.
    Block(&'static str, usize),
    /// Ends a link; an empty one shows its address.
    Link {
        href: String,
        begins: usize,
    },
    Code,
    Html,
    /// Was not written, because nothing like it may be, or because it stands too deep.
    Flat,
    FlatList,
}

struct Writer<'a> {
    source: &'a str,
    names: &'a dyn MentionResolver,
    known: HashMap<String, Option<ResolvedMention>>,
    out: Written,
    open: Vec<Open>,
    depth: usize,
    in_link: bool,
    in_code: bool,
    /// Text not yet written: the parser hands it over in pieces, and a mention may span several.
    pending: String,
    /// Offsets in `pending` of `@` signs behind a backslash.
    escaped: Vec<usize>,
    isolates: Isolates,
    gap: bool,
}

impl<'a> Writer<'a> {
    fn new(source: &'a str, names: &'a dyn MentionResolver) -> Self {
        Writer {
            source,
            names,
            known: HashMap::new(),
            out: Written::default(),
            open: Vec::new(),
            depth: 0,
            in_link: false,
            in_code: false,
            pending: String::new(),
            escaped: Vec::new(),
            isolates: Isolates::default(),
            gap: false,
        }
    }

    fn finish(mut self) -> Written {
        self.flush();
        self.end_line();
        self.out
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Text(text) => self.gather(&text, &range),
            Event::Html(text) | Event::InlineHtml(text) => self.pending.push_str(&text),
            Event::Start(tag) => self.start(tag),
            Event::End(_) => self.end(),
            Event::Code(code) => self.inline_code(&code),
            Event::SoftBreak | Event::HardBreak => self.break_line(),
            Event::Rule => self.rule(range),
            // Extensions that `parse` does not switch on; were one switched on, its words would stay.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.pending.push_str(&text);
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn gather(&mut self, text: &str, range: &Range<usize>) {
        let behind_backslash = range.start > 0 && self.source.as_bytes().get(range.start - 1) == Some(&b'\\');
        if text.starts_with('@') && behind_backslash {
            self.escaped.push(self.pending.len());
        }
        self.pending.push_str(text);
    }

    fn start(&mut self, tag: Tag<'_>) {
        self.flush();
        let opened = match tag {
            Tag::Paragraph => self.block("<p dir=\"auto\">", "</p>", 0),
            Tag::Heading { .. } => self.block("<p dir=\"auto\"><strong>", "</strong></p>", 0),
            Tag::CodeBlock(_) => {
                self.in_code = true;
                self.block("<pre dir=\"auto\"><code>", "</code></pre>", 0);
                Open::Code
            }
            Tag::HtmlBlock => {
                self.block("<p dir=\"auto\">", "</p>", 0);
                Open::Html
            }
            Tag::BlockQuote(_) if self.has_room() => {
                self.block("<blockquote dir=\"auto\">", "</blockquote>", 1)
            }
            Tag::List(first) if self.has_room() => self.list(first),
            Tag::List(_) => Open::FlatList,
            Tag::Item => self.item(),
            Tag::Emphasis => self.inline("<em>", "</em>"),
            Tag::Strong => self.inline("<strong>", "</strong>"),
            Tag::Strikethrough => self.inline("<del>", "</del>"),
            Tag::Link {
                link_type: LinkType::Email,
                dest_url,
                ..
            } => self.link(&format!("mailto:{dest_url}")),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.link(&dest_url),
            _ => Open::Flat,
        };
        self.open.push(opened);
    }

    fn end(&mut self) {
        if matches!(self.open.last(), Some(Open::Code | Open::Html)) {
            self.pending.truncate(self.pending.trim_end().len());
        }
        self.flush();
        match self.open.pop() {
            Some(Open::Element(tag, deeper)) => self.close(tag, deeper),
            Some(Open::Block(tag, deeper)) => {
                self.end_line();
                self.close(tag, deeper);
            }
            Some(Open::Link { href, begins }) => self.end_link(&href, begins),
            Some(Open::Code) => {
                self.in_code = false;
                self.end_line();
                self.out.html.push_str("</code></pre>");
            }
            Some(Open::Html) => {
                self.end_line();
                self.out.html.push_str("</p>");
            }
            Some(Open::Flat | Open::FlatList) | None => {}
        }
    }

    fn has_room(&self) -> bool {
        self.depth < MAX_DEPTH
    }

    fn block(&mut self, opening: &str, closing: &'static str, deeper: usize) -> Open {
        self.end_line();
        self.out.html.push_str(opening);
        self.depth += deeper;
        Open::Block(closing, deeper)
    }

    fn list(&mut self, first: Option<u64>) -> Open {
        match first {
            None => self.block("<ul dir=\"auto\">", "</ul>", 1),
            Some(1) => self.block("<ol dir=\"auto\">", "</ol>", 1),
            Some(number) => self.block(&format!("<ol dir=\"auto\" start=\"{number}\">"), "</ol>", 1),
        }
    }

    /// An item of a list that stands too deep is a line of the item around it.
    fn item(&mut self) -> Open {
        if matches!(self.open.last(), Some(Open::FlatList)) {
            self.break_line();
            return Open::Flat;
        }
        self.block("<li dir=\"auto\">", "</li>", 0)
    }

    fn inline(&mut self, opening: &str, closing: &'static str) -> Open {
        if !self.has_room() {
            return Open::Flat;
        }
        self.out.html.push_str(opening);
        self.depth += 1;
        Open::Element(closing, 1)
    }

    fn link(&mut self, address: &str) -> Open {
        let Some(href) = links::allowed(address).filter(|_| !self.in_link) else {
            return Open::Flat;
        };
        self.out.html.push_str("<a href=\"");
        escape_attribute(&mut self.out.html, &href);
        self.out.html.push_str(&format!("\" rel=\"{REL}\">"));
        self.in_link = true;
        Open::Link {
            href,
            begins: self.out.html.len(),
        }
    }

    fn end_link(&mut self, href: &str, begins: usize) {
        if self.out.html.len() == begins {
            self.print(href);
        }
        self.out.html.push_str("</a>");
        self.in_link = false;
        if !self.out.links.iter().any(|known| known == href) {
            self.out.links.push(href.to_owned());
        }
    }

    fn close(&mut self, tag: &str, deeper: usize) {
        self.out.html.push_str(tag);
        self.depth -= deeper;
    }

    fn inline_code(&mut self, code: &str) {
        self.flush();
        self.out.html.push_str("<code>");
        self.print(code);
        self.out.html.push_str("</code>");
    }

    fn break_line(&mut self) {
        self.flush();
        self.end_line();
        self.out.html.push_str("<br>");
    }

    /// Rules are not part of the dialect: the dashes stay as typed.
    fn rule(&mut self, range: Range<usize>) {
        let paragraph = self.block("<p dir=\"auto\">", "</p>", 0);
        self.open.push(paragraph);
        self.pending
            .push_str(self.source.get(range).unwrap_or_default().trim());
        self.end();
    }

    /// Writes the gathered text, with the people in it.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.pending);
        let escaped = std::mem::take(&mut self.escaped);
        if self.in_link || self.in_code {
            return self.print(&text);
        }
        let mut done = 0;
        for candidate in mentions::candidates(&text, &escaped) {
            self.print(text.get(done..candidate.at).unwrap_or_default());
            let length = self.mention(&candidate);
            done = candidate.at + length;
        }
        self.print(text.get(done..).unwrap_or_default());
    }

    /// Writes the person or the channel named; says how many bytes of the text that was, 0 if nobody is.
    fn mention(&mut self, candidate: &mentions::Candidate<'_>) -> usize {
        for reading in candidate.readings() {
            let handle = reading.to_ascii_lowercase();
            if mentions::calls_everyone(&handle) {
                self.mention_everyone(&handle);
                return reading.len() + 1;
            }
            if let Some(person) = self.person(&handle) {
                self.mention_person(handle, &person);
                return reading.len() + 1;
            }
        }
        0
    }

    fn person(&mut self, handle: &str) -> Option<ResolvedMention> {
        if let Some(known) = self.known.get(handle) {
            return known.clone();
        }
        let found = self.names.resolve(handle);
        self.known.insert(handle.to_owned(), found.clone());
        found
    }

    fn mention_everyone(&mut self, word: &str) {
        self.out.mentions_channel = true;
        self.out.html.push_str("<span class=\"mention mention--all\">");
        self.print(&format!("@{word}"));
        self.out.html.push_str("</span>");
    }

    fn mention_person(&mut self, handle: String, person: &ResolvedMention) {
        let id = person.member_id;
        let shown = Some(characters::clean_name(&person.display_name)).filter(|name| !name.is_empty());
        self.out.html.push_str(&format!(
            "<a class=\"mention\" href=\"{PEOPLE}{id}\" data-member=\"{id}\">"
        ));
        self.print(&format!("@{}", shown.as_deref().unwrap_or(&handle)));
        self.out.html.push_str("</a>");
        if !self.out.mentions.iter().any(|known| known.member_id == id) {
            self.out.mentions.push(MentionTarget {
                member_id: id,
                handle,
            });
        }
    }

    /// Writes words, escaped, to the HTML and the plain text alike.
    fn print(&mut self, words: &str) {
        for character in words.chars() {
            if character == '\n' {
                self.end_line();
                self.out.html.push_str(if self.in_code { "\n" } else { "<br>" });
            } else if let Some(character) = self.isolates.admit(character) {
                escape(&mut self.out.html, character);
                self.print_plain(character);
            }
        }
    }

    fn print_plain(&mut self, character: char) {
        if character.is_whitespace() {
            self.gap = true;
            return;
        }
        if std::mem::take(&mut self.gap) && !self.out.text.is_empty() {
            self.out.text.push(' ');
        }
        self.out.text.push(character);
    }

    /// Ends what must not reach beyond a line, and parts its words from the next.
    fn end_line(&mut self) {
        for _ in 0..self.isolates.end_line() {
            self.out.html.push('\u{2069}');
            self.out.text.push('\u{2069}');
        }
        self.gap = true;
    }
}

fn escape(html: &mut String, character: char) {
    match character {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        other => html.push(other),
    }
}

fn escape_attribute(html: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '"' => html.push_str("&quot;"),
            other => escape(html, other),
        }
    }
}
