//! Bounces in words, without a delivery status part, as qmail (QSBMF), exim and old servers write them: best effort.

use mail_parser::Message;

use super::MOST_FAILURES;
use super::auto_reply::is_auto_reply;
use super::delivery_status::{Failure, status_in};
use super::fields::address;
use super::status::EnhancedStatus;

/// The recipients that a mailer says in words it could not reach; empty when it is not from a mailer or says nothing
/// of the kind. Mail of people is never read so, whatever they quote.
pub fn failures(message: &Message<'_>) -> Vec<Failure> {
    let named = failed_recipients(message);
    if named.is_empty() && !is_from_mailer(message) {
        return Vec::new();
    }
    let text = message.body_text(0).unwrap_or_default();
    let said = before_the_copy(&text);
    if !named.is_empty() {
        return named.into_iter().map(|to| failure_of(to, said)).collect();
    }
    let lower = said.to_lowercase();
    let is_failure = FAILURES.iter().any(|words| lower.contains(words));
    match is_failure {
        true => addresses_in(said, message)
            .into_iter()
            .map(|to| failure_of(to, said))
            .collect(),
        false => Vec::new(),
    }
}

/// What mailers say when they give up, in lower case.
const FAILURES: [&str; 12] = [
    "delivery failed",
    "could not be delivered",
    "couldn't be delivered",
    "wasn't able to deliver",
    "undeliverable",
    "undelivered",
    "delivery has failed",
    "delivery to the following recipient",
    "unable to deliver",
    "permanent error",
    "permanent fatal errors",
    "returned to sender",
];

/// exim, Gmail and others name the recipients in a field of their own.
fn failed_recipients(message: &Message<'_>) -> Vec<String> {
    let named = message
        .headers_raw()
        .filter(|(name, _)| name.eq_ignore_ascii_case("X-Failed-Recipients"));
    let addresses = named.flat_map(|(_, value)| value.split(',').filter_map(address));
    addresses.take(MOST_FAILURES).collect()
}

/// Bounces come from the mailer's own account, or at least have an empty return path (RFC 5321, 4.5.5); absence notes
/// have one too (RFC 3834, 3.3).
fn is_from_mailer(message: &Message<'_>) -> bool {
    let from = message
        .from()
        .and_then(|from| from.first())
        .and_then(|from| from.address());
    let local = from
        .and_then(|from| from.split('@').next())
        .unwrap_or_default()
        .to_lowercase();
    if matches!(
        local.as_str(),
        "mailer-daemon" | "postmaster" | "mail-daemon" | "mailerdaemon"
    ) {
        return true;
    }
    let path = message
        .headers_raw()
        .find(|(name, _)| name.eq_ignore_ascii_case("Return-Path"));
    path.is_some_and(|(_, value)| value.trim() == "<>") && !is_auto_reply(message)
}

/// What the mailer says itself, above the returned message.
fn before_the_copy(text: &str) -> &str {
    let marks = [
        "\n--- Below this line",
        "\n------ This is a copy",
        "\n--- The header of the original",
        "\n----- Original message",
        "\n----- Message header",
    ];
    let end = marks
        .iter()
        .filter_map(|mark| text.find(mark))
        .min()
        .unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

/// The lines behind an address, up to an empty line or the next address, are what was said of it.
fn failure_of(recipient: String, said: &str) -> Failure {
    let mut lines = said.lines().skip_while(|line| !line.contains(&recipient));
    let own = lines
        .next()
        .map(|line| line.rsplit_once(&recipient).map_or("", |(_, rest)| rest))
        .unwrap_or_default();
    let below = lines.take_while(|line| !line.trim().is_empty());
    let answer = std::iter::once(own).chain(below).collect::<Vec<_>>().join(" ");
    let answer = answer.trim_start_matches(['>', ':', ' ', ')']).trim();
    // Mailers that put an empty line between address and reason are read whole.
    let answer = if answer.is_empty() { said } else { answer };
    let status = status_in(answer)
        .or_else(|| in_words(answer))
        .or_else(|| status_in(said));
    Failure::from_status(Some(recipient), status, answer)
}

/// Mailers without codes say it in words.
fn in_words(answer: &str) -> Option<EnhancedStatus> {
    let answer = answer.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|words| answer.contains(words));
    let unknown = [
        "user unknown",
        "unknown user",
        "no such user",
        "no mailbox here",
        "unrouteable address",
        "does not exist",
        "mailbox unavailable",
        "address not found",
        "unknown local",
        "recipient not found",
        "address couldn't be found",
    ];
    let full = [
        "mailbox full",
        "mailbox is full",
        "over quota",
        "quota exceeded",
        "out of storage",
    ];
    let later = [
        "retry timeout exceeded",
        "timed out",
        "connection refused",
        "wasn't able to establish",
    ];
    match () {
        () if says(&full) => EnhancedStatus::of_reply(552),
        () if says(&unknown) => EnhancedStatus::of_reply(550),
        () if says(&later) => Some(EnhancedStatus {
            class: 4,
            subject: 4,
            detail: 1,
        }),
        () => None,
    }
}

/// The addresses in what a mailer says, without its own and without those it sent the bounce to.
fn addresses_in(said: &str, message: &Message<'_>) -> Vec<String> {
    let own: Vec<String> = [message.from(), message.to()]
        .into_iter()
        .flatten()
        .flat_map(|list| list.iter().filter_map(|one| one.address()).map(str::to_lowercase))
        .collect();
    let mut found: Vec<String> = Vec::new();
    for line in said.lines().filter(|line| starts_with_address(line)) {
        if found.len() == MOST_FAILURES {
            break;
        }
        let word = line.split_whitespace().next().and_then(address);
        if let Some(to) = word.filter(|to| !own.contains(&to.to_lowercase()) && !found.contains(to)) {
            found.push(to);
        }
    }
    found
}

/// The usual shape: the address begins its line.
fn starts_with_address(line: &str) -> bool {
    line.split_whitespace()
        .next()
        .is_some_and(|word| word.contains('@'))
}
