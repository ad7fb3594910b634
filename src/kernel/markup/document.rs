//! Texts of several pages, such as lessons: Markdown with headings and tables, which messages do without.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::characters;
use super::sanitise::REL;

/// The longest text that is rendered, in Unicode scalar values.
const MAX_DOCUMENT: usize = 100_000;
/// What anchors of headings begin with, so that none is that of something else on the page.
const ANCHOR: &str = "part-";

/// A text ready to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Sanitised HTML, safe to print as it is.
    pub html: String,
    /// Its headings of the first level, with their anchors.
    pub parts: Vec<Part>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub anchor: String,
    pub title: String,
}

/// Renders a text. Never fails: HTML stays text, and pictures become their words, since a page of the portal asks nobody else for anything.
pub fn document(source: &str) -> Document {
    let clean = characters::clean_source(source, MAX_DOCUMENT);
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let mut writer = Writer::default();
    let events: Vec<Event<'_>> = Parser::new_ext(&clean, options)
        .filter_map(|event| writer.take(event))
        .collect();
    let mut written = String::new();
    html::push_html(&mut written, events.into_iter());
    Document {
        html: with_frames(&ALLOW_LIST.clean(&written).to_string()),
        parts: writer.parts,
    }
}

/// Tables that are wider than a phone scroll by themselves, and by keyboard too. What is typed as `<table>` is text by now.
fn with_frames(html: &str) -> String {
    let mut framed = String::with_capacity(html.len());
    for (number, part) in html.split("<table>").enumerate() {
        if number > 0 {
            let _ = write!(
                framed,
                "<div class=\"scroll-x\" tabindex=\"0\" role=\"region\" aria-label=\"Table {number}\"><table>"
            );
        }
        framed.push_str(&part.replace("</table>", "</table></div>"));
    }
    framed
}

#[derive(Default)]
struct Writer {
    parts: Vec<Part>,
    /// How many headings there were.
    count: usize,
    /// The words of the heading we are in.
    heading: Option<(HeadingLevel, String)>,
}

impl Writer {
    fn take<'a>(&mut self, event: Event<'a>) -> Option<Event<'a>> {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.count += 1;
                self.heading = Some((level, String::new()));
                let name = name_of(level);
                let id = self.anchor();
                Some(Event::Html(CowStr::from(format!("<{name} id=\"{id}\">"))))
            }
            Event::End(TagEnd::Heading(level)) => {
                if let Some((HeadingLevel::H1 | HeadingLevel::H2, title)) = self.heading.take() {
                    self.parts.push(Part {
                        anchor: self.anchor(),
                        title,
                    });
                }
                Some(Event::Html(CowStr::from(format!("</{}>\n", name_of(level)))))
            }
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
            Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
            Event::Text(text) => {
                if let Some((_, title)) = &mut self.heading {
                    let _ = write!(title, "{text}");
                }
                Some(Event::Text(text))
            }
            other => Some(other),
        }
    }

    fn anchor(&self) -> String {
        format!("{ANCHOR}{}", self.count)
    }
}

/// Headings of a text stand under that of its page.
const fn name_of(level: HeadingLevel) -> &'static str {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => "h2",
        HeadingLevel::H3 => "h3",
        _ => "h4",
    }
}

static ALLOW_LIST: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    let tags = [
        "p",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "h2",
        "h3",
        "h4",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "hr",
        "a",
        "br",
        "code",
        "del",
        "em",
        "strong",
    ];
    let headings = ["h2", "h3", "h4"].map(|name| (name, HashSet::from(["id"])));
    let mut attributes: HashMap<&str, HashSet<&str>> = HashMap::from(headings);
    attributes.insert("a", HashSet::from(["href"]));
    attributes.insert("ol", HashSet::from(["start"]));
    builder
        .tags(HashSet::from(tags))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(attributes)
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some(REL));
    builder
});
