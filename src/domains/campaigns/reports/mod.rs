//! What providers and mails that come back report: delivered, bounced, complained, and text messages that people send back.
//!
//! A report is believed by its signature and nothing else, acted on once whatever often it comes, and in any order. It opens nothing to
//! whoever sends it: a report that is not believed is answered as if there were no such address.

pub mod actions;
mod pages;
pub(in crate::domains::campaigns) mod queries;
pub mod routes;
pub mod subscribers;

use crate::domains::consent::actions::addresses;
use crate::domains::consent::model::Channel;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;

/// What came from any number of somebody's and is kept, newest first; so many at most.
///
/// # Errors
/// When the database fails.
pub(in crate::domains::campaigns) fn texts_of(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    most: i64,
) -> Result<Vec<queries::Texted>, AppError> {
    let numbers = addresses(tx, member, Channel::Sms)?;
    Ok(queries::texted(tx, &numbers, most)?)
}
