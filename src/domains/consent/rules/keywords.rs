//! Reading what somebody answered to a text.

use super::keyword_table::{KeywordTable, together, words_of};
use super::{Meaning, Rules, Strength};

/// What somebody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    Stop,
    Start,
    Help,
    /// Something for a person to read. With `mentions_stop` soon: it may ask to stop in other words, and any
    /// reasonable way of asking counts (47 CFR 64.1200(a)(10)).
    Other {
        mentions_stop: bool,
    },
}

/// Reads an answer. What the carrier has read (`OptOutType` of Twilio's Advanced Opt-Out) comes before our own
/// reading, as it has acted on it. Anything with a denial in it is never a keyword.
pub fn read_reply(text: &str, opt_out_type: Option<Meaning>, rules: &Rules) -> Reply {
    if let Some(meaning) = opt_out_type {
        return reply(meaning);
    }
    let table = rules.keyword_table();
    let words = words_of(&without_signature(text, table));
    match meaning_of(&words, table) {
        Some(meaning) => reply(meaning),
        None => Reply::Other {
            mentions_stop: mentions_stop(&words, table),
        },
    }
}

fn reply(meaning: Meaning) -> Reply {
    match meaning {
        Meaning::Stop => Reply::Stop,
        Meaning::Start => Reply::Start,
        Meaning::Help => Reply::Help,
    }
}

/// The text up to the line that a telephone wrote by itself.
fn without_signature(text: &str, table: &KeywordTable) -> String {
    let is_signature = |line: &str| {
        let line = together(line);
        table.signatures.iter().any(|begin| line.starts_with(begin))
    };
    let kept: Vec<&str> = text.lines().take_while(|line| !is_signature(line)).collect();
    kept.join("\n")
}

fn meaning_of(words: &[String], table: &KeywordTable) -> Option<Meaning> {
    let whole = words.concat();
    if let Some((meaning, _)) = table.keywords.get(&whole) {
        return Some(*meaning);
    }
    if let Some(meaning) = table.phrases.get(&whole) {
        return Some(*meaning);
    }
    let is_polite = |word: &&String| table.polite.contains(*word);
    let civil: Vec<&String> = words.iter().filter(|word| !is_polite(word)).collect();
    let bare: Vec<&String> = civil
        .iter()
        .copied()
        .filter(|word| !table.about_messages.contains(*word))
        .collect();
    said_alone(&civil, table).or_else(|| said_plainly(&bare, table))
}

/// One keyword, perhaps repeated, or a phrase: all that is left without courtesy.
fn said_alone(words: &[&String], table: &KeywordTable) -> Option<Meaning> {
    let whole: String = words.iter().map(|word| word.as_str()).collect();
    if let Some((meaning, _)) = table.keywords.get(&whole) {
        return Some(*meaning);
    }
    if let Some(meaning) = table.phrases.get(&whole) {
        return Some(*meaning);
    }
    agreed(
        words
            .iter()
            .map(|word| table.keywords.get(*word).map(|(meaning, _)| *meaning)),
    )
}

/// Plain keywords: all that is left without courtesy and words about the messages.
fn said_plainly(words: &[&String], table: &KeywordTable) -> Option<Meaning> {
    let plain = |word: &str| match table.keywords.get(word) {
        Some((meaning, Strength::Plain)) => Some(*meaning),
        _ => None,
    };
    let whole: String = words.iter().map(|word| word.as_str()).collect();
    plain(&whole).or_else(|| agreed(words.iter().map(|word| plain(word))))
}

/// The one meaning of all, if they have one.
fn agreed(meanings: impl Iterator<Item = Option<Meaning>>) -> Option<Meaning> {
    let mut one = None;
    for meaning in meanings {
        let meaning = meaning?;
        if one.is_some_and(|one| one != meaning) {
            return None;
        }
        one = Some(meaning);
    }
    one
}

/// Whether a keyword or a phrase for stopping is anywhere in it.
fn mentions_stop(words: &[String], table: &KeywordTable) -> bool {
    let is_stop = |text: &str| {
        let keyword = table.keywords.get(text).map(|(meaning, _)| *meaning);
        keyword.or_else(|| table.phrases.get(text).copied()) == Some(Meaning::Stop)
    };
    let has_word = words.iter().any(|word| is_stop(word) || is_form_of_stop(word));
    has_word
        || (2..=MOST_WORDS_OF_A_PHRASE).any(|length| words.windows(length).any(|run| is_stop(&run.concat())))
}

/// "Stopped", "unsubscribing", "désabonnée", "n'arrêtez": not keywords, but worth a look. French runs one letter
/// together with the verb behind it.
fn is_form_of_stop(word: &str) -> bool {
    let elided = word
        .strip_prefix(['c', 'd', 'j', 'l', 'm', 'n', 's', 't'])
        .unwrap_or(word);
    ["stop", "unsub", "desabonn", "desinscri", "arret"]
        .iter()
        .any(|stem| word.starts_with(stem) || elided.starts_with(stem))
}

const MOST_WORDS_OF_A_PHRASE: usize = 8;
