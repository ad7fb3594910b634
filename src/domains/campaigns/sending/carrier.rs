//! What carries messages away: a mail server, a provider, or the outbox of this portal.

use std::sync::Arc;

use crate::providers::mail::{MailProvider, smtp};
use crate::providers::sms::Twilio;

/// What carries messages away.
#[derive(Clone)]
pub enum Carrier {
    /// The outbox: kept to be looked at.
    Outbox,
    /// A mail server.
    Smtp(Arc<smtp::Settings>),
    /// A mail provider's HTTP interface; and whether an attempt under the same id is never a second message.
    Mail(Arc<dyn MailProvider>, Repeatable),
    /// Text messages.
    Sms(Arc<Twilio>),
}

/// Whether asking twice under one id sends once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeatable {
    /// It does.
    Yes,
    /// It sends twice.
    No,
}

impl Carrier {
    /// Whether a process that ends in the middle leaves it open whether a message left.
    pub fn may_leave_doubt(&self) -> bool {
        match self {
            Self::Outbox | Self::Mail(_, Repeatable::Yes) => false,
            Self::Smtp(_) | Self::Mail(_, Repeatable::No) | Self::Sms(_) => true,
        }
    }
}
