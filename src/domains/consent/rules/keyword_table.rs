//! The words people answer with, ready to be looked up.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Source;

/// What somebody wants by a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    Stop,
    Start,
    Help,
}

/// How much may stand around a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Words of courtesy, and words about the messages.
    Plain,
    /// Words of courtesy only: it means much else in other company.
    Alone,
}

/// One row: words of one meaning, folded as [`words_of`] folds.
#[derive(Debug, Clone, Deserialize)]
pub struct Keyword {
    pub meaning: Meaning,
    pub language: String,
    pub strength: Strength,
    pub words: Vec<String>,
    #[serde(flatten)]
    pub source: Source,
}

/// One row: whole answers of several words.
#[derive(Debug, Clone, Deserialize)]
pub struct Phrases {
    pub meaning: Meaning,
    pub language: String,
    pub phrases: Vec<String>,
    #[serde(flatten)]
    pub source: Source,
}

/// What a word that changes nothing may stand around.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CourtesyUse {
    Polite,
    AboutMessages,
}

/// One row: words that change nothing.
#[derive(Debug, Clone, Deserialize)]
pub struct Courtesy {
    #[serde(rename = "use")]
    pub used: CourtesyUse,
    pub words: Vec<String>,
    #[serde(flatten)]
    pub source: Source,
}

/// One row: how the lines begin that telephones write by themselves.
#[derive(Debug, Clone, Deserialize)]
pub struct Signature {
    pub begins: Vec<String>,
    #[serde(flatten)]
    pub source: Source,
}

/// The rows above, ready to be looked up. Keys are folded and written together.
#[derive(Debug, Clone, Default)]
pub(super) struct KeywordTable {
    pub keywords: HashMap<String, (Meaning, Strength)>,
    pub phrases: HashMap<String, Meaning>,
    pub polite: HashSet<String>,
    pub about_messages: HashSet<String>,
    pub signatures: Vec<String>,
}

impl KeywordTable {
    pub fn of(
        keywords: &[Keyword],
        phrases: &[Phrases],
        courtesy: &[Courtesy],
        signatures: &[Signature],
    ) -> Self {
        let words_used = |used| {
            let rows = courtesy.iter().filter(move |row| row.used == used);
            rows.flat_map(|row| row.words.iter().map(|word| together(word)))
                .collect()
        };
        Self {
            keywords: keywords
                .iter()
                .flat_map(|row| {
                    row.words
                        .iter()
                        .map(|word| (together(word), (row.meaning, row.strength)))
                })
                .collect(),
            phrases: phrases
                .iter()
                .flat_map(|row| row.phrases.iter().map(|phrase| (together(phrase), row.meaning)))
                .collect(),
            polite: words_used(CourtesyUse::Polite),
            about_messages: words_used(CourtesyUse::AboutMessages),
            signatures: signatures
                .iter()
                .flat_map(|row| row.begins.iter().map(|line| together(line)))
                .collect(),
        }
    }
}

/// The words of a text without case, accents (Unicode TR 15, compatibility decomposition) and punctuation; an
/// apostrophe joins, all else that is no letter or digit parts, and what nobody sees is not there.
pub(super) fn words_of(text: &str) -> Vec<String> {
    let is_unseen = |c: char| {
        matches!(
            c,
            '\'' | '’' | '‘' | 'ʼ' | '\u{ad}' | '\u{200b}'
                ..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe0f}'
        )
    };
    let folded: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && !is_unseen(*c))
        .flat_map(char::to_lowercase)
        .collect();
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The words of a text, written together.
pub(super) fn together(text: &str) -> String {
    words_of(text).concat()
}
