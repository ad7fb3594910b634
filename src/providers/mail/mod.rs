//! Mail: through a provider's HTTP interface, through a mail server, and what comes back.

pub mod bounces;
pub mod imap;
mod resend;
mod sendgrid;
pub mod smtp;

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::outcome::{Check, Outcome, Refusal, Sent};

pub use resend::Resend;
pub use sendgrid::SendGrid;

/// Under this name our id travels with a mail and comes back with every event about it.
pub const MESSAGE_TAG: &str = "waymark_message_id";

/// Header fields that are made from the other parts of a [`Mail`] or by the provider.
const OWN_FIELDS: [&str; 13] = [
    "from",
    "to",
    "cc",
    "bcc",
    "reply-to",
    "subject",
    "content-type",
    "content-transfer-encoding",
    "mime-version",
    "received",
    "dkim-signature",
    "x-sg-id",
    "x-sg-eid",
];

/// One mail to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Ours; the same for every attempt, which is what keeps a second attempt from being a second mail.
    pub id: Uuid,
    /// Empty for none.
    pub from_name: String,
    pub from_address: String,
    /// Empty for none.
    pub to_name: String,
    pub to_address: String,
    pub reply_to: Option<String>,
    pub subject: String,
    /// Empty for a mail of text only.
    pub html: String,
    pub text: String,
    /// Further fields, such as `List-Unsubscribe` (RFC 8058). A name occurs once.
    pub headers: Vec<(String, String)>,
}

impl fmt::Debug for Mail {
    /// Who gets it and what it says is nobody's business in a log.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Mail({})", self.id)
    }
}

/// A provider that carries mail.
#[async_trait]
pub trait MailProvider: Send + Sync {
    /// Hands one mail over. Never panics and never waits longer than the client's patience.
    async fn send(&self, mail: &Mail, now: DateTime<Utc>) -> Sent;

    /// Asks whether the key is good, without sending.
    async fn check(&self, now: DateTime<Utc>) -> Check;
}

/// Refuses what could smuggle in header fields (RFC 5322, 2.2: a line break begins the next field) or is
/// empty.
fn flaw(mail: &Mail) -> Option<Outcome> {
    let refuse = |kind, why: &str| Some(Outcome::refused(kind, "invalid_mail", why));
    if !is_address(&mail.to_address) {
        return refuse(Refusal::BadAddress, "The recipient's address is no mail address");
    }
    if !is_address(&mail.from_address) || mail.reply_to.as_deref().is_some_and(|to| !is_address(to)) {
        return refuse(Refusal::Other, "The sender's or reply address is no mail address");
    }
    if mail.subject.trim().is_empty() || (mail.html.is_empty() && mail.text.is_empty()) {
        return refuse(Refusal::Content, "The mail has no subject or nothing in it");
    }
    let mut lines = [&mail.subject, &mail.from_name, &mail.to_name].into_iter();
    if lines.any(|line| !is_one_line(line)) || !mail.headers.iter().all(is_field) {
        return refuse(
            Refusal::Content,
            "A header field of the mail breaks the line or is not allowed",
        );
    }
    None
}

fn is_address(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';'))
}

fn is_one_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

fn is_field((name, value): &(String, String)) -> bool {
    // RFC 5322, 3.6.8: printable ASCII but the colon.
    let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    named && is_one_line(value) && !OWN_FIELDS.contains(&name.to_ascii_lowercase().as_str())
}

/// `"Name" <address>`, the name always quoted (RFC 5322, 3.2.4), or the bare address.
fn mailbox(name: &str, address: &str) -> String {
    if name.trim().is_empty() {
        return address.to_owned();
    }
    let name = name.trim().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{name}\" <{address}>")
}
