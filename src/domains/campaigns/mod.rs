//! Messages to many people: what they say, to whom they go, when, and what became of each.

pub mod content;
pub mod segments;
pub mod timing;

use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::bus::EventType;
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    segments::routes::routes()
}

/// The facts the domain tells.
pub fn events() -> Vec<EventType> {
    segments::events::catalogue()
}

/// The domain's places: segments for who makes them.
///
/// # Errors
/// None today.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let place = || NavItem::new("/segments", "Segments", "funnel").under("Organise");
    Ok(me
        .roles
        .any(segments::policy::KEEPERS)
        .then(place)
        .into_iter()
        .collect())
}
