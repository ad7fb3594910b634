//! Journeys: what people learn step by step, from the coach who builds it to the learner who finishes it.
//!
//! This file is the register of the rooms: `library` keeps what lessons are made of, `building` is where journeys are made, ordered and
//! published.
//!
//! Invariants: what a learner follows is a published version, which never changes; an asset that is shown somewhere is never deleted,
//! only archived.

pub mod building;
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
        building::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The facts the domain tells.
pub fn events() -> Vec<EventType> {
    [building::events::catalogue(), library::events::catalogue()]
        .into_iter()
        .flatten()
        .collect()
}

/// The domain's jobs.
pub fn jobs(app: &App) -> Vec<JobKind> {
    [building::jobs::kinds(), library::jobs::kinds(app)]
        .into_iter()
        .flatten()
        .collect()
}

/// The domain's places.
///
/// # Errors
/// When a count cannot be read.
pub fn navigation(tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    Ok([building::navigation(tx, me)?, library::navigation(me)]
        .into_iter()
        .flatten()
        .collect())
}
