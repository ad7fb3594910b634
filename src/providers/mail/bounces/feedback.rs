//! Complaints of readers in the abuse reporting format (RFC 5965).

use mail_parser::{Message, MimeHeaders};

use super::fields::{Fields, address};
use super::mailboxes::{self, Mailboxes};
use super::original::{self, text_of};

/// Somebody called a message of ours spam.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Our token of the message.
    pub verp_token: Option<String>,
    /// Who complained; many providers leave it out or blacken it.
    pub recipient: Option<String>,
    /// `Message-ID` of the message, without brackets.
    pub original_message_id: Option<String>,
    /// `abuse`, `fraud`, `virus`, `not-spam`, `opt-out`, … in lower case (RFC 5965, 7.3).
    pub kind: String,
    /// The program that wrote it, as it names itself.
    pub reporter: Option<String>,
}

impl Complaint {
    /// Whether it takes a complaint back (RFC 5965, 7.3: `not-spam`).
    pub fn is_withdrawal(&self) -> bool {
        self.kind == "not-spam"
    }
}

/// The complaint in a message, when there is one.
pub fn complaint(message: &Message<'_>, ours: &Mailboxes) -> Option<Complaint> {
    let part = message.parts.iter().find(|part| {
        part.content_type().is_some_and(|kind| {
            kind.ctype().eq_ignore_ascii_case("message")
                && kind
                    .subtype()
                    .is_some_and(|subtype| subtype.eq_ignore_ascii_case("feedback-report"))
        })
    })?;
    let blocks = Fields::blocks(&text_of(part));
    let report = blocks.into_iter().next().unwrap_or_default();
    let original = original::headers(message);
    let recipient = report
        .get("Original-Rcpt-To")
        .and_then(address)
        .or_else(|| original.as_ref().and_then(original::recipient));
    Some(Complaint {
        verp_token: mailboxes::bounce_token(message, ours)
            .or_else(|| {
                report
                    .get("Original-Mail-From")
                    .and_then(|from| ours.bounce_token_of(from))
            })
            .or_else(|| {
                original
                    .as_ref()
                    .and_then(|fields| ours.token_in_original(fields))
            }),
        recipient,
        original_message_id: original.as_ref().and_then(original::message_id),
        kind: report
            .get("Feedback-Type")
            .unwrap_or("abuse")
            .trim()
            .to_lowercase(),
        reporter: report.get("User-Agent").map(str::to_owned),
    })
}
