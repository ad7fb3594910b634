//! The library that journeys are built from: pages, videos, recordings, files, links, quizzes and worksheets, in folders, by version.
//!
//! Invariants: coaches and admins see all of it, team leaders what is everyone's and their teams', nobody else anything; team leaders
//! write for their teams only; a version never changes, and an older one can be shown again; what a journey names is never deleted; a
//! file goes forward through [`lifecycle::MediaState`] only, and is open under addresses that are made for one viewer and expire.
//! Tells the events in [`events`].
//!
//! For the rest of the domain: [`asset_for_lesson`], [`player`] with [`allow`] for the page it is on, [`search_for_builder`], and
//! [`lend`] for lessons that hold copies.

pub mod actions;
pub mod api;
pub mod captions;
pub mod carrying;
pub mod correcting;
pub mod events;
mod facade;
pub mod folders;
pub mod forms;
pub mod jobs;
pub mod lifecycle;
pub mod model;
pub mod mux;
pub mod pages;
pub mod parts;
pub mod playing;
pub mod policy;
pub mod queries;
pub mod routes;
pub mod uploads;

pub use facade::{
    Lent, LessonAsset, LessonFile, Named, Offer, Offered, asset_for_lesson, lend, lend_to, newest, of_kind,
    offer, player, search_for_builder, search_for_lesson, shown,
};
pub use playing::{PageHtml, Player, allow};

use crate::kernel::actor::Member;
use crate::platform::web::{NavItem, RouteDef};

/// The library's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        uploads::routes::routes(),
        folders::routes::routes(),
        playing::routes::routes(),
        correcting::routes::routes(),
        mux::routes::routes(),
        parts::routes::routes(),
        routes::routes(),
        api::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The library's place, for who works in it.
pub fn navigation(me: &Member) -> Vec<NavItem> {
    match me.roles.any(policy::KEEPERS) {
        true => vec![NavItem::new("/journeys/library", "Library", "archive").under("Organise")],
        false => Vec::new(),
    }
}
