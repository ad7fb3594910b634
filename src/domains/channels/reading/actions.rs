//! Reading, and taking it back.

use chrono::TimeDelta;

use crate::domains::channels::messages::queries as messages;
use crate::domains::channels::queries as channel_queries;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MessageId};
use crate::platform::db::TenantTx;

use super::queries;

/// How long "mark all read" can be undone.
const UNDO: TimeDelta = TimeDelta::minutes(10);

/// Notes that the acting member has read a channel up to `seq`.
///
/// # Errors
/// [`AppError::NotFound`] outside the channel.
pub fn read(tx: &mut TenantTx<'_>, channel: ChannelId, seq: i64) -> Result<(), AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let me = tx.my_id()?;
    queries::read_to(tx, me, channel, seq.min(place.channel.last_seq))?;
    Ok(())
}

/// Makes everything from a message on unread again.
///
/// # Errors
/// [`AppError::NotFound`] when the message may not be seen.
pub fn unread(tx: &mut TenantTx<'_>, channel: ChannelId, message: MessageId) -> Result<(), AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let message = messages::by_id(tx, channel, message, place.membership.visible_from_seq)?;
    let me = tx.my_id()?;
    Ok(queries::unread_from(tx, me, channel, message.seq)?)
}

/// Reads everything in every channel; answers how many channels that were.
///
/// # Errors
/// When the database fails.
pub fn read_all(tx: &mut TenantTx<'_>) -> Result<usize, AppError> {
    let me = tx.my_id()?;
    Ok(queries::read_all(tx, me)?)
}

/// Takes the last "mark all read" back, within ten minutes; answers how many channels are unread again.
///
/// # Errors
/// [`AppError::Conflict`] when there is nothing to undo any more.
pub fn undo_read_all(tx: &mut TenantTx<'_>) -> Result<usize, AppError> {
    let (me, since) = (tx.my_id()?, tx.now() - UNDO);
    let pointers = queries::take_undo(tx, me, since)?;
    if pointers.is_empty() {
        return Err(AppError::Conflict(
            "There is nothing to undo any more.".to_owned(),
        ));
    }
    Ok(queries::restore(tx, me, &pointers)?)
}
