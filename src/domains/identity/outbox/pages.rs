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

/// `/outbox/{id}`
#[derive(Template)]
#[template(path = "identity/outbox_mail.html")]
pub struct MailPage {
    pub shell: Shell,
    pub id: String,
    pub subject: String,
    pub opened: Opened,
    /// Addresses in the text part, to follow by a click.
    pub links: Vec<String>,
    /// Whether it held a secret and has left.
    pub is_forgotten: bool,
}
