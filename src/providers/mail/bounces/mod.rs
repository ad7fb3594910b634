//! Mail that comes back: bounces, complaints, automatic answers and requests to unsubscribe.
//!
//! Anybody can write such mail. A report is believed as far as its token goes: act on the token, found in our database,
//! and on the recipient that was stored with it; take `recipient` and `original_message_id` as hints for people.

mod auto_reply;
mod delivery_status;
mod feedback;
mod fields;
mod loose;
mod mailboxes;
mod original;
mod status;

use mail_parser::{Message, MessageParser};

pub use delivery_status::{Failure, Finality};
pub use feedback::Complaint;
pub use mailboxes::Mailboxes;
pub use status::EnhancedStatus;

/// What a mail that came back says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// A message did not arrive, or not yet.
    Bounce(Bounce),
    /// Somebody called a message spam.
    Complaint(Complaint),
    /// Nobody wrote this: an absence note and the like.
    AutoReply,
    /// Somebody mailed the unsubscribe address with our token.
    Unsubscribe { token: String },
    /// Anything else, reports of success among it: for a person to read, or for nobody.
    Unrelated,
}

/// A message that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// Our token of the message, from the address the bounce was sent to or from the message returned in it.
    pub verp_token: Option<String>,
    /// `Message-ID` of the message, without brackets.
    pub original_message_id: Option<String>,
    /// Whom it did not reach; never empty, at most [`MOST_FAILURES`].
    pub failures: Vec<Failure>,
}

/// More recipients than one message of ours has.
pub const MOST_FAILURES: usize = 100;

/// Reads mail to one of our mailboxes. Never fails: what cannot be read is unrelated.
pub fn read(bytes: &[u8], ours: &Mailboxes) -> Report {
    let Some(message) = MessageParser::default().parse(bytes) else {
        return Report::Unrelated;
    };
    if let Some(complaint) = feedback::complaint(&message, ours) {
        return Report::Complaint(complaint);
    }
    match delivery_status::failures(&message) {
        Some(failures) if failures.is_empty() => return Report::Unrelated,
        Some(failures) => return Report::Bounce(bounce(&message, failures, ours)),
        None => {}
    }
    let loose = loose::failures(&message);
    if !loose.is_empty() {
        return Report::Bounce(bounce(&message, loose, ours));
    }
    match mailboxes::unsubscribe_token(&message, ours) {
        // Mail programs write the request for their reader and may mark it as generated: it counts. An answer does not.
        Some(token) if !auto_reply::is_marked_as_answer(&message) => Report::Unsubscribe { token },
        _ if auto_reply::is_auto_reply(&message) => Report::AutoReply,
        _ => Report::Unrelated,
    }
}

fn bounce(message: &Message<'_>, mut failures: Vec<Failure>, ours: &Mailboxes) -> Bounce {
    failures.truncate(MOST_FAILURES);
    let original = original::headers(message);
    Bounce {
        verp_token: mailboxes::bounce_token(message, ours).or_else(|| {
            original
                .as_ref()
                .and_then(|fields| ours.token_in_original(fields))
        }),
        original_message_id: original
            .as_ref()
            .and_then(original::message_id)
            .or_else(|| original::answered_message_id(message)),
        failures,
    }
}
