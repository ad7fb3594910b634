//! Journeys: what people learn, step by step. A library of assets, journeys built from them, and the way of a learner through one.
//!
//! Invariants: what a learner follows is a published version, which never changes; an asset that is shown somewhere is never deleted,
//! only archived.

pub mod library;

use crate::app::App;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::bus::EventType;
use crate::platform::db::TenantTx;
use crate::platform::jobs::JobKind;
use crate::platform::web::{NavItem, RouteDef};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        // Before what takes the name of a journey in the same place.
        library::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The facts the domain tells.
pub fn events() -> Vec<EventType> {
    [library::events::catalogue()].into_iter().flatten().collect()
}

/// The domain's jobs.
pub fn jobs(app: &App) -> Vec<JobKind> {
    [library::jobs::kinds(app)].into_iter().flatten().collect()
}

/// The domain's places.
///
/// # Errors
/// When a count cannot be read.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    Ok([library::navigation(me)].into_iter().flatten().collect())
}
