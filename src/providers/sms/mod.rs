//! Text messages through a provider's HTTP interface.

mod twilio;

use std::fmt;

use uuid::Uuid;

pub use twilio::{Twilio, TwilioAccount, TwilioLogin, TwilioSender};

/// Under this name our id is added to the address that status reports are sent to, so that even a message
/// whose sending got no answer is recognised when its report arrives.
pub const MESSAGE_PARAMETER: &str = "message";

/// One text message to one phone.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// Ours.
    pub id: Uuid,
    /// In E.164 form, such as `+14165550123`.
    pub to: String,
    /// At most 1,600 characters.
    pub body: String,
}

impl fmt::Debug for Sms {
    /// Who gets it and what it says is nobody's business in a log.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Sms({})", self.id)
    }
}
