//! Reading, and taking it back.

use chrono::TimeDelta;

use crate::domains::channels::broadcasts;
use crate::domains::channels::messages::queries as messages;
use crate::domains::channels::queries as channel_queries;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MessageId};
use crate::platform::db::TenantTx;

use super::queries::{self, Before};

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

/// What "mark all read" changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllRead {
    /// Channels that are read now.
    pub channels: usize,
    /// Broadcasts that are seen now.
    pub broadcasts: usize,
}

/// Reads everything in every channel, and sees every broadcast that asks for nothing; one that wants to be confirmed goes on
/// waiting.
///
/// # Errors
/// When the database fails.
pub fn read_all(tx: &mut TenantTx<'_>) -> Result<AllRead, AppError> {
    let me = tx.my_id()?;
    let before = Before {
        pointers: queries::read_all(tx, me)?,
        unseen: broadcasts::see_plain(tx)?,
    };
    queries::keep_undo(tx, me, &before)?;
    Ok(AllRead {
        channels: before.pointers.len(),
        broadcasts: before.unseen.len(),
    })
}

/// Takes the last "mark all read" back, within ten minutes.
///
/// # Errors
/// [`AppError::Conflict`] when there is nothing to undo any more.
pub fn undo_read_all(tx: &mut TenantTx<'_>) -> Result<(), AppError> {
    let (me, since) = (tx.my_id()?, tx.now() - UNDO);
    let before = queries::take_undo(tx, me, since)?;
    if before == Before::default() {
        return Err(AppError::Conflict(
            "There is nothing to undo any more.".to_owned(),
        ));
    }
    queries::restore(tx, me, &before.pointers)?;
    broadcasts::unsee(tx, &before.unseen)
}
