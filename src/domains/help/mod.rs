//! Help: a page per part of the portal, in plain words, and the kit that shows every component.
//!
//! The texts are Markdown in `templates/help`, part of the binary and written by us, so they are trusted as they are.

mod kit;
mod routes;
mod topics;

use crate::platform::web::RouteDef;

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [routes::routes(), kit::routes()].into_iter().flatten().collect()
}
