//! Seeing, confirming and asking again.

use crate::domains::channels::broadcasts::log::{self, Deed};
use crate::domains::channels::broadcasts::{policy, queries as broadcast_queries};
use crate::domains::channels::events::{BroadcastAcknowledged, BroadcastNudged};
use crate::kernel::error::AppError;
use crate::kernel::ids::{BroadcastId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::queries;

/// Notes that the acting member has seen a broadcast they were sent. Opening its page does not do this by itself.
///
/// # Errors
/// [`AppError::NotFound`] when they were not sent it.
pub fn mark_seen(tx: &mut TenantTx<'_>, id: BroadcastId) -> Result<(), AppError> {
    let receipt = queries::mine(tx, id)?.ok_or(AppError::NotFound)?;
    Ok(queries::set_seen(tx, id, receipt.member_id)?)
}

/// Notes that the acting member has seen every broadcast that asks them for nothing; answers which they had not.
///
/// # Errors
/// When the database fails.
pub fn see_plain(tx: &mut TenantTx<'_>) -> Result<Vec<BroadcastId>, AppError> {
    let me = tx.my_id()?;
    Ok(queries::see_plain(tx, me)?)
}

/// Lets broadcasts wait in the acting member's inbox again. That they were seen once stays noted.
///
/// # Errors
/// When the database fails.
pub fn unsee(tx: &mut TenantTx<'_>, broadcasts: &[BroadcastId]) -> Result<(), AppError> {
    let me = tx.my_id()?;
    Ok(queries::unsee(tx, me, broadcasts)?)
}

/// "I've read this": noted once, with the first time kept. Also counts as seen.
///
/// # Errors
/// As [`policy::may_acknowledge`].
pub fn acknowledge(tx: &mut TenantTx<'_>, id: BroadcastId) -> Result<(), AppError> {
    let receipt = queries::mine(tx, id)?;
    let broadcast = broadcast_queries::by_id(tx, id)?;
    let proof = policy::may_acknowledge(tx.me()?, &broadcast, receipt.as_ref())?;
    queries::set_seen(tx, id, proof.recipient())?;
    if queries::set_acknowledged(tx, proof, id)? {
        tx.emit(&BroadcastAcknowledged {
            broadcast: id,
            member: proof.recipient(),
        })?;
        tx.audit(Entry::of("channels.broadcast.acknowledged", "broadcast", id))?;
    }
    Ok(())
}

/// Asks everyone who has not confirmed, or only one person, again: it waits in their inbox once more. Answers how many.
///
/// # Errors
/// As [`policy::may_nudge`]; [`AppError::Conflict`] when everyone has answered or was asked within a day.
pub fn nudge(tx: &mut TenantTx<'_>, id: BroadcastId, only: Option<MemberId>) -> Result<i64, AppError> {
    let broadcast = broadcast_queries::by_id(tx, id)?;
    let proof = policy::may_nudge(tx.me()?, &broadcast)?;
    let people = i64::try_from(queries::nudge(tx, &proof, only)?).unwrap_or(i64::MAX);
    if people == 0 {
        return Err(AppError::Conflict(
            "Everyone has confirmed or was asked within the last 24 hours.".to_owned(),
        ));
    }
    log::write(tx, id, Deed::Nudged, people, serde_json::json!({}))?;
    tx.emit(&BroadcastNudged {
        broadcast: id,
        people,
    })?;
    tx.audit(
        Entry::of("channels.broadcast.nudged", "broadcast", id)
            .after(serde_json::json!({ "people": people, "only": only })),
    )?;
    Ok(people)
}
