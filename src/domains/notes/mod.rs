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
pub mod routes;
mod sealing;

use crate::domains::people::policy::Seeing;
use crate::domains::people::record::pages::{RecordPart, TimelineEntry};
use crate::kernel::error::AppError;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;

pub use routes::routes;

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
    pages::timeline(tx, keys, seeing.person().card.id, limit)
}
