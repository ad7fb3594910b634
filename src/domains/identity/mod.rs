//! Who someone is: sign-in, sessions, the second factor, invitations, resets, API tokens.
//!
//! Invariants: a session or token acts as exactly one member of one organization; what a login may do is re-read within
//! seconds of any change; secrets are stored hashed or encrypted.

mod caller;
mod directory;
pub mod events;
mod me;
pub mod model;
mod passwords;
mod queries;
mod second_factor;
mod session;
mod sessions;
mod set_up;
mod sign_in;
mod tokens;

pub use caller::Caller;
pub use directory::Directory;
pub use me::{Enrolling, Login, Me};
pub use passwords::reset_link;
pub use set_up::{Founded, NewAdmin, NewOrganization, create_admin, create_organization_with_admin};

use crate::platform::web::RouteDef;

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [sign_in::routes(), set_up::routes(), passwords::routes(), second_factor::routes(), sessions::routes()].into_iter().flatten().collect()
}
