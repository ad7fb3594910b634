//! Field notes: what stewards write about conversations with people.
//!
//! Invariants: who may read a note is decided by one SQL function, `app.sees_note`, which PostgreSQL itself asks for every row,
//! so no list, count or search can show more than the note's page; nobody reads notes about themselves, and being an admin
//! gives nothing; the text is encrypted under a key of the person it is about; a note sent twice is one note. Tells the events
//! in [`events`].

pub mod actions;
pub mod events;
pub mod forms;
pub mod model;
pub mod pages;
pub mod policy;
pub mod queries;
pub mod reading;
pub mod routes;
mod sealing;

use crate::domains::people::policy::{Seeing, can_be_steward};
use crate::domains::people::record::pages::{RecordPart, TimelineEntry};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

pub use reading::pages::written_in;

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [routes::routes(), reading::routes::routes()].into_iter().flatten().collect()
}

/// All the notes one may read, for those who look after people. Decided by roles alone, since every page asks.
///
/// # Errors
/// None today.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let place = || NavItem::new("/notes", "Notes", "pencil").under("Organise");
    Ok(can_be_steward(me.roles).then(place).into_iter().collect())
}

/// What notes add to a person's record.
pub const RECORD_PART: RecordPart = RecordPart {
    timeline,
    action: |seeing| {
        let member = seeing.person().card.id;
        let address = || format!("/people/{member}/notes/new");
        seeing
            .by_assignment()
            .then(|| (address(), "Write a note", "pencil"))
    },
};

fn timeline(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    seeing: &Seeing<'_>,
    limit: i64,
) -> Result<Vec<TimelineEntry>, AppError> {
    reading::pages::timeline(tx, keys, seeing.person().card.id, limit)
}
