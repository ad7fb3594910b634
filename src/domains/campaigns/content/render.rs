//! Compiled content for one person: the whole MIME message, or its parts as text.

use sha2::{Digest, Sha256};

use super::address::{self, AddressError};
use super::compiled::Compiled;
use super::draft::{Channel, Purpose};
use super::header;
use super::language;
use super::parts::PartError;
use super::recipient::{Links, Recipient, Stamp};
use super::sender::Sender;
use super::variables::{Facts, Missing};

/// Why a message could not be written for a recipient. The buffer is then empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    #[error("The required value “{0}” is missing.")]
    MissingValue(String),
    #[error("{0}")]
    Address(#[from] AddressError),
    #[error("{0}")]
    Template(String),
    #[error("A text message cannot be sent as mail.")]
    NotMail,
}

impl From<PartError> for RenderError {
    fn from(error: PartError) -> Self {
        match error {
            PartError::Missing(Missing(path)) => Self::MissingValue(path),
            PartError::Template(error) => Self::Template(language::explain(&error)),
        }
    }
}

/// The content for one person, for previews, text messages and HTTP providers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedParts {
    /// On one line; empty for text messages.
    pub subject: String,
    /// Nothing for text messages.
    pub html: Option<String>,
    pub text: String,
}

/// Writes the complete message for one person into `out`, which is cleared first and may be reused.
///
/// The message has CRLF line ends, lines of at most 998 characters and no line that starts with a dot, so it may
/// go to SMTP DATA as it is.
///
/// # Errors
/// When a required value is missing, an address cannot stand in a header, or the template does too much.
pub fn render_mail(
    content: &Compiled,
    sender: &Sender,
    recipient: &Recipient<'_>,
    links: &Links<'_>,
    stamp: &Stamp<'_>,
    out: &mut Vec<u8>,
) -> Result<(), RenderError> {
    let envelope = Envelope {
        name: recipient.name,
        address: recipient.address,
        is_test: false,
    };
    write_or_clear(content, sender, recipient, links, stamp, envelope, out)
}

/// [`render_mail`] for a test: written for `recipient`, addressed to `to` (name and address), marked as a test, and without the
/// headers by which mail programs unsubscribe, since nobody is to be unsubscribed by one.
///
/// # Errors
/// As [`render_mail`].
pub fn render_test(
    content: &Compiled,
    sender: &Sender,
    recipient: &Recipient<'_>,
    to: (&str, &str),
    links: &Links<'_>,
    stamp: &Stamp<'_>,
    out: &mut Vec<u8>,
) -> Result<(), RenderError> {
    let envelope = Envelope {
        name: to.0,
        address: to.1,
        is_test: true,
    };
    write_or_clear(content, sender, recipient, links, stamp, envelope, out)
}

/// To whom a message goes, and whether only to be looked at.
#[derive(Clone, Copy)]
struct Envelope<'a> {
    name: &'a str,
    address: &'a str,
    is_test: bool,
}

fn write_or_clear(
    content: &Compiled,
    sender: &Sender,
    recipient: &Recipient<'_>,
    links: &Links<'_>,
    stamp: &Stamp<'_>,
    envelope: Envelope<'_>,
    out: &mut Vec<u8>,
) -> Result<(), RenderError> {
    out.clear();
    let written = write_message(content, sender, recipient, links, stamp, envelope, out);
    if written.is_err() {
        out.clear();
    }
    written
}

/// Gives subject, html and text for one person.
///
/// # Errors
/// When a required value is missing or the template does too much.
pub fn render_parts(
    content: &Compiled,
    sender: &Sender,
    recipient: &Recipient<'_>,
    links: &Links<'_>,
) -> Result<RenderedParts, RenderError> {
    let facts = Facts {
        recipient,
        organization: &sender.organization,
        links,
    };
    let mut subject = String::new();
    content.subject.write_text(&facts, &mut subject)?;
    let mut text = String::new();
    content.text.write_text(&facts, &mut text)?;
    let html = match &content.html {
        Some(part) => {
            let mut html = String::new();
            part.write_text(&facts, &mut html)?;
            Some(html)
        }
        None => None,
    };
    Ok(RenderedParts {
        subject: header::one_line(&subject).into_owned(),
        html,
        text,
    })
}

/// SHA-256 of a finished message, by which the log can prove what was sent.
pub fn message_digest(message: &[u8]) -> [u8; 32] {
    Sha256::digest(message).into()
}

fn write_message(
    content: &Compiled,
    sender: &Sender,
    recipient: &Recipient<'_>,
    links: &Links<'_>,
    stamp: &Stamp<'_>,
    envelope: Envelope<'_>,
    out: &mut Vec<u8>,
) -> Result<(), RenderError> {
    let (Channel::Email, Some(html)) = (content.channel, &content.html) else {
        return Err(RenderError::NotMail);
    };
    let facts = Facts {
        recipient,
        organization: &sender.organization,
        links,
    };
    let mut scratch = String::with_capacity(512);
    out.extend_from_slice(&sender.headers);
    header::write_mailbox("To", envelope.name, &address::for_header(envelope.address)?, out);
    match &content.subject_header {
        Some(field) => out.extend_from_slice(field),
        None => {
            content.subject.write_text(&facts, &mut scratch)?;
            header::write_text("Subject", &scratch, out);
        }
    }
    write_stamp(stamp, out)?;
    if envelope.is_test {
        out.extend_from_slice(b"X-Waymark-Test: yes\r\nAuto-Submitted: auto-generated\r\n");
    } else {
        write_unsubscribe(links, out)?;
        write_automation(content.purpose, out);
    }
    out.extend_from_slice(&content.before_text);
    content.text.write_encoded(&facts, &mut scratch, out)?;
    out.extend_from_slice(&content.before_html);
    html.write_encoded(&facts, &mut scratch, out)?;
    out.extend_from_slice(&content.after_html);
    Ok(())
}

fn write_stamp(stamp: &Stamp<'_>, out: &mut Vec<u8>) -> Result<(), RenderError> {
    header::write_words("Date", &[&stamp.date.to_rfc2822()], out);
    let identifier = address::check_identifier(stamp.message_id)?;
    header::write_words("Message-ID", &[&format!("<{identifier}>")], out);
    Ok(())
}

/// Writes List-Unsubscribe (RFC 2369) and, with an https address, List-Unsubscribe-Post (RFC 8058 section 3.1): over http, as on a
/// machine where the portal is tried out, mail programs must not unsubscribe with one click.
fn write_unsubscribe(links: &Links<'_>, out: &mut Vec<u8>) -> Result<(), RenderError> {
    let is_https = links
        .unsubscribe_https
        .is_some_and(|link| !link.starts_with("http://"));
    let scheme = if is_https { "https://" } else { "http://" };
    let ways = [
        (links.unsubscribe_https, scheme),
        (links.unsubscribe_mailto, "mailto:"),
    ];
    let ways = ways.into_iter().filter_map(|(way, scheme)| Some((way?, scheme)));
    // Copied as they are: both are longer than a line is folded to, so each has a line of its own (RFC 2369, 2).
    let mut before = b"List-Unsubscribe: <".as_slice();
    for (way, scheme) in ways {
        out.extend_from_slice(before);
        out.extend_from_slice(address::check_link(way, scheme)?.as_bytes());
        before = b">,\r\n <".as_slice();
    }
    if links.unsubscribe_https.or(links.unsubscribe_mailto).is_none() {
        return Ok(());
    }
    out.extend_from_slice(b">\r\n");
    if is_https {
        out.extend_from_slice(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    }
    Ok(())
}

/// Keeps vacation notices from answering: `Precedence: bulk` for campaigns, `Auto-Submitted` for mail that
/// answers what a person did (RFC 3834 section 5).
fn write_automation(purpose: Purpose, out: &mut Vec<u8>) {
    out.extend_from_slice(match purpose {
        Purpose::Commercial | Purpose::Informational => b"Precedence: bulk\r\n".as_slice(),
        Purpose::Transactional => b"Auto-Submitted: auto-generated\r\n".as_slice(),
    });
}
