//! Messages to many people: what they say, to whom they go, when, and what became of each.

pub mod actions;
pub mod audience;
pub mod content;
pub mod events;
pub mod model;
pub mod policy;
pub mod providers;
pub mod queries;
pub mod reports;
pub mod results;
pub mod segments;
pub mod sending;
pub mod templates;
pub mod timing;
pub mod tracking;
pub mod wizard;

use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::bus::EventType;
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        wizard::routes::routes(),
        results::routes::routes(),
        providers::routes::routes(),
        tracking::routes::routes(),
        reports::routes::routes(),
        segments::routes::routes(),
        templates::routes::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The facts the domain tells.
pub fn events() -> Vec<EventType> {
    [
        segments::events::catalogue(),
        templates::events::catalogue(),
        events::catalogue(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The domain's places: segments and templates for who makes them.
///
/// # Errors
/// None today.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let mut places = Vec::new();
    if me.roles.any(policy::SENDERS) {
        places.push(NavItem::new("/campaigns", "Campaigns", "megaphone").under("Organise"));
    }
    if me.roles.any(segments::policy::KEEPERS) {
        places.push(NavItem::new("/segments", "Segments", "funnel").under("Organise"));
    }
    if me.roles.any(templates::policy::WRITERS) {
        places.push(NavItem::new("/templates", "Templates", "file-text").under("Organise"));
    }
    if me.roles.any(policy::PROVIDER_KEEPERS) {
        places.push(NavItem::new("/providers", "Providers", "send").under("Admin"));
    }
    Ok(places)
}
