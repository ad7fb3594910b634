//! Citing a passage in a lesson: a quotation with where it is from, as Markdown.

pub mod actions;
pub mod pages;
pub mod routes;

use super::model::{KnowledgeKind, part_of};

/// What is cited.
#[derive(Debug, Clone, Copy)]
pub struct Cited<'a> {
    pub kind: KnowledgeKind,
    /// The document's.
    pub title: &'a str,
    /// A link's address.
    pub url: Option<&'a str>,
    pub heading: &'a str,
    pub page: Option<i32>,
    pub text: &'a str,
    /// Markdown, where it was written here.
    pub source: &'a str,
}

/// The quotation. What came from outside stays the text that it was: nothing in it becomes a link or a heading. Learners do not see the
/// knowledge base, so only pages out there are linked to.
pub fn quotation(cited: &Cited<'_>) -> String {
    let text = match cited.source.is_empty() {
        true => plain(cited.text),
        false => cited.source.to_owned(),
    };
    let mut quotation: String = text
        .lines()
        .map(|line| match line.trim().is_empty() {
            true => ">\n".to_owned(),
            false => format!("> {line}\n"),
        })
        .collect();
    let title = plain(cited.title);
    let title = match cited.url {
        Some(url) => format!("[{title}](<{}>)", url.replace(['<', '>'], "")),
        None => format!("*{title}*"),
    };
    let part = plain(&part_of(cited.heading, cited.page));
    let part = if part.is_empty() {
        part
    } else {
        format!(", {part}")
    };
    quotation.push_str(&format!(">\n> — {title}{part}\n"));
    quotation
}

/// Where a passage is from, in words.
pub fn source(title: &str, heading: &str, page: Option<i32>) -> String {
    match part_of(heading, page) {
        part if part.is_empty() => title.to_owned(),
        part => format!("{title}, {part}"),
    }
}

/// A text in which Markdown finds nothing (CommonMark, backslash escapes).
fn plain(text: &str) -> String {
    text.lines().map(plain_line).collect::<Vec<_>>().join("\n")
}

fn plain_line(line: &str) -> String {
    let line = line.trim();
    let mut plain = String::with_capacity(line.len() + 8);
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    for (at, letter) in line.char_indices() {
        let is_mark = matches!(
            letter,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '&'
        );
        let begins_list = at == 0 && matches!(letter, '-' | '+' | '=');
        let numbers_list = digits > 0 && at == digits && matches!(letter, '.' | ')');
        if is_mark || begins_list || numbers_list {
            plain.push('\\');
        }
        plain.push(letter);
    }
    plain
}
