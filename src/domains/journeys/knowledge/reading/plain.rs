//! Plain text: of files without any marks, and of the pages of PDFs.

use crate::kernel::text::without_invisible;

use super::Block;

/// The paragraphs of a plain text.
pub fn blocks(text: &str) -> Vec<Block> {
    paragraphs(text)
        .into_iter()
        .map(|text| Block::plain(text, None))
        .collect()
}

/// The paragraphs of a file, page by page.
pub fn of_pages(pages: &[String]) -> Vec<Block> {
    let page = |(number, text): (i32, &String)| {
        paragraphs(text)
            .into_iter()
            .map(move |text| Block::plain(text, Some(number)))
    };
    (1..).zip(pages).flat_map(page).collect()
}

/// An empty line ends a paragraph. Other line ends are where a line was full, and a hyphen there is of the line and not of the word.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = Vec::new();
    let mut open = String::new();
    for line in without_invisible(text).lines().map(str::trim) {
        if line.is_empty() {
            end(&mut open, &mut paragraphs);
            continue;
        }
        let is_broken = open.ends_with('-')
            && open.chars().rev().nth(1).is_some_and(char::is_alphabetic)
            && line.starts_with(char::is_lowercase);
        if is_broken {
            open.pop();
        } else if !open.is_empty() {
            open.push(' ');
        }
        open.push_str(line);
    }
    end(&mut open, &mut paragraphs);
    paragraphs
}

fn end(open: &mut String, paragraphs: &mut Vec<String>) {
    let words: Vec<&str> = open.split_whitespace().collect();
    if !words.is_empty() {
        paragraphs.push(words.join(" "));
    }
    open.clear();
}
