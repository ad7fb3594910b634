//! What sponsors see of journeys: how those they sponsor get on, together, and never anybody.
//!
//! Invariants: everything that is shown is a sum or a mean over cells that do not overlap and hold at least [`suppression::LEAST`] people each
//! ([`suppression`]), so no difference of what is shown tells of fewer; and what was shown stays until what comes after it differs from it by
//! nobody or by at least as many people ([`holding`]), so that two views are no difference of fewer either.

pub mod actions;
pub mod holding;
pub mod pages;
pub mod queries;
pub mod routes;
pub mod suppression;

use crate::kernel::actor::{Member, Role};
use crate::platform::web::NavItem;

/// The place of sponsors among journeys.
pub fn navigation(me: &Member) -> Vec<NavItem> {
    let place = || NavItem::new("/journeys/sponsored", "Progress", "graduation-cap");
    me.roles.has(Role::Sponsor).then(place).into_iter().collect()
}
