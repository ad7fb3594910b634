//! What other parts of the portal have to tell somebody. Whether and how they are told outside is decided here as for everything else.

use uuid::Uuid;

use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;

use super::model::Kind;
use super::{queries, subscribers};

/// Something to tell.
#[derive(Debug, Clone)]
pub struct Notice {
    pub member: MemberId,
    pub kind: Kind,
    /// What it is about: somebody is told of it once.
    pub about: Uuid,
    /// What it is called.
    pub title: String,
    /// Where it is in the portal.
    pub path: String,
}

/// Leaves it for them; they are told outside when they have not seen it after a while.
///
/// # Errors
/// When the database fails.
pub fn leave(tx: &mut TenantTx<'_>, notice: &Notice) -> Result<(), AppError> {
    let due = tx.now() + notice.kind.grace();
    let count = queries::note(tx, notice, due)?;
    subscribers::decide_at(tx, due, count)
}

/// They saw what it is about.
///
/// # Errors
/// When the database fails.
pub fn seen(tx: &mut TenantTx<'_>, member: MemberId, about: Uuid) -> Result<(), AppError> {
    Ok(queries::see(tx, member, about)?)
}

/// What it is about was taken back: nobody is told of it any more.
///
/// # Errors
/// When the database fails.
pub fn take_back(tx: &mut TenantTx<'_>, member: MemberId, about: Uuid) -> Result<(), AppError> {
    Ok(queries::take_back(tx, member, about)?)
}
