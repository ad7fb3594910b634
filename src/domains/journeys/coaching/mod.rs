//! Coaching: what coaches do about how people get on.
//!
//! Invariants: a learner is nudged seldom, and never against what they said; whoever is not is named to the coach, with the reason. Tells
//! the events in [`events`].

pub mod analytics;
pub mod broadcasts;
pub mod discussion;
pub mod events;
pub mod nudges;
pub mod sponsoring;

use crate::platform::web::RouteDef;

/// The room's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        nudges::routes::routes(),
        nudges::api::routes(),
        analytics::routes::routes(),
        analytics::api::routes(),
        broadcasts::routes::routes(),
        discussion::routes::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
