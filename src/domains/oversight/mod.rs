//! Oversight: what was changed by whom, what travels on the bus, and everything an admin can do from one page.
//!
//! Invariants: the audit log is only read here, and reading it whole as a file is itself audited. Admins see that
//! something happened and to which thing, never what people wrote.

mod audit;
mod bus;
mod overview;
mod policy;

use crate::kernel::actor::{Member, Role};
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [overview::routes(), audit::routes::routes(), bus::routes::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// The domain's places, for those who look after the organization.
///
/// # Errors
/// None today; counts may fail.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let mut places = Vec::new();
    if me.roles.has(Role::Admin) {
        places.push(NavItem::new("/admin", "Overview", "shield").under("Admin"));
    }
    if me.roles.any(policy::READERS) {
        places.push(NavItem::new("/admin/audit", "Audit log", "history").under("Admin"));
    }
    if me.roles.has(Role::Admin) {
        places.push(NavItem::new("/admin/bus", "Module bus", "route").under("Admin"));
    }
    Ok(places)
}
