//! Organizations, members and their roles, and contexts: teams, challenges, sponsors and cohorts.
//!
//! Invariants: a user has at most one member in an organization; handles are unique in it; only admins change roles and
//! membership, except that a context's leader looks after its members. Tells the events in [`events`].

pub mod events;
pub mod model;
mod queries;

use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    Vec::new()
}

/// The domain's places.
///
/// # Errors
/// None today; counts may fail.
pub fn navigation(_tx: &mut TenantTx<'_>, _me: &Member) -> Result<Vec<NavItem>, AppError> {
    Ok(vec![NavItem::new("/people", "People", "users").under("Organise"), NavItem::new("/contexts", "Teams and groups", "network").under("Organise")])
}

