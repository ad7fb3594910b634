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

use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;

/// Whether a member has ever written a message.
///
/// # Errors
/// When the database fails.
pub fn has_written(tx: &mut TenantTx<'_>, member: MemberId) -> Result<bool, AppError> {
    Ok(queries::has_written(tx, member)?)
}
