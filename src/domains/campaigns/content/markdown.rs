//! The safe subset of Markdown that text blocks are written in: paragraphs, emphasis, links and lists.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::language::escape_html;

/// Turns Markdown into HTML. Raw HTML becomes visible text, images become their text, headings and quotes become
/// paragraphs. Template tags pass through untouched.
pub(crate) fn to_html(markdown: &str) -> String {
    let (shielded, tags) = shield(markdown);
    let mut html = String::with_capacity(shielded.len() + 64);
    for event in Parser::new_ext(&shielded, Options::empty()) {
        push_event(&event, &mut html);
    }
    unshield(&html, &tags)
}

fn push_event(event: &Event<'_>, html: &mut String) {
    match event {
        Event::Start(tag) => push_start(tag, html),
        Event::End(tag) => html.push_str(end_of(*tag)),
        Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
            escape_html(text, html);
        }
        Event::SoftBreak => html.push(' '),
        Event::HardBreak => html.push_str("<br />"),
        _ => {}
    }
}

fn push_start(tag: &Tag<'_>, html: &mut String) {
    match tag {
        Tag::Paragraph | Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock => html.push_str("<p>"),
        Tag::Strong => html.push_str("<strong>"),
        Tag::Emphasis => html.push_str("<em>"),
        Tag::List(None) => html.push_str("<ul>"),
        Tag::List(Some(_)) => html.push_str("<ol>"),
        Tag::Item => html.push_str("<li>"),
        Tag::Link { dest_url, .. } => {
            html.push_str("<a href=\"");
            escape_html(dest_url, html);
            html.push_str("\">");
        }
        _ => {}
    }
}

fn end_of(tag: TagEnd) -> &'static str {
    match tag {
        TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::HtmlBlock => "</p>",
        TagEnd::Strong => "</strong>",
        TagEnd::Emphasis => "</em>",
        TagEnd::List(false) => "</ul>",
        TagEnd::List(true) => "</ol>",
        TagEnd::Item => "</li>",
        TagEnd::Link => "</a>",
        _ => "",
    }
}

/// Opens and closes the number of a shielded tag: private-use characters that Markdown does not look at.
const SHIELD_START: char = '\u{F0002}';
const SHIELD_END: char = '\u{F0003}';

/// Takes template tags out of the text, since Markdown would read their underscores and quotes as its own.
fn shield(markdown: &str) -> (String, Vec<&str>) {
    let mut tags = Vec::new();
    let mut shielded = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some((before, tag, after)) = next_tag(rest) {
        shielded.push_str(before);
        shielded.push_str(&format!("{SHIELD_START}{}{SHIELD_END}", tags.len()));
        tags.push(tag);
        rest = after;
    }
    shielded.push_str(rest);
    (shielded, tags)
}

/// Splits a text at its first template tag.
pub(crate) fn next_tag(text: &str) -> Option<(&str, &str, &str)> {
    let opening = ["{{", "{%"].iter().filter_map(|sign| text.find(sign)).min()?;
    let (before, from_tag) = text.split_at_checked(opening)?;
    let closing = if from_tag.starts_with("{{") { "}}" } else { "%}" };
    let (tag, after) = from_tag.split_at_checked(from_tag.find(closing)? + 2)?;
    Some((before, tag, after))
}

fn unshield(html: &str, tags: &[&str]) -> String {
    let mut result = html.to_owned();
    for (index, tag) in tags.iter().enumerate() {
        result = result.replace(&format!("{SHIELD_START}{index}{SHIELD_END}"), tag);
    }
    result
}
