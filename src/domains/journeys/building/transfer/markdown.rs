//! A folder of Markdown as a journey: each folder a milestone, each file a lesson, in the order of their names.

use std::collections::BTreeMap;

use crate::domains::journeys::building::content::Content;

use super::book::{Book, Chapter, EDITION, FORMAT, Page};

/// A journey of these files.
///
/// # Errors
/// A sentence for whoever brought them.
pub fn book(files: &BTreeMap<String, Vec<u8>>, title: &str) -> Result<Book, String> {
    let lessons: Vec<(&str, &[u8])> = files
        .iter()
        .filter(|(name, _)| name.to_ascii_lowercase().ends_with(".md"))
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    if lessons.is_empty() {
        return Err("There is neither a journey.json nor a Markdown file (.md) in it.".to_owned());
    }
    let root = common_root(&lessons);
    let mut milestones: Vec<(String, Chapter)> = Vec::new();
    for (name, bytes) in lessons {
        let inside = name.strip_prefix(root.as_str()).unwrap_or(name);
        let (folder, file) = inside.rsplit_once('/').unwrap_or(("", inside));
        let text = std::str::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8."))?;
        let page = page(file, text);
        match milestones.iter_mut().find(|(known, _)| known == folder) {
            Some((_, chapter)) => chapter.lessons.push(page),
            None => milestones.push((folder.to_owned(), chapter(folder, page))),
        }
    }
    Ok(Book {
        format: FORMAT.to_owned(),
        edition: EDITION,
        title: match title.trim() {
            "" => named(root.trim_end_matches('/'), "A new journey"),
            title => title.to_owned(),
        },
        summary: String::new(),
        in_order: true,
        milestones: milestones.into_iter().map(|(_, chapter)| chapter).collect(),
        assets: Vec::new(),
    })
}

/// The folder that everything is in, with its slash; empty when there is none.
fn common_root(lessons: &[(&str, &[u8])]) -> String {
    let first = lessons.first().and_then(|(name, _)| name.split_once('/'));
    let Some((root, _)) = first else {
        return String::new();
    };
    let root = format!("{root}/");
    // The only folder is a milestone when its files stand right in it.
    let is_root = lessons.iter().all(|(name, _)| {
        name.strip_prefix(root.as_str())
            .is_some_and(|rest| rest.contains('/'))
    });
    if is_root { root } else { String::new() }
}

fn chapter(folder: &str, first: Page) -> Chapter {
    let last = folder.rsplit('/').next().unwrap_or(folder);
    Chapter {
        title: named(last, "Lessons"),
        lessons: vec![first],
        ..Chapter::default()
    }
}

/// A lesson: called as its first heading says, else as its file.
fn page(file: &str, text: &str) -> Page {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let heading = text
        .strip_prefix("# ")
        .map(|rest| rest.split_once('\n').unwrap_or((rest, "")));
    let (title, body) = match heading {
        Some((title, body)) => (title.trim().trim_end_matches('#').trim().to_owned(), body.trim()),
        None => (String::new(), text.trim()),
    };
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let title: String = match title.is_empty() {
        true => named(stem, "Lesson"),
        false => title.chars().take(160).collect(),
    };
    Page {
        name: String::new(),
        title,
        body: body.replace("\r\n", "\n"),
        goal: None,
        percent: None,
        minutes: reading_minutes(body),
        optional: false,
        asset: None,
        opens: Vec::new(),
        content: Content::Text,
    }
}

/// About how long it takes to read, at 200 words a minute.
fn reading_minutes(body: &str) -> Option<i32> {
    let words = body.split_whitespace().count();
    i32::try_from(words.div_ceil(200))
        .ok()
        .filter(|minutes| *minutes > 0)
        .map(|minutes| minutes.min(6_000))
}

/// `01-what_a-steward-does` as `What a steward does`.
fn named(name: &str, otherwise: &str) -> String {
    let bare = name.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | ' '));
    let words = bare.replace(['-', '_'], " ");
    let mut letters = words.trim().chars();
    match letters.next() {
        Some(first) => first
            .to_uppercase()
            .chain(letters)
            .filter(|c| !c.is_control())
            .take(120)
            .collect(),
        None => otherwise.to_owned(),
    }
}
