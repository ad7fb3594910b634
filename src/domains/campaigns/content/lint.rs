//! What makes a correct message a bad one: no way out, no sender address, clipped, shouting, spam-like.

use std::collections::BTreeMap;

use super::draft::{Channel, Draft, Kind, Purpose};
use super::html::links;
use super::html::rewrite::line_of;
use super::problem::{Code, Field, Place, Problem};
use super::starters;
use super::tags::{Tag, TagKind, TagTable};
use super::variables::{Catalogue, declared_path};

/// Gmail cuts a message off after 102 kB of HTML and hides the footer behind a link.
pub const GMAIL_CLIP_BYTES: usize = 102 * 1024;
/// Above this a message loads slowly on telephones and looks suspicious to filters.
pub const MESSAGE_SIZE_BYTES: usize = 200 * 1024;
/// A longer source is not compiled at all; no mail is that long.
const LONGEST_SOURCE: usize = 1_000_000;
/// Longer subjects are cut off everywhere.
pub const SUBJECT_CHARACTERS: usize = 120;

/// The most exclamation marks a subject may have without a warning.
const EXCLAMATION_MARKS: usize = 1;
/// Phrases that content filters count against a message.
const SPAM_PHRASES: [&str; 24] = [
    "100% free",
    "act now",
    "buy now",
    "cash bonus",
    "click here",
    "congratulations you",
    "double your",
    "earn money",
    "free money",
    "limited time offer",
    "no obligation",
    "risk free",
    "urgent response",
    "winner!",
    "100 % gratuit",
    "achetez maintenant",
    "agissez maintenant",
    "argent facile",
    "cliquez ici",
    "félicitations vous",
    "gagnez de l’argent",
    "gagnez de l'argent",
    "offre limitée",
    "sans risque",
];

/// Checks the texts of a draft and how it uses its variables.
pub(crate) fn lint_draft(
    draft: &Draft,
    table: &TagTable,
    catalogue: &Catalogue,
    problems: &mut Vec<Problem>,
) {
    lint_source(draft, problems);
    if draft.channel == Channel::Email {
        lint_subject(&draft.subject, problems);
        lint_footer(draft, table, problems);
    } else {
        lint_bare_links(&draft.source, problems);
    }
    lint_variables(draft, table, catalogue, problems);
    lint_starter_words(draft, problems);
}

/// Checks the size of the finished parts, tags as written.
pub(crate) fn lint_size(table: &TagTable, html: Option<&str>, text: &str, problems: &mut Vec<Problem>) {
    let html = html.map_or(0, |html| table.as_written(html).len());
    let place = Place::field(Field::Source);
    if html > GMAIL_CLIP_BYTES {
        let sentence = format!(
            "The HTML has {} kB. Gmail clips messages at 102 kB and hides the rest, footer included.",
            html.div_ceil(1024)
        );
        problems.push(Problem::warning(Code::HtmlTooLarge, place, sentence));
    }
    let total = html + table.as_written(text).len();
    if total > MESSAGE_SIZE_BYTES {
        let sentence = format!(
            "The message has {} kB. Keep it below 200 kB.",
            total.div_ceil(1024)
        );
        problems.push(Problem::warning(Code::MessageTooLarge, place, sentence));
    }
}

/// The problem of a mail whose HTML holds no words.
pub(crate) fn no_text_part() -> Problem {
    Problem::warning(
        Code::NoTextPart,
        Place::field(Field::TextPart),
        "The message has no text part. Readers without HTML see nothing, and filters distrust it.",
    )
}

/// The problem of a draft that is too long to be looked at.
pub(crate) fn too_long(draft: &Draft) -> Option<Problem> {
    let texts = [&draft.source, &draft.subject, &draft.preheader];
    let given = draft.text_part.as_ref().map_or(0, String::len);
    let length = texts.iter().map(|text| text.len()).sum::<usize>() + given;
    (length > LONGEST_SOURCE).then(|| {
        let sentence = "The content is longer than one megabyte. No mail may be that long.";
        Problem::error(Code::MessageTooLarge, Place::field(Field::Source), sentence)
    })
}

fn lint_source(draft: &Draft, problems: &mut Vec<Problem>) {
    if draft.source.trim().is_empty() {
        let place = Place::field(Field::Source);
        problems.push(Problem::error(
            Code::EmptySource,
            place,
            "The message has no content.",
        ));
    }
    let lower = draft.source.to_lowercase();
    for phrase in SPAM_PHRASES.iter().filter(|phrase| lower.contains(**phrase)) {
        problems.push(spam_phrase(phrase, line_of(&lower, phrase)));
    }
}

/// Checks the web addresses a text message spells out. They are never tracked.
fn lint_bare_links(text: &str, problems: &mut Vec<Problem>) {
    let words = text
        .split_whitespace()
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"));
    for word in words.filter(|word| !word.contains('{')) {
        if let Ok(url) = url::Url::parse(word) {
            links::check_web_address(&url, line_of(text, word), problems);
        }
    }
}

fn lint_subject(subject: &str, problems: &mut Vec<Problem>) {
    let place = Place::field(Field::Subject);
    let subject = subject.trim();
    if subject.is_empty() {
        return problems.push(Problem::error(Code::EmptySubject, place, "The subject is empty."));
    }
    if subject.chars().count() > SUBJECT_CHARACTERS {
        let sentence = "The subject is longer than 120 characters and will be cut off.";
        problems.push(Problem::warning(Code::LongSubject, place, sentence));
    }
    if is_shouting(subject) {
        let sentence = "The subject is all capitals, which reads as shouting.";
        problems.push(Problem::warning(Code::ShoutingSubject, place, sentence));
    }
    if subject.matches(['!', '！']).count() > EXCLAMATION_MARKS {
        let sentence = "The subject has several exclamation marks, which filters distrust.";
        problems.push(Problem::warning(Code::ManyExclamationMarks, place, sentence));
    }
    let lower = subject.to_lowercase();
    for phrase in SPAM_PHRASES.iter().filter(|phrase| lower.contains(**phrase)) {
        problems.push(spam_phrase(phrase, place));
    }
}

/// Whether all letters outside tags are capitals, in words worth the name.
fn is_shouting(subject: &str) -> bool {
    let mut rest = subject;
    let mut letters = String::new();
    while let Some((before, after)) = rest.split_once("{{") {
        letters.push_str(before);
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    letters.push_str(rest);
    let cased = letters
        .chars()
        .filter(|letter| letter.is_uppercase() || letter.is_lowercase())
        .count();
    cased > 6 && !letters.chars().any(char::is_lowercase)
}

fn spam_phrase(phrase: &str, place: Place) -> Problem {
    let sentence = format!("The phrase “{phrase}” is typical of spam. Say it in another way.");
    Problem::warning(Code::SpamPhrase, place, sentence)
}

fn lint_footer(draft: &Draft, table: &TagTable, problems: &mut Vec<Problem>) {
    let uses = |field: Field, path: &str| {
        table
            .iter()
            .any(|tag| tag.place.field == field && tag.inner().is_some_and(|inner| inner.contains(path)))
    };
    let place = Place::field(Field::Source);
    if draft.purpose != Purpose::Transactional && !uses(Field::Source, "links.unsubscribe") {
        problems.push(Problem::error(
            Code::NoUnsubscribeLink,
            place,
            "There is no unsubscribe link. Add one to {{ links.unsubscribe }}.",
        ));
    }
    if draft.purpose == Purpose::Commercial && !uses(Field::Source, "organization.postal_address") {
        problems.push(Problem::error(
            Code::NoPostalAddress,
            place,
            "There is no postal address. The law requires it in commercial mail: add {{ organization.postal_address }}.",
        ));
    }
    let has_own_text = draft
        .text_part
        .as_deref()
        .is_some_and(|text| !text.trim().is_empty());
    if has_own_text && draft.purpose != Purpose::Transactional && !uses(Field::TextPart, "links.unsubscribe")
    {
        problems.push(Problem::warning(
            Code::NoUnsubscribeLink,
            Place::field(Field::TextPart),
            "The text part has no unsubscribe link. Add {{ links.unsubscribe }}.",
        ));
    }
}

/// Warns of what a starter said only to be replaced.
fn lint_starter_words(draft: &Draft, problems: &mut Vec<Problem>) {
    if let Some(words) = starters::left_words(&draft.source) {
        let place = line_of(&draft.source, words);
        let sentence = format!("“{words}” is what the starter said. Write your own words in its place.");
        problems.push(Problem::warning(Code::StarterWords, place, sentence));
    }
    for variable in draft.variables.iter().filter(|one| starters::is_example(one)) {
        let sentence = format!(
            "When “{}” is left empty, people read the starter’s example: “{}”. Write other words, or make it required.",
            variable.called(),
            variable.fallback.as_deref().unwrap_or_default()
        );
        let place = Place::field(Field::Variables);
        problems.push(Problem::warning(Code::StarterWords, place, sentence));
    }
}

fn lint_variables(draft: &Draft, table: &TagTable, catalogue: &Catalogue, problems: &mut Vec<Problem>) {
    for variable in &draft.variables {
        let Some(path) = declared_path(&variable.name) else {
            continue;
        };
        if variable.required && variable.fallback.is_some() {
            problems.push(Problem::warning(
                Code::FallbackNeverUsed,
                Place::field(Field::Variables),
                format!(
                    "The variable “{}” is required, so its fallback is never used.",
                    variable.name
                ),
            ));
        }
        if !table.iter().any(|tag| mentions(tag, &path)) {
            problems.push(Problem::warning(
                Code::UnusedVariable,
                Place::field(Field::Variables),
                format!("The variable “{}” is declared but never used.", variable.name),
            ));
        }
    }
    lint_fallbacks(table, catalogue, problems);
}

/// Warns once for each variable that may leave a hole in the text.
fn lint_fallbacks(table: &TagTable, catalogue: &Catalogue, problems: &mut Vec<Problem>) {
    let mut first_use: BTreeMap<&str, Place> = BTreeMap::new();
    for tag in table.iter() {
        if let TagKind::Plain(path) = &tag.kind {
            first_use.entry(path).or_insert(tag.place);
        }
    }
    for (path, place) in first_use {
        let Some(entry) = catalogue.find(path) else {
            continue;
        };
        if entry.kind == Kind::Date {
            problems.push(Problem::warning(
                Code::UnformattedDate,
                place,
                format!("The date “{path}” is shown as 2026-11-20. Write {{{{ {path} | date }}}} for words."),
            ));
        }
        let is_personal = path.starts_with("vars.")
            || matches!(path, "member.first_name" | "member.last_name" | "member.phone");
        if is_personal && entry.may_be_empty() {
            problems.push(Problem::warning(
                Code::NoFallback,
                place,
                format!(
                    "The variable “{path}” has no fallback. People without a value get a gap in the text."
                ),
            ));
        }
    }
}

fn mentions(tag: &Tag, path: &str) -> bool {
    tag.inner().is_some_and(|inner| inner.contains(path))
}
