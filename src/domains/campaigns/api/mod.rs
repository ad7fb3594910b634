//! Campaigns over the JSON API: the same actions, the same checks, the same numbers as the pages.

mod analytics;
mod campaigns;
mod queries;
mod running;
mod shapes;
mod templates;
mod variants;
mod wanted;

use crate::platform::web::{Access, RouteDef};

/// What reads ask of a token.
const READ: Access = Access::Api(READING);
/// What writes ask of a token.
const WRITE: Access = Access::Api(WRITING);
/// The scope of reads.
const READING: &str = "campaigns:read";
/// The scope of writes.
const WRITING: &str = "campaigns:write";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    [
        campaigns::routes(),
        running::routes(),
        variants::routes(),
        templates::routes(),
        analytics::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
