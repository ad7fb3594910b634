//! What people do with messages that other domains tell of.

use crate::domains::campaigns::model::EventKind;
use crate::domains::consent::events::MessageLeft;
use crate::kernel::error::AppError;
use crate::platform::bus::{Envelope, Subscriber};
use crate::platform::db::TenantTx;

use super::queries;

/// The domain's subscribers.
pub fn subscribers() -> Vec<Subscriber> {
    vec![Subscriber {
        name: "campaigns.note_leavers",
        pattern: "consent.message.left",
        react: message_left,
    }]
}

/// Notes beside the message by which somebody left that they did, so that a campaign's results say so.
fn message_left(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: MessageLeft = envelope.data()?;
    match queries::about(tx, event.message)? {
        // The month it is of may have been let go since.
        None => Ok(()),
        Some(about) => Ok(queries::happened(
            tx,
            about,
            EventKind::Unsubscribed,
            "By the way out in the message",
            None,
        )?),
    }
}
