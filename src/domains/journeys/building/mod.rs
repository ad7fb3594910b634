//! Where journeys are built: drafts, their milestones and lessons, and the versions that are published of them.
//!
//! Invariants: a journey has one draft, and versions that never change; a node keeps its key from version to version; positions of
//! siblings are 0, 1, 2 … whoever moves them at the same time; whoever changes the shape of a draft they have not seen as it is hears so
//! instead. What learners have to do with it is the business of `learning`, which asks here what was published.

pub mod actions;
pub mod api;
pub mod borrowing;
pub mod content;
pub mod events;
pub mod forms;
pub mod jobs;
pub mod lesson;
pub mod model;
pub mod outline;
pub mod pages;
pub mod pane;
pub mod policy;
pub mod publishing;
pub mod queries;
pub mod routes;
pub mod rules;
pub mod transfer;
pub mod tree;

use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{JourneyId, JourneyVersionId};
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

pub use content::Content;
pub use model::{Atom, Journey, LessonGoal, LessonKind, Node, UnlockAnchor, UnlockKind, Version};
pub use outline::{Milestone, Outline};

/// The room's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        // Before what takes the name of a journey in the same place.
        transfer::routes::routes(),
        routes::routes(),
        lesson::routes::routes(),
        rules::routes::routes(),
        publishing::routes::routes(),
        publishing::versions::routes(),
        api::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Where journeys are built, for who builds them.
///
/// # Errors
/// None today.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let is_builder = me.roles.any(policy::BUILDERS);
    Ok(is_builder
        .then(|| NavItem::new("/journeys", "Journeys", "route").under("Organise"))
        .into_iter()
        .collect())
}

/// A journey, whoever asks.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub fn journey(tx: &mut TenantTx<'_>, id: JourneyId) -> Result<Journey, AppError> {
    Ok(queries::journey(tx, id)?)
}

/// Every journey that is not archived.
///
/// # Errors
/// When the database fails.
pub fn open(tx: &mut TenantTx<'_>) -> Result<Vec<Journey>, AppError> {
    Ok(queries::open(tx)?)
}

/// What a journey's authors are working on.
///
/// # Errors
/// When the database fails.
pub fn draft(tx: &mut TenantTx<'_>, journey: JourneyId) -> Result<Version, AppError> {
    Ok(queries::draft(tx, journey)?)
}

/// The newest published version of a journey; nothing before the first.
///
/// # Errors
/// When the database fails.
pub fn published(tx: &mut TenantTx<'_>, journey: JourneyId) -> Result<Option<Version>, AppError> {
    Ok(queries::published(tx, journey, None, 1)?.into_iter().next())
}

/// The newest published versions of these journeys, in no order; those without one are absent.
///
/// # Errors
/// When the database fails.
pub fn published_of(tx: &mut TenantTx<'_>, journeys: &[JourneyId]) -> Result<Vec<Version>, AppError> {
    Ok(queries::newest_of(tx, journeys)?)
}

/// A version.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub fn version(tx: &mut TenantTx<'_>, id: JourneyVersionId) -> Result<Version, AppError> {
    Ok(queries::version(tx, id)?)
}

/// The milestones and lessons of a version, in their order.
///
/// # Errors
/// When the database fails.
pub fn outline(tx: &mut TenantTx<'_>, version: JourneyVersionId) -> Result<Outline, AppError> {
    Ok(Outline::of(queries::nodes(tx, version)?))
}

/// The nodes of a version, milestones first, each kind by position.
///
/// # Errors
/// When the database fails.
pub fn nodes(tx: &mut TenantTx<'_>, version: JourneyVersionId) -> Result<Vec<Node>, AppError> {
    Ok(queries::nodes(tx, version)?)
}

/// The unlock rules of a version, by node and clause.
///
/// # Errors
/// When the database fails.
pub fn atoms(tx: &mut TenantTx<'_>, version: JourneyVersionId) -> Result<Vec<Atom>, AppError> {
    Ok(queries::atoms(tx, version)?)
}
