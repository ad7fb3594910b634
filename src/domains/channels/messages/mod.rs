//! Messages: posting, changing, deleting, reacting, pinning, and the deltas that carry all of it to open pages.

pub mod actions;
pub mod forms;
pub mod menu;
pub mod model;
pub mod pages;
pub mod posting;
pub mod queries;
pub mod routes;
mod text;
pub mod view;

use crate::domains::channels::model::Place;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;

/// A message and what answers it, the oldest first and at most so many of the newest, as the acting member sees them.
///
/// # Errors
/// When the database fails.
pub fn thread(
    tx: &mut TenantTx<'_>,
    place: &Place,
    root: i64,
    limit: i64,
) -> Result<Vec<model::Message>, AppError> {
    let channel = place.channel.id;
    let visible_from = place.membership.visible_from_seq;
    let mut found = queries::thread(tx, channel, (root, visible_from), limit)?;
    found.reverse();
    let seqs: Vec<i64> = found.iter().map(|message| message.seq).collect();
    let hidden = queries::hidden_by(tx, channel, place.membership.member_id, &seqs)?;
    found.retain(|message| !hidden.contains(&message.seq));
    Ok(found)
}

/// Whether a member has ever written a message.
///
/// # Errors
/// When the database fails.
pub fn has_written(tx: &mut TenantTx<'_>, member: MemberId) -> Result<bool, AppError> {
    Ok(queries::has_written(tx, member)?)
}
