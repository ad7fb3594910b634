//! What providers report back, and what the portal reports to others: proving who wrote it, and reading it.
//!
//! Verification works on the raw bytes of a body, before anything reads them, and compares in constant time.
//! Who was wrong is told to the portal's log and not to the caller. The same report may come twice and in any
//! order.

mod event;
mod fields;
mod outgoing;
mod resend_events;
mod sendgrid_events;
mod sendgrid_signature;
mod standard;
mod twilio_events;
mod twilio_signature;

pub use event::{BadEvent, InboundSms, OptOut, ProviderEvent, SmsFault, SmsStatus, What};
pub use outgoing::{Outgoing, Report, Told};
pub use resend_events::resend_event;
pub use sendgrid_events::sendgrid_events;
pub use sendgrid_signature::verify_sendgrid;
pub use standard::{Delivery, SignedHeaders, fresh_secret, sign_standard, verify_standard};
pub use twilio_events::{inbound_sms, sms_status};
pub use twilio_signature::{TwilioContent, TwilioSecrets, verify_twilio};

pub use super::reach::{Reach, Unreachable};

/// Why a report is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    #[error("The header {0} is missing or cannot be read")]
    Header(&'static str),
    #[error("The report is older than five minutes")]
    TooOld,
    #[error("The report comes from more than five minutes ahead")]
    TooNew,
    #[error("The signature does not fit the report")]
    Signature,
    #[error("The body does not have the checksum that its address names")]
    Checksum,
    #[error("The key or secret for checking reports cannot be used: {0}")]
    Key(&'static str),
}
