//! What happened to a message, whoever carried it.

use std::fmt;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// One thing that happened to one message.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderEvent {
    /// The same when the provider reports it again: keep it, and act once.
    pub provider_event_id: String,
    /// What the provider answered when it accepted the message.
    pub provider_message_id: Option<String>,
    /// The `id` of the [`Mail`](crate::providers::mail::Mail) or [`Sms`](crate::providers::sms::Sms), when it
    /// came back.
    pub our_message_id: Option<Uuid>,
    /// Mail address or phone number.
    pub recipient: Option<String>,
    /// When it happened by the provider's clock; for reports without a moment, when they came.
    pub at: DateTime<Utc>,
    pub what: What,
}

/// Reports come in any order: a later one may tell of something earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The recipient's server took it.
    Delivered,
    /// The recipient's server refused it. Only a permanent bounce says something about the address.
    Bounced {
        permanent: bool,
        code: Option<String>,
        why: String,
    },
    /// The recipient called it spam.
    Complained,
    /// Not taken yet; the provider keeps trying.
    Deferred { why: String },
    /// Something fetched the picture in it; often no person.
    Opened {
        ip: Option<String>,
        user_agent: Option<String>,
    },
    /// Something followed a link; often no person.
    Clicked {
        url: String,
        ip: Option<String>,
        user_agent: Option<String>,
    },
    /// The recipient wants no more, said through the provider.
    Unsubscribed,
    /// The provider did not send it.
    Failed { why: String },
    /// How far a text message got.
    Sms {
        status: SmsStatus,
        error_code: Option<u32>,
    },
}

/// How far a text message got, in the words of Twilio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmsStatus {
    Accepted,
    Scheduled,
    Queued,
    Sending,
    Sent,
    Delivered,
    PartiallyDelivered,
    Read,
    Undelivered,
    Failed,
    Canceled,
}

impl SmsStatus {
    const ALL: [(&'static str, SmsStatus, u8); 11] = [
        ("scheduled", SmsStatus::Scheduled, 0),
        ("accepted", SmsStatus::Accepted, 1),
        ("queued", SmsStatus::Queued, 2),
        ("sending", SmsStatus::Sending, 3),
        ("sent", SmsStatus::Sent, 4),
        ("canceled", SmsStatus::Canceled, 5),
        ("failed", SmsStatus::Failed, 5),
        ("undelivered", SmsStatus::Undelivered, 5),
        ("partially_delivered", SmsStatus::PartiallyDelivered, 6),
        ("delivered", SmsStatus::Delivered, 7),
        ("read", SmsStatus::Read, 8),
    ];

    /// The status of that name; `None` for one that is not known, or only for messages that come in.
    pub fn parse(name: &str) -> Option<SmsStatus> {
        let mut all = SmsStatus::ALL.iter();
        all.find(|(known, ..)| *known == name)
            .map(|(_, status, _)| *status)
    }

    /// Reports overtake each other, so a status is only ever replaced by one of a higher rank.
    pub fn rank(self) -> u8 {
        let mut all = SmsStatus::ALL.iter();
        all.find(|(_, status, _)| *status == self)
            .map_or(0, |(.., rank)| *rank)
    }
}

/// What the error code of a text message that did not arrive asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmsFault {
    /// The message may be sent again, later.
    Passing,
    /// Nobody can be reached at the number by text message.
    BadAddress,
    /// The recipient told the provider to stop: consent is withdrawn.
    OptedOut,
    /// A carrier or the recipient's network did not let it through.
    Blocked,
    /// It says nothing that could be acted on.
    Unclear,
}

impl SmsFault {
    /// The meaning of a code of <https://www.twilio.com/docs/api/errors>.
    pub fn of(error_code: u32) -> SmsFault {
        match error_code {
            // The sender's queue ran over, the phone is off, the message waited longer than it was good for.
            30001 | 30003 | 30036 => SmsFault::Passing,
            // No number, no mobile, a number nobody knows, a landline.
            21211 | 21614 | 30005 | 30006 => SmsFault::BadAddress,
            21610 => SmsFault::OptedOut,
            30004 | 30007 => SmsFault::Blocked,
            _ => SmsFault::Unclear,
        }
    }
}

/// A text message that came in.
#[derive(Clone, PartialEq, Eq)]
pub struct InboundSms {
    pub provider_message_id: String,
    pub from: String,
    pub to: String,
    pub body: String,
    /// What the provider has already understood of it, where that is switched on.
    pub opt_out_type: Option<OptOut>,
}

/// What an opt-out word asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptOut {
    Stop,
    Start,
    Help,
}

/// A report that cannot be read. The sentence names the field and repeats nothing of its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadEvent(pub(super) String);

impl fmt::Debug for ProviderEvent {
    /// Whom it is about is nobody's business in a log.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match &self.what {
            What::Delivered => "Delivered",
            What::Bounced { .. } => "Bounced",
            What::Complained => "Complained",
            What::Deferred { .. } => "Deferred",
            What::Opened { .. } => "Opened",
            What::Clicked { .. } => "Clicked",
            What::Unsubscribed => "Unsubscribed",
            What::Failed { .. } => "Failed",
            What::Sms { .. } => "Sms",
        };
        write!(out, "ProviderEvent({name}, {})", self.provider_event_id)
    }
}

impl fmt::Debug for InboundSms {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "InboundSms({})", self.provider_message_id)
    }
}
