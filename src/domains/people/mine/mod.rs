//! "My people": whom the acting member looks after, those first who need them most.

pub mod offline_queries;
pub mod pages;
pub mod queries;
pub mod routes;

use chrono::{DateTime, Utc};

use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;

pub use offline_queries::Named;

/// Everybody whom the acting member looks after, by name.
///
/// # Errors
/// When the database fails.
pub fn everyone(tx: &mut TenantTx<'_>, limit: i64) -> Result<Vec<Named>, AppError> {
    let me = tx.my_id()?;
    Ok(offline_queries::everyone(tx, me, limit)?)
}

/// The one of the acting member's people who is called so; none when nobody is, or several.
///
/// # Errors
/// When the database fails.
pub fn called(tx: &mut TenantTx<'_>, name: &str) -> Result<Option<Named>, AppError> {
    let me = tx.my_id()?;
    let mut found = offline_queries::called(tx, me, name, 2)?;
    Ok(found.pop().filter(|_| found.is_empty()))
}

/// What tells the acting member's people from those of another day.
///
/// # Errors
/// When the database fails.
pub fn epoch(tx: &mut TenantTx<'_>) -> Result<String, AppError> {
    let me = tx.my_id()?;
    Ok(offline_queries::epoch(tx, me)?)
}

/// Whether the acting member looked after a person at a moment that may be over.
///
/// # Errors
/// When the database fails.
pub fn looked_after(
    tx: &mut TenantTx<'_>,
    person: MemberId,
    moment: DateTime<Utc>,
) -> Result<bool, AppError> {
    let me = tx.my_id()?;
    Ok(offline_queries::looked_after(tx, me, person, moment)?)
}

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
