//! Telling other programs what happened: signed requests to addresses that admins name (Standard Webhooks).
//!
//! Invariants: what an address is told is written down in the transaction that hears of it on the bus, once for each event, and sent
//! until it is taken or three days have passed: at least once, in no certain order. Bodies are thin: a kind, a moment and ids. No
//! request goes to an address inside the portal's own network, decided anew for every connection. Tells the events in [`events`].

pub mod actions;
pub mod events;
pub mod forms;
pub mod jobs;
pub mod model;
pub mod pages;
pub mod policy;
pub mod queries;
pub mod routes;
pub mod sending;
pub mod subscribers;

use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::web::NavItem;

/// The domain's place, for admins.
///
/// # Errors
/// None today.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let place = || NavItem::new("/webhooks", "Webhooks", "link").under("Admin");
    Ok(me.roles.any(policy::KEEPERS).then(place).into_iter().collect())
}
