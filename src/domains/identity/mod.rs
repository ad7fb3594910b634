//! Who someone is: sign-in, sessions, the second factor, invitations, resets, API tokens.
//!
//! Invariants: a session or token acts as exactly one member of one organization; what a login may do is re-read within
//! seconds of any change; secrets are stored hashed or encrypted.

mod caller;
mod directory;
pub mod events;
mod invitations;
mod me;
pub mod model;
pub mod onboarding;
mod organization;
mod outbox;
mod passwords;
mod policy;
mod profile;
mod queries;
mod second_factor;
mod session;
mod sessions;
mod set_up;
mod sign_in;
mod tokens;

pub use caller::Caller;
pub use directory::Directory;
pub use me::{Enrolling, Login, Me, frame};
pub use outbox::{Admitted, admit as admit_to_outbox};
pub use passwords::reset_link;
pub use session::{hide as hide_secret, show_once, shown as shown_once};
pub use set_up::{
    Founded, NewAdmin, NewOrganization, create_admin, create_organization_with_admin, tell_admin_created,
};

use crate::kernel::actor::{Member, Role};
use crate::kernel::error::AppError;
use crate::kernel::ids::UserId;
use crate::platform::db::{SystemTx, TenantTx};
use crate::platform::web::{NavItem, RouteDef};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    let parts = [
        sign_in::routes(),
        set_up::routes(),
        passwords::routes(),
        second_factor::routes(),
        sessions::routes(),
        profile::routes(),
        tokens::routes(),
        organization::routes(),
        invitations::routes(),
        outbox::routes(),
    ];
    parts.into_iter().flatten().collect()
}

/// The domain's places.
///
/// # Errors
/// None today; counts may fail.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    if !me.roles.has(Role::Admin) {
        return Ok(Vec::new());
    }
    Ok(vec![
        NavItem::new("/admin/invitations", "Invitations", "user-plus").under("Admin"),
        NavItem::new("/admin/organization", "Organization", "settings").under("Admin"),
    ])
}

/// Takes away a login that no member of any organization uses: address, password, second factor, sessions and mail. Answers
/// whether it was so; somebody who is still a member elsewhere keeps it.
///
/// # Errors
/// When the database fails.
pub fn forget_login(tx: &mut SystemTx<'_>, user: UserId) -> Result<bool, AppError> {
    Ok(queries::forget_login(tx, user)?)
}
