//! Why a message was found: the part of its text around the first hit, with the hits told apart.
//!
//! Words are folded as the SQL function `app.search_fold` folds them. Nothing here makes HTML: the template prints each part
//! escaped, hits inside `<mark>`.

use std::ops::Range;

use crate::kernel::search_query::Term;

/// Characters shown before the first hit.
const LEAD: usize = 60;
/// Characters shown in all.
const LENGTH: usize = 240;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The piece as it was written.
    pub text: String,
    /// Whether it was searched for.
    pub hit: bool,
}

/// The beginning of the text, or what is around the first hit when that is further down. `beginning`: the last wanted word
/// is only the beginning of one.
pub fn excerpt(text: &str, wanted: &[Term], beginning: Option<&str>) -> Vec<Part> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = words(&line);
    let mut needles: Vec<Needle> = wanted
        .iter()
        .map(|term| Needle::of(term_text(term), Ending::Whole))
        .collect();
    needles.extend(beginning.map(|word| Needle::of(word, Ending::Open)));
    let hits = hits(&words, &needles);
    let window = window(&line, &words, hits.first());
    parts(&line, window, &hits)
}

fn term_text(term: &Term) -> &str {
    match term {
        Term::Word(text) | Term::Phrase(text) => text,
    }
}

/// A word of a text.
struct Word {
    at: Range<usize>,
    folded: String,
}

/// Runs of letters and digits; Han, kana and Hangul characters are words of their own.
fn words(line: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for (start, character) in line.char_indices() {
        let at = start..start + character.len_utf8();
        let alone = is_word_alone(character);
        match words.last_mut().filter(|_| open && !alone) {
            Some(word) if character.is_alphanumeric() => {
                word.at.end = at.end;
                word.folded.extend(fold(character));
            }
            _ if character.is_alphanumeric() => words.push(Word {
                at,
                folded: fold(character).collect(),
            }),
            _ => {}
        }
        open = character.is_alphanumeric() && !alone;
    }
    words
}

fn is_word_alone(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}')
}

fn fold(character: char) -> impl Iterator<Item = char> {
    character.to_lowercase().map(|lower| match lower {
        'à'..='å' | 'æ' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'œ' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    })
}

/// Whether the last word of a needle may go on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Whole,
    Open,
}

struct Needle {
    words: Vec<String>,
    ending: Ending,
}

impl Needle {
    fn of(text: &str, ending: Ending) -> Self {
        Self {
            words: words(text).into_iter().map(|word| word.folded).collect(),
            ending,
        }
    }

    /// Where the needle that starts with the first of `words` ends.
    fn matches(&self, words: &[Word]) -> Option<usize> {
        let (last, before) = self.words.split_last()?;
        let begins = words.len() >= self.words.len()
            && words
                .iter()
                .zip(before)
                .all(|(word, wanted)| word.folded == *wanted);
        let word = words.get(before.len()).filter(|_| begins)?;
        let ends = match self.ending {
            Ending::Whole => word.folded == *last,
            Ending::Open => word.folded.starts_with(last.as_str()),
        };
        ends.then_some(word.at.end)
    }
}

fn hits(words: &[Word], needles: &[Needle]) -> Vec<Range<usize>> {
    let mut hits: Vec<Range<usize>> = Vec::new();
    for (number, word) in words.iter().enumerate() {
        let rest = words.get(number..).unwrap_or_default();
        let Some(end) = needles.iter().filter_map(|needle| needle.matches(rest)).max() else {
            continue;
        };
        match hits.last_mut() {
            Some(last) if last.end >= word.at.start => last.end = last.end.max(end),
            _ => hits.push(word.at.start..end),
        }
    }
    hits
}

/// The bytes to show: whole words around the first hit.
fn window(line: &str, words: &[Word], first: Option<&Range<usize>>) -> Range<usize> {
    if line.chars().count() <= LENGTH {
        return 0..line.len();
    }
    let hit = first.map_or(0, |hit| hit.start);
    let back = line.get(..hit).map_or(0, |before| {
        before.char_indices().rev().nth(LEAD).map_or(0, |(at, _)| at)
    });
    let start = if back == 0 {
        0
    } else {
        words
            .iter()
            .map(|word| word.at.start)
            .find(|start| *start >= back)
            .unwrap_or(back)
    };
    let limit = line
        .get(start..)
        .and_then(|rest| rest.char_indices().nth(LENGTH))
        .map_or(line.len(), |(at, _)| start + at);
    let end = words
        .iter()
        .rev()
        .map(|word| word.at.end)
        .find(|end| *end <= limit && *end > start)
        .filter(|_| limit < line.len())
        .unwrap_or(limit);
    start..end
}

fn parts(line: &str, window: Range<usize>, hits: &[Range<usize>]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut push = |range: Range<usize>, hit: bool| {
        if let Some(text) = line.get(range).filter(|text| !text.is_empty()) {
            parts.push(Part {
                text: text.to_owned(),
                hit,
            });
        }
    };
    let mut at = window.start;
    for hit in hits {
        let (start, end) = (hit.start.clamp(at, window.end), hit.end.clamp(at, window.end));
        push(at..start, false);
        push(start..end, true);
        at = end;
    }
    push(at..window.end, false);
    if window.start > 0 {
        parts.insert(
            0,
            Part {
                text: "… ".to_owned(),
                hit: false,
            },
        );
    }
    if window.end < line.len() {
        parts.push(Part {
            text: " …".to_owned(),
            hit: false,
        });
    }
    parts
}
