//! The trail of broadcasts: who made, sent, cancelled and repeated what, and to how many. Only ever added to.

mod pages;
pub mod queries;
pub mod routes;

use serde_json::Value;

use crate::kernel::error::AppError;
use crate::kernel::ids::BroadcastId;
use crate::platform::db::TenantTx;

/// What was done with a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Made, to go out later. Throttles count these.
    Created,
    /// Delivered.
    Sent,
    /// Taken back, or called off when its time came.
    Cancelled,
    /// People were asked again.
    Nudged,
    /// The message that carried it was taken out of its channel; the broadcast itself stays.
    Removed,
}

impl Deed {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Sent => "sent",
            Self::Cancelled => "cancelled",
            Self::Nudged => "nudged",
            Self::Removed => "removed",
        }
    }
}

/// Adds a line by whoever acts; lines of the portal itself have no actor.
///
/// # Errors
/// When it cannot be written; then what it tells is not done either.
pub fn write(
    tx: &mut TenantTx<'_>,
    broadcast: BroadcastId,
    deed: Deed,
    people: i64,
    details: Value,
) -> Result<(), AppError> {
    Ok(queries::add(tx, broadcast, deed, people, details)?)
}
