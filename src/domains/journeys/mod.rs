//! Journeys: what people learn step by step, from the coach who builds it to the learner who finishes it.
//!
//! This file is the register of the rooms: `library` keeps what lessons are made of, `knowledge` what is cited in them; `building` is
//! where journeys are made, ordered and published; `learning` is where people work through them, and where coaches enrol them and see how
//! far they are; `coaching` is what coaches do about it, `suggestions` what they could write; `certificates` are what learners are given
//! for finishing a journey. `asking` and `worksheets` are what questions and fields are, for all of them.
//!
//! Invariants: what a learner follows is a published version, which never changes; an asset that is shown somewhere is never deleted,
//! only archived.

pub mod asking;
pub mod building;
pub mod certificates;
pub mod coaching;
pub mod knowledge;
pub mod learning;
pub mod library;
pub mod lines;
pub mod suggestions;
pub mod worksheets;

use crate::app::App;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::bus::{EventType, Subscriber};
use crate::platform::db::TenantTx;
use crate::platform::jobs::JobKind;
use crate::platform::web::{NavItem, RouteDef};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        // Before what takes the name of a journey in the same place.
        library::routes(),
        learning::reviews::routes::queue_routes(),
        coaching::sponsoring::routes::routes(),
        knowledge::routes(),
        suggestions::routes(),
        building::routes(),
        coaching::routes(),
        learning::routes(),
        certificates::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The facts the domain tells.
pub fn events() -> Vec<EventType> {
    [
        library::events::catalogue(),
        knowledge::events::catalogue(),
        suggestions::events::catalogue(),
        building::events::catalogue(),
        learning::events::catalogue(),
        certificates::events::catalogue(),
        coaching::events::catalogue(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the domain hears on the bus.
pub fn subscribers() -> Vec<Subscriber> {
    certificates::subscribers::subscribers()
}

/// The domain's jobs.
pub fn jobs(app: &App) -> Vec<JobKind> {
    [
        library::jobs::kinds(app),
        knowledge::jobs::kinds(app),
        suggestions::jobs::kinds(app),
        building::jobs::kinds(),
        coaching::analytics::jobs::kinds(),
        building::transfer::imports::jobs::kinds(app),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The domain's places.
///
/// # Errors
/// When a count can't be read.
pub fn navigation(tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let mut places = building::navigation(tx, me)?;
    places.extend(library::navigation(me));
    places.extend(coaching::sponsoring::navigation(me));
    places.extend(learning::navigation(tx, me)?);
    Ok(places)
}
