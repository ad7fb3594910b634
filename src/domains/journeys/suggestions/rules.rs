//! From what is known of somebody who does not get on to what a coach could write. Pure: the same facts make the same words.

use chrono::{DateTime, Utc};

use crate::domains::journeys::learning::overview::queries::Facts;
use crate::domains::journeys::learning::overview::stuck;

use super::model::Reason;

/// A passage that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// Such as `Coming back after a pause, The smallest next step`.
    pub source: String,
    /// Its first sentences, plain.
    pub words: String,
}

/// Why somebody could be written to; the foremost first. What waits for a coach is no reason to write to the learner.
pub fn reasons(facts: &Facts, now: DateTime<Utc>) -> Vec<Reason> {
    let limits = stuck::limits(now);
    let found = [
        (facts.returned.is_some(), Reason::Returned),
        (facts.failed.is_some(), Reason::Failed),
        (
            facts
                .expected
                .is_some_and(|expected| expected - facts.done >= limits.behind),
            Reason::Behind,
        ),
        (
            facts.quiet_since < limits.quiet && !facts.is_paused,
            Reason::Stalled,
        ),
    ];
    found
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, reason)| reason)
        .collect()
}

/// What can be checked, a sentence each.
pub fn sentences(facts: &Facts, now: DateTime<Utc>) -> Vec<String> {
    let mut sentences = vec![format!("{} of {} lessons done.", facts.done, facts.required)];
    if let Some(title) = &facts.returned {
        sentences.push(format!(
            "“{title}” was returned with comments and not handed in again."
        ));
    }
    if let Some(title) = &facts.failed {
        sentences.push(format!(
            "Quiz “{title}” tried {} and not passed.",
            times(facts.attempts)
        ));
    }
    if let Some(expected) = facts.expected.filter(|expected| *expected > facts.done) {
        sentences.push(match expected - facts.done {
            1 => "One lesson behind the pace of the cohort.".to_owned(),
            behind => format!("{behind} lessons behind the pace of the cohort."),
        });
    }
    let days = (now - facts.quiet_since).num_days();
    sentences.push(match (facts.last_at, days) {
        (Some(_), ..1) => "Last did something today.".to_owned(),
        (Some(_), 1) => "Last did something yesterday.".to_owned(),
        (Some(_), days) => format!("Last did something {days} days ago."),
        (None, days) => format!("Could have begun {} ago and has not.", counted(days)),
    });
    sentences
}

fn times(count: i64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

fn counted(days: i64) -> String {
    match days {
        ..1 => "less than a day".to_owned(),
        1 => "a day".to_owned(),
        days => format!("{days} days"),
    }
}

/// What is looked for in the knowledge base.
pub fn words(reason: Reason) -> &'static str {
    match reason {
        Reason::Returned => "handing in again with comments",
        Reason::Failed => "quiz attempt feedback",
        Reason::Behind => "pace lessons too fast",
        Reason::Stalled => "coming back after a pause",
    }
}

/// The message, to somebody of this name, about this journey.
pub fn message(
    facts: &Facts,
    reason: Reason,
    (name, journey): (&str, &str),
    cited: Option<&Cited>,
) -> String {
    let (done, required) = (facts.done, facts.required);
    let said = match reason {
        Reason::Returned => format!(
            "“{}” came back to you with comments, and it is still with you. It need not be perfect: choose the comment that helps most, change that, and hand it in again. If a comment is not clear, ask me.",
            facts.returned.as_deref().unwrap_or_default()
        ),
        Reason::Failed => format!(
            "I saw that the quiz “{}” has not worked out yet, after {} attempts. That says something about the questions, not about you. Shall we go through them together before you try again?",
            facts.failed.as_deref().unwrap_or_default(),
            facts.attempts
        ),
        Reason::Behind | Reason::Stalled if facts.last_at.is_none() => format!(
            "“{journey}” is open for you, and the first lesson takes only a few minutes. Is there anything that keeps you from beginning? I am glad to help."
        ),
        Reason::Behind => format!(
            "You have done {done} of {required} lessons in “{journey}”, and your cohort is a little ahead. Is the pace right for you? If there is too much just now, tell me, and we find another one."
        ),
        Reason::Stalled => format!(
            "It has been a while since your last lesson in “{journey}”. You have done {done} of {required}, and all of it is still there. Would ten minutes this week work for you? And if something is in the way, tell me."
        ),
    };
    let hint = cited.map(|cited| format!("\n\nThis may help, from {}:\n> {}", cited.source, cited.words));
    format!("Hi {name}, {}{}", lowered(&said), hint.unwrap_or_default())
}

/// After a comma a sentence goes on, unless it begins with what is always large.
fn lowered(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) if !sentence.starts_with("I ") => first.to_lowercase().chain(letters).collect(),
        _ => sentence.to_owned(),
    }
}

/// The first sentences of a passage, as many as a message bears.
pub fn beginning(text: &str) -> String {
    const MOST: usize = 240;
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST {
        return line;
    }
    let cut: String = line.chars().take(MOST).collect();
    match cut.rfind(['.', '!', '?']).filter(|end| *end > MOST / 3) {
        Some(end) => cut.get(..=end).unwrap_or(&cut).to_owned(),
        None => match cut.rfind(' ') {
            Some(end) => format!("{} …", cut.get(..end).unwrap_or(&cut)),
            None => cut,
        },
    }
}
