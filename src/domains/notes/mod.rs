//! Field notes: what stewards write about conversations with people.
//!
//! Invariants: who may read a note is decided by one SQL function, `app.sees_note`, which PostgreSQL itself asks for every row,
//! so no list, count or search can show more than the note's page; nobody reads notes about themselves, and being an admin
//! gives nothing; the text is encrypted under a key of the person it is about; a note sent twice is one note. Tells the events
//! in [`events`].

pub mod actions;
mod api;
pub mod events;
pub mod forms;
mod handover;
pub mod jobs;
pub mod model;
pub mod pages;
pub mod policy;
pub mod queries;
pub mod reading;
pub mod routes;
mod sealing;

use crate::domains::people::merge::{MergePart, Merging};
use crate::domains::people::policy::{Seeing, can_be_steward};
use crate::domains::people::record::pages::{RecordPart, TimelineEntry};
use crate::domains::tenancy::{Erasing, Gathered};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::crypto::{ContentKey, KeyRing};
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

pub use reading::pages::written_in;

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        handover::routes::routes(),
        routes::routes(),
        reading::routes::routes(),
        api::routes::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
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

/// Takes away every note about somebody, and the key of what was written about them: what a backup still has of it is noise.
///
/// # Errors
/// When the database fails.
pub fn erase(tx: &mut TenantTx<'_>, _keys: &KeyRing, erasing: &Erasing) -> Result<(), AppError> {
    Ok(queries::erase(tx, erasing)?)
}

/// The notes about somebody that the acting member reads, as lists show them.
///
/// # Errors
/// When the database fails, or a text does not open.
pub fn timeline_of(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    member: MemberId,
    limit: i64,
) -> Result<Vec<TimelineEntry>, AppError> {
    reading::pages::timeline(tx, keys, member, limit)
}

/// Every note about somebody that the acting privacy officer reads through an opening, for the person who asked for it.
///
/// # Errors
/// When the database fails, or a text does not open.
pub fn gathered(tx: &mut TenantTx<'_>, keys: &KeyRing, member: MemberId) -> Result<Vec<Gathered>, AppError> {
    reading::gathering::gathered(tx, keys, member)
}

/// Dates and purposes of readings of notes about somebody, without names: what they are owed (CJEU C-579/21, Pankki S).
///
/// # Errors
/// When the database fails.
pub fn readings_about(
    tx: &mut TenantTx<'_>,
    _keys: &KeyRing,
    member: MemberId,
) -> Result<Vec<Gathered>, AppError> {
    reading::gathering::readings_about(tx, member)
}

/// The key under which everything written about somebody is sealed.
///
/// # Errors
/// When it cannot be read or made.
pub fn key_about(tx: &mut TenantTx<'_>, keys: &KeyRing, member: MemberId) -> Result<ContentKey, AppError> {
    sealing::key_of(tx, keys, member)
}

/// Who wrote about somebody what is not read in the daily round, as far as the acting member reads it.
///
/// # Errors
/// When the database fails.
pub fn authors_about(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Vec<MemberId>, AppError> {
    Ok(reading::queries::authors_about(tx, member)?)
}

/// What happens with notes when two records become one.
pub const MERGE: MergePart = MergePart {
    table: "field_notes",
    join,
    part,
};

fn join(tx: &mut TenantTx<'_>, merging: &Merging) -> Result<serde_json::Value, AppError> {
    if queries::wrote_about_each_other(tx, merging)? {
        return Err(AppError::field(
            "other",
            "One of these two wrote notes about the other, so they are two people.",
        ));
    }
    Ok(serde_json::json!(queries::join(tx, merging)?))
}

fn part(tx: &mut TenantTx<'_>, merging: &Merging, moved: &serde_json::Value) -> Result<(), AppError> {
    Ok(queries::part(tx, merging, &merging.moved(moved))?)
}
