//! "My people": whom the acting member looks after, those first who need them most.

pub mod pages;
pub mod queries;
pub mod routes;

use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;

/// Somebody who needs the steward who looks after them.
#[derive(Debug, Clone)]
pub struct Needing {
    /// Who.
    pub id: MemberId,
    /// Their name.
    pub name: String,
    /// Why, in words.
    pub need: String,
    /// How that is coloured.
    pub tone: &'static str,
    /// Their number, where the acting member may have it; else empty.
    pub phone: String,
}

/// The first of the acting member's people who need them, those first who need them most.
///
/// # Errors
/// When the database fails.
pub fn needing(tx: &mut TenantTx<'_>, me: &Member, limit: usize) -> Result<Vec<Needing>, AppError> {
    let today = tx.now().with_timezone(&me.zone).date_naive();
    let filter = queries::MineFilter::default();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = queries::page(tx, me.member, &filter, today, limit)?;
    let needing = found.into_iter().filter_map(|mine| {
        let (need, tone) = pages::needs(&mine);
        (!need.is_empty()).then(|| Needing {
            id: mine.id,
            name: mine.name,
            need,
            tone,
            phone: mine.phone.unwrap_or_default(),
        })
    });
    Ok(needing.collect())
}
