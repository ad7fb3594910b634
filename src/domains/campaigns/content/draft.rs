//! What staff write: the draft of one mail or text message, before it is compiled.

use serde::{Deserialize, Serialize};

/// How the content travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    Sms,
}

impl Channel {
    /// The stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}

/// Why the content is sent, which decides what the footer must contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Promotes goods, services, benefits or donations. An unsubscribe link and a postal address are law
    /// (CASL S.C. 2010 c.23 s.6(2) and s.11; CAN-SPAM 15 U.S.C. 7704(a)(5)).
    Commercial,
    /// News and notices to members without a commercial aim. The unsubscribe link is still required, because
    /// mailbox providers ask it of all subscribed mail (Gmail sender guidelines, answer 81126).
    Informational,
    /// The answer to something the person just did: a receipt, a confirmation, a password link.
    Transactional,
}

impl Purpose {
    /// The stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commercial => "commercial",
            Self::Informational => "informational",
            Self::Transactional => "transactional",
        }
    }
}

/// What a variable holds. Values always arrive as text; the kind decides how filters and logic read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    /// A decimal number with a point, for example `1250.5`.
    Number,
    /// A date or moment in ISO 8601, for example `2026-11-20` or `2026-11-20T18:30:00Z`.
    Date,
    /// An `https:`, `http:`, `mailto:` or `tel:` address. Any other value counts as missing.
    Url,
}

impl Kind {
    /// The stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Url => "url",
        }
    }
}

/// One variable the author declares. A name without a dot is written `{{ vars.name }}`; a full path such as
/// `member.first_name` gives that built-in variable a fallback or makes it required.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    pub name: String,
    pub kind: Kind,
    /// Whether a recipient without this value must be held back. The fallback is then never used.
    #[serde(default)]
    pub required: bool,
    /// Shown instead of a missing or blank value.
    #[serde(default)]
    pub fallback: Option<String>,
    /// The name staff read, in plain words.
    #[serde(default)]
    pub label: String,
}

impl Variable {
    /// What staff read: its label, or its name when it has none.
    pub fn called(&self) -> &str {
        match self.label.as_str() {
            "" => &self.name,
            label => label,
        }
    }
}

/// The editable content of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub channel: Channel,
    pub purpose: Purpose,
    /// Ignored for text messages.
    #[serde(default)]
    pub subject: String,
    /// The line mailboxes show after the subject; hidden in the opened mail.
    #[serde(default)]
    pub preheader: String,
    /// MJML (starts with `<mjml>`) or HTML for mail; plain text for text messages.
    pub source: String,
    /// The plain text alternative of a mail. Generated from the HTML when not given.
    #[serde(default)]
    pub text_part: Option<String>,
    #[serde(default)]
    pub variables: Vec<Variable>,
}
