//! Delivery status notifications (RFC 3464) in reports (RFC 3462, now 6522).

use mail_parser::{Message, MimeHeaders};

use super::fields::{Fields, address, in_short};
use super::original::{self, text_of};
use super::status::EnhancedStatus;

/// Whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finality {
    /// Not delivered, and trying again does not help.
    Permanent,
    /// Not delivered; a later message may be (full mailbox, network, refusal for now).
    Temporary,
    /// Still being tried by the other side: no failure yet.
    Delayed,
}

/// One recipient that was not reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The address it was sent to; none when the bounce does not say.
    pub recipient: Option<String>,
    pub status: Option<EnhancedStatus>,
    pub finality: Finality,
    /// What the other side said, in one line of at most 500 characters; empty when it said nothing.
    pub diagnostic: String,
}

impl Failure {
    /// Whether the failure is for good.
    pub fn is_permanent(&self) -> bool {
        self.finality == Finality::Permanent
    }

    /// Whether nothing must be sent to this address again.
    pub fn condemns_address(&self) -> bool {
        self.is_permanent() && self.status.is_some_and(EnhancedStatus::condemns_address)
    }

    /// A failure with its finality taken from its status, for reports that say it in no other way.
    pub fn from_status(recipient: Option<String>, status: Option<EnhancedStatus>, diagnostic: &str) -> Self {
        Self {
            recipient,
            status,
            finality: finality_of(status),
            diagnostic: in_short(diagnostic, MOST_DIAGNOSTIC),
        }
    }
}

const MOST_DIAGNOSTIC: usize = 500;

/// The recipients not reached, by a delivery status part; none when there is no such part, empty when it tells of
/// success only (`delivered`, `relayed`, `expanded`).
pub fn failures(message: &Message<'_>) -> Option<Vec<Failure>> {
    let part = message.parts.iter().find(|part| {
        part.content_type().is_some_and(|kind| {
            let subtype = kind.subtype().unwrap_or_default();
            kind.ctype().eq_ignore_ascii_case("message")
                && (subtype.eq_ignore_ascii_case("delivery-status")
                    || subtype.eq_ignore_ascii_case("global-delivery-status"))
        })
    })?;
    let blocks = Fields::blocks(&text_of(part));
    let recipients: Vec<&Fields> = blocks.iter().filter(|block| is_recipient(block)).collect();
    if recipients.is_empty() {
        return None;
    }
    let sent_to = original::headers(message).and_then(|fields| original::recipient(&fields));
    let failures = recipients.into_iter().filter_map(failure);
    Some(
        failures
            .map(|failure| Failure {
                recipient: failure.recipient.or_else(|| sent_to.clone()),
                ..failure
            })
            .collect(),
    )
}

fn is_recipient(block: &Fields) -> bool {
    ["Final-Recipient", "Original-Recipient", "Action"]
        .iter()
        .any(|name| block.get(name).is_some())
}

fn failure(block: &Fields) -> Option<Failure> {
    let recipient = ["Original-Recipient", "Final-Recipient"]
        .iter()
        .find_map(|name| address(block.typed(name)?));
    let diagnostic = block.typed("Diagnostic-Code").unwrap_or_default();
    let status = status_of(block, diagnostic);
    let action = block.get("Action").unwrap_or("failed").trim().to_lowercase();
    let finality = match action.split_whitespace().next().unwrap_or("failed") {
        "delivered" | "relayed" | "expanded" => return None,
        "delayed" => Finality::Delayed,
        _ => finality_of(status),
    };
    Some(Failure {
        recipient,
        status,
        finality,
        diagnostic: in_short(diagnostic, MOST_DIAGNOSTIC),
    })
}

/// The status of the block; a diagnosis that says more than a bare `5.0.0` comes first.
fn status_of(block: &Fields, diagnostic: &str) -> Option<EnhancedStatus> {
    let status = block.get("Status").and_then(EnhancedStatus::find);
    let says_more = |status: &EnhancedStatus| (status.subject, status.detail) != (0, 0);
    status
        .filter(says_more)
        .or_else(|| status_in(diagnostic))
        .or(status)
}

/// The status that the other side's answer names, or else the one its reply code stands for.
pub fn status_in(answer: &str) -> Option<EnhancedStatus> {
    EnhancedStatus::find(answer).or_else(|| {
        let words = answer.split(|c: char| !c.is_ascii_alphanumeric());
        words
            .filter(|word| word.len() == 3)
            .filter_map(|word| word.parse().ok())
            .find_map(EnhancedStatus::of_reply)
    })
}

fn finality_of(status: Option<EnhancedStatus>) -> Finality {
    match status {
        Some(status) if status.class == 4 || status.may_heal() => Finality::Temporary,
        _ => Finality::Permanent,
    }
}
