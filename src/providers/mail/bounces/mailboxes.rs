//! Our own addresses with a token of the message in them.

use mail_parser::Message;

use super::fields::{Fields, address};

/// The mailboxes that such mail comes to. A token stands behind a plus sign: `bounces+TOKEN@mail.example.org`
/// (variable envelope return path). Relays may change the case of it: tokens must not depend on theirs.
/// In a subject only a word with a digit in it is taken for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailboxes {
    /// The return path without token, such as `bounces@mail.example.org`.
    pub bounces: String,
    /// The address in `List-Unsubscribe` without token, such as `unsubscribe@mail.example.org`.
    pub unsubscribe: String,
}

/// Shortest and longest token that is believed to be one.
const TOKEN_LENGTHS: std::ops::RangeInclusive<usize> = 8..=200;

impl Mailboxes {
    /// The token in an address, when it is our bounce mailbox with one.
    pub fn bounce_token_of(&self, value: &str) -> Option<String> {
        token_of(value, &self.bounces)
    }

    /// The token that a returned message of ours carries in its own return path or way out.
    pub(super) fn token_in_original(&self, original: &Fields) -> Option<String> {
        let paths = original.all("Return-Path").chain(original.all("X-Envelope-From"));
        let mut paths = paths.filter_map(|path| token_of(path, &self.bounces));
        paths.next().or_else(|| {
            let ways = original
                .all("List-Unsubscribe")
                .flat_map(|value| value.split(','));
            ways.filter_map(|way| token_of(without_query(way), &self.unsubscribe))
                .next()
        })
    }
}

/// Our token in an address that a message came to.
pub fn bounce_token(message: &Message<'_>, ours: &Mailboxes) -> Option<String> {
    destinations(message)
        .iter()
        .find_map(|to| ours.bounce_token_of(to))
}

/// Our token in mail to the unsubscribe address: in the address, or in the subject behind `unsubscribe`, or alone in
/// it.
pub fn unsubscribe_token(message: &Message<'_>, ours: &Mailboxes) -> Option<String> {
    let destinations = destinations(message);
    if let Some(token) = destinations.iter().find_map(|to| token_of(to, &ours.unsubscribe)) {
        return Some(token);
    }
    let is_to_us = destinations
        .iter()
        .filter_map(|to| address(to))
        .any(|to| to.eq_ignore_ascii_case(&ours.unsubscribe));
    let subject = message.subject().filter(|_| is_to_us)?;
    let words =
        subject.split(|c: char| c.is_whitespace() || matches!(c, ':' | '=' | ',' | '<' | '>' | '[' | ']'));
    let mut words = words.filter(|word| !word.is_empty());
    words
        .find(|word| is_token(word) && word.contains(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
}

/// Every value that tells where a message was delivered: those of the delivering hosts first.
fn destinations(message: &Message<'_>) -> Vec<String> {
    let names = [
        "Delivered-To",
        "X-Original-To",
        "Envelope-To",
        "X-Envelope-To",
        "X-Rcpt-To",
        "To",
        "Cc",
    ];
    let values = |name: &str| -> Vec<String> {
        let named = message
            .headers_raw()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named
            .flat_map(|(_, value)| {
                value
                    .split(',')
                    .map(|one| one.trim().to_owned())
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    names.iter().flat_map(|name| values(name)).collect()
}

/// `<mailto:address?subject=…>` as an address (RFC 6068).
fn without_query(way: &str) -> &str {
    let way = way.trim().trim_matches(['<', '>']);
    way.split_once('?').map_or(way, |(address, _)| address)
}

fn token_of(value: &str, mailbox: &str) -> Option<String> {
    let value = address(value)?;
    let (local, domain) = value.rsplit_once('@')?;
    let (our_local, our_domain) = mailbox.rsplit_once('@')?;
    let (name, token) = local.split_once('+')?;
    let is_ours = name.eq_ignore_ascii_case(our_local) && domain.eq_ignore_ascii_case(our_domain);
    (is_ours && is_token(token)).then(|| token.to_owned())
}

fn is_token(word: &str) -> bool {
    TOKEN_LENGTHS.contains(&word.len())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'='))
}
