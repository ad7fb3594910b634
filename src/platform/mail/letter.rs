//! One mail to one person.

use anyhow::Context;
use askama::Template;
use chrono::{DateTime, Utc};
use lettre::Address;
use lettre::message::{Message, MultiPart, header};

use super::words::{Locale, say};
use crate::pg_enum;

pg_enum! {
    /// How soon a letter leaves.
    Lane as LetterLane {
        /// Somebody waits for it.
        Prompt = "prompt": "At once",
        /// It may come a moment later, so that a thousand of them hold up nobody who waits.
        Notice = "notice": "In its turn",
    }
}

/// Who a letter is for.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// Their name; may be empty.
    pub name: String,
    /// Their address.
    pub email: String,
}

/// A letter: a few paragraphs and at most one thing to do. Templates and Fluent make both parts of the mail from it.
#[derive(Debug, Clone)]
pub struct Letter {
    to: Mailbox,
    locale: Locale,
    subject: String,
    greeting: String,
    paragraphs: Vec<String>,
    action: Option<(String, String)>,
    link_words: String,
    closing: Vec<String>,
    footer: String,
    readable_until: Option<DateTime<Utc>>,
    lane: Lane,
    headers: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct HtmlPart<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct TextPart<'a> {
    letter: &'a Letter,
}

impl Letter {
    /// A letter whose words are `<id>-subject`, then `<id>-body`, in `locale`.
    pub fn new(to: Mailbox, locale: Locale, id: &str, values: &[(&'static str, String)]) -> Self {
        let to = Mailbox {
            name: one_line(&to.name),
            email: to.email,
        };
        let greeting = match to.name.as_str() {
            "" => say(locale, "mail-greeting-nameless", &[]),
            name => say(locale, "mail-greeting", &[("name", name.to_owned())]),
        };
        Self {
            subject: one_line(&say(locale, &format!("{id}-subject"), values)),
            paragraphs: vec![say(locale, &format!("{id}-body"), values)],
            greeting,
            action: None,
            link_words: say(locale, "mail-link-instead", &[]),
            closing: Vec::new(),
            footer: say(locale, "mail-footer", &[]),
            readable_until: None,
            lane: Lane::Prompt,
            headers: Vec::new(),
            to,
            locale,
        }
    }

    /// The one thing to do: a label from the words and where it leads.
    #[must_use]
    pub fn action(mut self, id: &str, link: String) -> Self {
        self.action = Some((say(self.locale, id, &[]), link));
        self
    }

    /// A paragraph after that.
    #[must_use]
    pub fn closing(mut self, id: &str, values: &[(&'static str, String)]) -> Self {
        self.closing.push(say(self.locale, id, values));
        self
    }

    /// How long the outbox may show it: a letter with a secret link, until the link ends.
    #[must_use]
    pub fn readable_until(mut self, moment: DateTime<Utc>) -> Self {
        self.readable_until = Some(moment);
        self
    }

    /// A further paragraph before the thing to do, in words that were said already.
    #[must_use]
    pub fn paragraph(mut self, words: String) -> Self {
        self.paragraphs.push(words);
        self
    }

    /// That it may come a moment later: nobody looks at their mail program waiting for it.
    #[must_use]
    pub fn may_wait(mut self) -> Self {
        self.lane = Lane::Notice;
        self
    }

    /// Where one leaves what it belongs to, for the button of mail programs (RFC 2369, and RFC 8058 where the link is https).
    #[must_use]
    pub fn leave_with(mut self, link: &str) -> Self {
        self.headers.push(("List-Unsubscribe", format!("<{link}>")));
        if link.starts_with("https://") {
            let one_click = "List-Unsubscribe=One-Click".to_owned();
            self.headers.push(("List-Unsubscribe-Post", one_click));
        }
        self
    }

    /// How soon it leaves.
    pub fn lane(&self) -> Lane {
        self.lane
    }

    /// When it goes out of the outbox; none for letters that hold no secret.
    pub fn goes_at(&self) -> Option<DateTime<Utc>> {
        self.readable_until
    }

    /// Who it is for.
    pub fn recipient(&self) -> &str {
        &self.to.email
    }

    /// Its subject.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The whole MIME message, from `sender`.
    ///
    /// # Errors
    /// When an address cannot be written into a header, or a template fails.
    pub fn mime(&self, sender: &str, date: DateTime<Utc>) -> anyhow::Result<Vec<u8>> {
        let from: lettre::message::Mailbox = sender.parse().context("the sender's address (mail.from)")?;
        let address: Address = self.to.email.parse().context("the recipient's address")?;
        let name = (!self.to.name.is_empty()).then(|| self.to.name.clone());
        let parts = MultiPart::alternative_plain_html(
            TextPart { letter: self }.render()?,
            HtmlPart { letter: self }.render()?,
        );
        let mut message = Message::builder()
            .from(from)
            .to(lettre::message::Mailbox::new(name, address))
            .subject(self.subject.as_str())
            .date(date.into())
            .message_id(None)
            // RFC 3834: machines that answer mail leave this one alone.
            .raw_header(header::HeaderValue::new(header::HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
        for (name, value) in &self.headers {
            let name =
                header::HeaderName::new_from_ascii((*name).to_owned()).context("a name of a header")?;
            message = message.raw_header(header::HeaderValue::new(name, value.clone()));
        }
        let message = message.multipart(parts).context("building a mail")?;
        Ok(message.formatted())
    }
}

/// Without line breaks and control characters: nothing that ends up in a header may begin another one.
fn one_line(text: &str) -> String {
    text.split(char::is_control)
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
