//! The switches of the sink.

use std::collections::BTreeMap;
use std::time::Duration;

use super::certificate::CertificateKind;

/// How a sink behaves.
#[derive(Debug, Clone)]
pub struct SinkOptions {
    /// Pretended round trip: replies leave this long after the bytes they answer came.
    pub round_trip: Duration,
    /// Whether EHLO offers PIPELINING.
    pub pipelining: bool,
    /// Whether EHLO is known at all.
    pub knows_ehlo: bool,
    /// Whether EHLO offers 8BITMIME and SMTPUTF8.
    pub beyond_ascii: bool,
    /// The limit behind SIZE.
    pub size_limit: Option<u64>,
    /// How connections are encrypted.
    pub encryption: SinkEncryption,
    /// What its certificate is like.
    pub certificate: CertificateKind,
    /// User and password that are asked for.
    pub account: Option<(String, String)>,
    /// Ways to sign in, as after AUTH.
    pub sign_in_ways: &'static str,
    /// The first line; 220 when nothing else is said.
    pub greeting: &'static str,
    /// What happens to whom. The first rule that fits counts.
    pub rules: Vec<Rule>,
    /// Where the connection is cut, by the number of the MAIL command, counted from 0 over the whole life of the sink.
    pub cuts: BTreeMap<u64, Cut>,
    /// Accepted messages after which a connection gets 421 instead of the next one.
    pub farewell_after: Option<u64>,
    /// What DATA says when every recipient was refused.
    pub data_without_recipients: DataWithoutRecipients,
    /// How replies are put into segments.
    pub replies: Replies,
    /// What is remembered of a message.
    pub keep: Keep,
}

/// How the connections of a sink are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SinkEncryption {
    /// Not at all.
    None,
    /// After STARTTLS.
    StartTls,
    /// From the first byte.
    Tls,
}

/// What DATA says when every recipient was refused: RFC 2920 §3.1 allows both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataWithoutRecipients {
    /// 503.
    Refused,
    /// 354, and 554 after the dot.
    Invited,
}

/// How replies are put into segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replies {
    /// All that answer one read, in one write.
    Glued,
    /// Each in a write of its own.
    OneByOne,
    /// Each byte in a write of its own.
    ByteByByte,
}

/// What is remembered of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// That it came.
    Counts,
    /// All but its bytes.
    Envelopes,
    /// Everything.
    Bytes,
}

/// What happens to whom.
#[derive(Debug, Clone)]
pub struct Rule {
    /// To whom.
    pub who: Who,
    /// What.
    pub answer: Answer,
}

/// Whom a rule is for.
#[derive(Debug, Clone)]
pub enum Who {
    /// Recipients whose address begins with this and an at sign.
    Mailbox(String),
    /// Recipients at this domain.
    Domain(String),
    /// This sender, whoever the recipient.
    Sender(String),
}

/// An own answer; whole reply lines without the last line break.
#[derive(Debug, Clone)]
pub enum Answer {
    /// To RCPT, or to MAIL for a sender.
    Path(String),
    /// To DATA.
    Data(String),
    /// To the final dot. A message with a reply other than 2xx is not taken.
    Content(String),
    /// The usual one, but later.
    Slow(Duration),
}

/// Where a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    BeforeMail,
    AfterMail,
    BeforeRecipient,
    AfterRecipient,
    BeforeData,
    AfterData,
    /// As soon as a byte of the body was read.
    InBody,
    /// The whole message was read; it is not taken.
    AfterDot,
    /// The message was taken; the reply does not leave.
    AfterAcceptance,
}

impl Default for SinkOptions {
    fn default() -> Self {
        Self {
            round_trip: Duration::ZERO,
            pipelining: true,
            knows_ehlo: true,
            beyond_ascii: true,
            size_limit: Some(50_000_000),
            encryption: SinkEncryption::None,
            certificate: CertificateKind::Good,
            account: None,
            sign_in_ways: "PLAIN LOGIN",
            greeting: "220 sink.test ESMTP",
            rules: Rule::usual(),
            cuts: BTreeMap::new(),
            farewell_after: None,
            data_without_recipients: DataWithoutRecipients::Refused,
            replies: Replies::Glued,
            keep: Keep::Bytes,
        }
    }
}

impl Rule {
    /// The mailboxes every sink knows: `bounce@`, `later@`, `full@`, `spam@` and `slow@` anywhere.
    pub fn usual() -> Vec<Self> {
        let path = |mailbox: &str, reply: &str| Self::for_mailbox(mailbox, Answer::Path(reply.to_owned()));
        vec![
            path("bounce", "550 5.1.1 No such mailbox"),
            path("later", "451 4.7.1 Please try again later"),
            path("full", "452 4.2.2 Mailbox full"),
            Self::for_mailbox(
                "spam",
                Answer::Content("554 5.7.1 This looks like spam".to_owned()),
            ),
            Self::for_mailbox("slow", Answer::Slow(Duration::from_millis(50))),
        ]
    }

    pub fn for_mailbox(mailbox: &str, answer: Answer) -> Self {
        Self {
            who: Who::Mailbox(mailbox.to_owned()),
            answer,
        }
    }
}
