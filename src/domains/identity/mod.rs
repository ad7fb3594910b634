//! Who someone is: sign-in, sessions, the second factor, invitations, resets, API tokens.
//!
//! Invariants: a session or token acts as exactly one member of one organization; what a login may do is re-read within
//! seconds of any change; secrets are stored hashed or encrypted.

mod directory;
mod me;

pub use directory::Directory;
pub use me::Me;

use crate::platform::web::RouteDef;

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    Vec::new()
}
