//! Journeys: what people learn step by step, from the coach who builds it to the learner who finishes it.
//!
//! This file is the register of the rooms: `building` is where journeys are made, ordered and published; `learning` is where people work
//! through them, and where coaches enrol them and see how far they are.

pub mod building;
pub mod learning;

use crate::app::App;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::bus::EventType;
use crate::platform::db::TenantTx;
use crate::platform::jobs::JobKind;
use crate::platform::web::{NavItem, RouteDef};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [building::routes(), learning::routes()].into_iter().flatten().collect()
}

/// The facts the domain tells.
pub fn events() -> Vec<EventType> {
    [building::events::catalogue(), learning::events::catalogue()]
        .into_iter()
        .flatten()
        .collect()
}

/// The domain's jobs.
pub fn jobs(_app: &App) -> Vec<JobKind> {
    [building::jobs::kinds()].into_iter().flatten().collect()
}

/// The domain's places.
///
/// # Errors
/// When a count can't be read.
pub fn navigation(tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    [building::navigation, learning::navigation]
        .into_iter()
        .map(|places| places(tx, me))
        .collect::<Result<Vec<_>, _>>()
        .map(|places| places.into_iter().flatten().collect())
}
