//! The start page: what waits today, what to do first, and the short ways for each role.
//!
//! Other domains add cards to it by a line in [`crate::domains`]; nothing here knows their tables.

mod cards;
mod pages;
mod routes;

pub use cards::{Card, CardLine, CardView, Count, Layout};
pub use routes::routes;

use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::web::NavItem;

/// The domain's place.
///
/// # Errors
/// None today; counts may fail.
pub fn navigation(_tx: &mut TenantTx<'_>, _me: &Member) -> Result<Vec<NavItem>, AppError> {
    Ok(vec![NavItem::new("/", "Today", "house").in_tab_bar()])
}
