//! Reporting, and reading what came of it.

use crate::domains::channels::events::MessageReported;
use crate::domains::channels::messages::{model::Message, queries as messages};
use crate::domains::channels::moderation::hiding::queries as hiding;
use crate::domains::channels::moderation::model::ReportId;
use crate::domains::channels::moderation::policy;
use crate::domains::channels::queries as channel_queries;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MessageId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::NewReport;
use super::queries;

/// Reports a message to those who look after its channel, once per person.
///
/// # Errors
/// [`AppError::NotFound`] when the message may not be seen; refusals of [`policy::may_report`]; [`AppError::Conflict`] the
/// second time.
pub fn report(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    message: MessageId,
    new: &NewReport,
) -> Result<Message, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let found = messages::by_id(tx, channel, message, place.membership.visible_from_seq)?;
    let me = tx.my_id()?;
    let proof = policy::may_report(tx.me()?, &found)?;
    let report: ReportId = tx.new_id();
    if !queries::insert(tx, &proof, channel, report, me, new)? {
        return Err(AppError::Conflict(
            "You have already reported this message. What comes of it is told under your reports.".to_owned(),
        ));
    }
    if new.hide {
        hiding::hide(tx, me, channel, found.seq)?;
    }
    tx.emit(&MessageReported {
        report,
        message,
        channel,
    })?;
    tx.audit(
        Entry::of("channels.message.reported", "message", message)
            .after(serde_json::json!({ "channel": channel, "report": report, "reason": new.reason })),
    )?;
    Ok(found)
}

/// Notes that the acting member has read what was decided about their messages.
///
/// # Errors
/// When the database fails.
pub fn read_notices(tx: &mut TenantTx<'_>) -> Result<(), AppError> {
    let me = tx.my_id()?;
    let seen = queries::note_seen(tx, me)?;
    if seen > 0 {
        tx.audit(
            Entry::of("channels.notices.read", "member", me).after(serde_json::json!({ "notices": seen })),
        )?;
    }
    Ok(())
}
