//! What a reply means for a message: RFC 5321 §4.2.1 and §4.2.3, RFC 3463 §3.

use super::outcome::{Outcome, Scope};
use super::reply::{EnhancedStatus, Reply};

/// Which command a reply answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// MAIL: no recipient is known yet.
    Sender,
    /// RCPT.
    Recipient,
    /// DATA.
    Data,
    /// The final dot.
    Content,
}

/// Words of servers that give no enhanced status, by which they mean that the mailbox does not exist.
const NO_SUCH_MAILBOX: [&str; 9] = [
    "user unknown",
    "unknown user",
    "no such user",
    "no such recipient",
    "no such mailbox",
    "unknown recipient",
    "recipient unknown",
    "mailbox not found",
    "does not exist",
];

/// What the failure of a command means for its message; nothing for a reply that is no failure.
pub(super) fn failure(stage: Stage, reply: &Reply) -> Option<Outcome> {
    if reply.is_temporary() {
        return Some(Outcome::Deferred {
            reply: reply.clone(),
            scope: scope(stage, reply),
        });
    }
    reply.is_permanent().then(|| Outcome::Refused {
        reply: reply.clone(),
        is_bad_address: is_bad_address(stage, reply),
    })
}

/// The outcome of a positive answer to the final dot.
pub(super) fn acceptance(reply: &Reply) -> Outcome {
    Outcome::Accepted {
        reply: reply.clone(),
        queue_id: queue_id(&reply.text).map(str::to_owned),
    }
}

fn scope(stage: Stage, reply: &Reply) -> Scope {
    // Before a recipient was named the server cannot mean one.
    if reply.is_farewell() || stage == Stage::Sender {
        return Scope::Connection;
    }
    match reply.enhanced {
        Some(status) => scope_of(status),
        None => scope_of_code(reply.code),
    }
}

/// RFC 3463 §3: the subject tells whom it concerns. 4.7.1 is how most servers slow a sender down for a domain; 4.5.3 how
/// they say "too many for now".
fn scope_of(status: EnhancedStatus) -> Scope {
    match (status.subject, status.detail) {
        (3, 4) => Scope::Message,
        (3, _) | (5, _) => Scope::Connection,
        (4, _) => Scope::Domain,
        (7, 0) => Scope::Connection,
        (7, _) => Scope::Domain,
        _ => Scope::Message,
    }
}

/// RFC 5321 §4.2.3: 450 mailbox busy, 451 error in processing (used for throttling a domain), 452 out of storage, 454
/// signing in failed for now (RFC 4954).
fn scope_of_code(code: u16) -> Scope {
    match code {
        451 => Scope::Domain,
        452 | 454 => Scope::Connection,
        _ => Scope::Message,
    }
}

fn is_bad_address(stage: Stage, reply: &Reply) -> bool {
    match (stage, reply.enhanced) {
        (Stage::Sender, _) => false,
        (Stage::Recipient, Some(status)) => {
            names_recipient(status) || (status.subject, status.detail) == (1, 0)
        }
        (_, Some(status)) => names_recipient(status),
        (Stage::Recipient, None) => means_no_such_mailbox(reply),
        (_, None) => false,
    }
}

/// RFC 3463 §3.2 and §3.3, RFC 7505 §4 (5.1.10): no such mailbox, system or syntax; moved without a new address; switched
/// off. Not 5.1.7 and 5.1.8, which are about the sender.
fn names_recipient(status: EnhancedStatus) -> bool {
    matches!(
        (status.subject, status.detail),
        (1, 1 | 2 | 3 | 4 | 6 | 10) | (2, 1)
    )
}

/// RFC 5321 §4.2.3: 551 user not local and 553 name not allowed are about the address; 550 can also be about policy.
fn means_no_such_mailbox(reply: &Reply) -> bool {
    let text = reply.text.to_ascii_lowercase();
    let says_so = NO_SUCH_MAILBOX.iter().any(|words| text.contains(words));
    matches!(reply.code, 551 | 553) || (matches!(reply.code, 550 | 554) && says_so)
}

/// Finds the queue name in the ways Postfix, Exim, Sendmail, OpenSMTPD and the large relays write it.
fn queue_id(text: &str) -> Option<&str> {
    let text = text.lines().next_back()?;
    after(text, "queued as ")
        .or_else(|| after(text, "id="))
        .or_else(|| before(text, " Message accepted for delivery"))
        .or_else(|| only_word(text))
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(mark)?;
    name(rest.split_ascii_whitespace().next()?)
}

fn before<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let (rest, _) = text.split_once(mark)?;
    name(rest.split_ascii_whitespace().next_back()?)
}

/// "250 Ok 0102018f-…": a single word after Ok that has a digit in it.
fn only_word(text: &str) -> Option<&str> {
    let mut words = text
        .split_ascii_whitespace()
        .filter(|word| EnhancedStatus::leading(word).is_none());
    let opens = words
        .next()
        .is_some_and(|word| word.trim_end_matches(':').eq_ignore_ascii_case("ok"));
    let word = words.next()?;
    let is_alone =
        words.next().is_none() && word.len() >= 6 && word.bytes().any(|byte| byte.is_ascii_digit());
    if opens && is_alone { name(word) } else { None }
}

fn name(word: &str) -> Option<&str> {
    let name = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    (!name.is_empty() && EnhancedStatus::leading(name).is_none()).then_some(name)
}
