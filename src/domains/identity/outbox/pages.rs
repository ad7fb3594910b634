//! Pages of the outbox.

use askama::Template;

use crate::platform::mail::mime::Opened;
use crate::platform::web::Shell;

/// `/outbox`
#[derive(Template)]
#[template(path = "identity/outbox.html")]
pub struct OutboxPage {
    pub shell: Shell,
    pub mails: Vec<MailLine>,
    pub older: String,
    pub newer: String,
}

/// A mail in the list.
pub struct MailLine {
    pub id: String,
    /// Whether it is a text message, which is looked at on a phone.
    pub is_text: bool,
    pub recipient: String,
    pub subject: String,
    pub at: String,
    pub ago: String,
    /// What became of it, in words; empty when it only stays here.
    pub fate: String,
}

/// How a mail is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// As a mail program shows it.
    Mail,
    /// Its text part.
    Text,
    /// Every part as it is written.
    Source,
}

impl Showing {
    /// The way that was asked for, or the best that this mail has.
    pub fn of(word: &str, opened: &Opened) -> Self {
        let has = |kind: &str| opened.part(kind).is_some();
        match word {
            "source" => Self::Source,
            "text" if has("text/plain") => Self::Text,
            _ if has("text/html") => Self::Mail,
            _ if has("text/plain") => Self::Text,
            _ => Self::Source,
        }
    }
}

/// A way to look at a mail.
pub struct Tab {
    pub href: String,
    pub label: &'static str,
    pub is_current: bool,
}

/// `/outbox/{id}`
#[derive(Template)]
#[template(path = "identity/outbox_mail.html")]
pub struct MailPage {
    pub shell: Shell,
    pub id: String,
    pub subject: String,
    pub opened: Opened,
    pub show: Showing,
    pub tabs: Vec<Tab>,
    /// Its text part; may be empty.
    pub text: String,
    /// Addresses in the text part, to follow by a click.
    pub links: Vec<String>,
    /// Whether it held a secret and has left.
    pub is_forgotten: bool,
}

impl MailPage {
    /// Whether the mail itself is shown.
    pub fn is_mail(&self) -> bool {
        self.show == Showing::Mail
    }

    /// Whether its text is shown.
    pub fn is_text(&self) -> bool {
        self.show == Showing::Text
    }
}
