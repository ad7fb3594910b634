//! The help texts, rendered once.

use std::fmt;
use std::sync::LazyLock;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// HTML made from the texts that are part of the portal, never from what anybody typed.
pub struct OwnHtml(String);

impl fmt::Display for OwnHtml {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for OwnHtml {}

/// One page of help.
pub struct Topic {
    /// Its address under `/help`.
    pub slug: &'static str,
    /// Its heading.
    pub title: String,
    /// What it is about, in a sentence: its first paragraph.
    pub lead: String,
    /// Its icon in the sprite.
    pub icon: &'static str,
    /// The text below the first paragraph.
    pub html: OwnHtml,
    /// Its sections.
    pub sections: Vec<Section>,
}

/// One section of a page.
pub struct Section {
    /// Its anchor.
    pub anchor: String,
    /// Its heading.
    pub title: String,
}

macro_rules! sources {
    ($($slug:literal, $icon:literal);+ $(;)?) => {
        [$(($slug, $icon, include_str!(concat!("../../../templates/help/", $slug, ".md")))),+]
    };
}

/// Every topic, in the order they are read.
pub static TOPICS: LazyLock<Vec<Topic>> = LazyLock::new(|| {
    let sources = sources! {
        "getting-started", "house";
        "channels", "hash";
        "inbox", "inbox";
        "broadcasts", "megaphone";
        "moderation", "flag";
        "people", "users";
        "organising", "handshake";
        "learning", "graduation-cap";
        "coaching", "activity";
        "consent", "bell";
        "campaigns", "send";
        "journeys", "route";
        "library", "archive";
        "knowledge", "scroll-text";
        "suggestions", "check-check";
        "security", "shield";
        "oversight", "history";
        "api", "key";
        "webhooks", "link";
        "operators", "monitor";
    };
    sources
        .into_iter()
        .map(|(slug, icon, text)| render(slug, icon, text))
        .collect()
});

/// A topic by its slug.
pub fn topic(slug: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.slug == slug)
}

/// The first line is `# title`, the paragraph after it the lead; the rest is the text.
fn render(slug: &'static str, icon: &'static str, text: &str) -> Topic {
    let (title, rest) = text.trim_start().split_once('\n').unwrap_or((text, ""));
    let (lead, body) = rest.trim_start().split_once("\n\n").unwrap_or((rest, ""));
    let (html, sections) = body_of(body);
    Topic {
        slug,
        icon,
        title: title.trim_start_matches('#').trim().to_owned(),
        lead: lead.split_whitespace().collect::<Vec<_>>().join(" "),
        html: OwnHtml(html),
        sections,
    }
}

fn body_of(text: &str) -> (String, Vec<Section>) {
    let mut events: Vec<Event<'_>> =
        Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES).collect();
    let mut sections = Vec::new();
    let mut at = 0;
    while let Some(begin) = events
        .iter()
        .skip(at)
        .position(|event| matches!(event, Event::Start(Tag::Heading { .. })))
    {
        let begin = at + begin;
        let words = heading_words(events.iter().skip(begin + 1));
        if let Some(Event::Start(Tag::Heading { level, id, .. })) = events.get_mut(begin) {
            let anchor = id.as_deref().map_or_else(|| slug_of(&words), str::to_owned);
            *id = Some(CowStr::from(anchor.clone()));
            if *level == HeadingLevel::H2 {
                sections.push(Section { anchor, title: words });
            }
        }
        at = begin + 1;
    }
    let mut out = String::new();
    html::push_html(&mut out, events.into_iter());
    (reachable(&out), sections)
}

fn heading_words<'a>(events: impl Iterator<Item = &'a Event<'a>>) -> String {
    let inside = events.take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
    inside
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect()
}

fn slug_of(words: &str) -> String {
    let lower = words.to_lowercase();
    let parts = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

/// Tables and code that are wider than a phone scroll by themselves, and by keyboard too. Regions need names of their own.
fn reachable(html: &str) -> String {
    let mut parts = html.split("<table>");
    let before = parts.next().unwrap_or_default().to_owned();
    let whole = parts.zip(1..).fold(before, |text, (part, number)| {
        let region =
            format!("<div class=\"scroll-x\" tabindex=\"0\" role=\"region\" aria-label=\"Table {number}\">");
        format!("{text}{region}<table class=\"table\">{part}")
    });
    whole
        .replace("</table>", "</table></div>")
        .replace("<pre>", "<pre tabindex=\"0\">")
}
