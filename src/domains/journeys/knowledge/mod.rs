//! The knowledge base: pages written here, PDFs and links, read into passages that are found by their words and cited.
//!
//! Invariants: coaches and admins keep it, team leaders read it, nobody else knows of it; what comes from outside is text and never
//! markup; a link is fetched when somebody asks for it and at no other time, and never from inside the portal's own network; what was
//! read stays found while it is read again, and when that fails. Tells the events in [`events`].
//!
//! For the rest of the domain: [`fitting`], and citations by [`citing`].

pub mod actions;
pub mod api;
pub mod citing;
pub mod events;
pub mod forms;
pub mod jobs;
pub mod model;
pub mod pages;
pub mod policy;
pub mod queries;
pub mod reading;
pub mod routes;

use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::web::RouteDef;

use model::Hit;
use queries::passages::{self, Asked};

/// The room's routes.
pub fn routes() -> Vec<RouteDef> {
    [routes::routes(), citing::routes::routes(), api::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// The passage that fits some words best: with all of them, else with any.
///
/// # Errors
/// When the database fails.
pub fn fitting(tx: &mut TenantTx<'_>, words: &str) -> Result<Option<Hit>, AppError> {
    for any_word in [false, true] {
        let asked = Asked {
            words: words.to_owned(),
            any_word,
            ..Asked::default()
        };
        if let Some(hit) = passages::search(tx, &asked, 1)?.into_iter().next() {
            return Ok(Some(hit));
        }
    }
    Ok(None)
}
