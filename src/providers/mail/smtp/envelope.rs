//! Who a message is from and for, as the server is told: RFC 5321 §2.3.1.

/// Longest path with its two brackets: RFC 5321 §4.5.3.1.3.
const LONGEST_PATH: usize = 256;

/// Longest part before the at sign: RFC 5321 §4.5.3.1.1.
const LONGEST_LOCAL_PART: usize = 64;

/// The envelope of one message: one sender, one recipient. Borrows everything; costs nothing to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    sender: &'a str,
    recipient: &'a str,
    content: Content,
}

/// What the server is told about the content before it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Content {
    /// Bytes of the message if known already; sent as SIZE (RFC 1870).
    pub size: Option<u64>,
    /// How its lines are written.
    pub encoding: Encoding,
}

/// How the lines of a message are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// ASCII only: every server takes it.
    #[default]
    SevenBit,
    /// Has bytes above 127; needs 8BITMIME (RFC 6152).
    EightBit,
    /// Has UTF-8 in its headers; needs SMTPUTF8 (RFC 6531).
    Utf8Headers,
}

/// Why an address cannot stand in an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadEnvelope {
    /// It holds a space, a bracket, a quote or a control character, which could smuggle a command in.
    #[error("The address has a character that mail addresses cannot have.")]
    Character,
    /// It has no at sign, or nothing before or after it.
    #[error("The address needs a name, an at sign and a domain.")]
    Shape,
    /// It is longer than RFC 5321 §4.5.3.1 allows.
    #[error("The address is too long.")]
    Length,
}

impl<'a> Envelope<'a> {
    /// Puts an envelope together. The sender may be empty: then nobody is told about a failure (RFC 5321 §4.5.5).
    ///
    /// # Errors
    /// When one of the addresses cannot be said in SMTP. Quoted local parts are not taken.
    pub fn new(sender: &'a str, recipient: &'a str, content: Content) -> Result<Self, BadEnvelope> {
        if !sender.is_empty() {
            check(sender)?;
        }
        check(recipient)?;
        Ok(Self {
            sender,
            recipient,
            content,
        })
    }

    /// Where failures are reported to; empty for nobody.
    pub fn sender(&self) -> &'a str {
        self.sender
    }

    /// Who gets the message.
    pub fn recipient(&self) -> &'a str {
        self.recipient
    }

    /// What is known about the content.
    pub fn content(&self) -> Content {
        self.content
    }

    /// Whether the server must offer SMTPUTF8 (RFC 6531 §3.4).
    pub(super) fn needs_utf8(&self) -> bool {
        self.content.encoding == Encoding::Utf8Headers
            || !self.sender.is_ascii()
            || !self.recipient.is_ascii()
    }
}

fn check(address: &str) -> Result<(), BadEnvelope> {
    if address.chars().any(is_forbidden) {
        return Err(BadEnvelope::Character);
    }
    let (local_part, domain) = address.rsplit_once('@').ok_or(BadEnvelope::Shape)?;
    if local_part.is_empty() || domain.is_empty() || local_part.contains('@') {
        return Err(BadEnvelope::Shape);
    }
    if local_part.len() > LONGEST_LOCAL_PART || address.len() > LONGEST_PATH - 2 {
        return Err(BadEnvelope::Length);
    }
    Ok(())
}

fn is_forbidden(letter: char) -> bool {
    letter.is_control()
        || letter.is_whitespace()
        || matches!(letter, '<' | '>' | '"' | '\\' | ',' | ';' | '(' | ')')
}
