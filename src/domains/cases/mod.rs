//! Cases: matters in which somebody is represented, such as a grievance, and the few who work on each.
//!
//! Invariants: a case is seen by its team and by nobody else, admins and whom it is about included (PostgreSQL asks
//! `app.sees_case` for every row); a team never becomes empty. Tells the events in [`events`].

pub mod actions;
pub mod events;
pub mod forms;
pub mod model;
pub mod pages;
pub mod policy;
pub mod queries;
pub mod routes;

use crate::domains::people;
use crate::domains::people::merge::{MergePart, Merging};
use crate::domains::people::policy::Seeing;
use crate::domains::people::record::pages::{RecordPart, TimelineEntry};
use crate::domains::tenancy::{Erasing, Gathered};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CaseId, MemberId};
use crate::kernel::time::utc;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::NavItem;

pub use model::Case;
pub use routes::routes;

/// What cases add to a person's record.
pub const RECORD_PART: RecordPart = RecordPart {
    timeline,
    action: |seeing| {
        let member = seeing.person().card.id;
        policy::could_open(seeing).then(|| {
            let address = format!("/people/{member}/cases/new");
            (address, "Open a case", "scroll-text")
        })
    },
};

fn timeline(
    tx: &mut TenantTx<'_>,
    _keys: &KeyRing,
    seeing: &Seeing<'_>,
    limit: i64,
) -> Result<Vec<TimelineEntry>, AppError> {
    pages::timeline(tx, seeing.person().card.id, limit)
}

/// The domain's place, for those who look after people. Decided by roles alone, since every page asks.
///
/// # Errors
/// None today.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let place = || NavItem::new("/cases", "Cases", "scroll-text").under("Organise");
    Ok(people::policy::can_be_steward(me.roles)
        .then(place)
        .into_iter()
        .collect())
}

/// A case the acting member is in the team of.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else.
pub fn case(tx: &mut TenantTx<'_>, id: CaseId) -> Result<Case, AppError> {
    Ok(queries::case(tx, id)?)
}

/// The open cases about a person that the acting member is in the team of.
///
/// # Errors
/// When the database fails.
pub fn open_about(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Vec<Case>, AppError> {
    Ok(queries::open_about(tx, member)?)
}

/// Takes away every case about somebody, and them from the teams of others.
///
/// # Errors
/// When the database fails.
pub fn erase(tx: &mut TenantTx<'_>, _keys: &KeyRing, erasing: &Erasing) -> Result<(), AppError> {
    Ok(queries::erase(tx, erasing)?)
}

/// Every case about somebody, for the person who asked for it.
///
/// # Errors
/// When the database fails.
pub fn gathered(tx: &mut TenantTx<'_>, _keys: &KeyRing, member: MemberId) -> Result<Vec<Gathered>, AppError> {
    let gather = |case: Case| Gathered {
        title: format!("Case {}", case.reference),
        when: utc(case.opened_at),
        by: String::new(),
        text: format!("{}\n{}", case.title, case.outcome).trim().to_owned(),
        note: None,
        needs_review: true,
    };
    let found = queries::about(tx, member, 20_000)?;
    Ok(found.into_iter().map(gather).collect())
}

/// What happens with cases when two records become one.
pub const MERGE: MergePart = MergePart {
    table: "cases",
    join,
    part,
};

fn join(tx: &mut TenantTx<'_>, merging: &Merging) -> Result<serde_json::Value, AppError> {
    if queries::works_on_one_about_the_other(tx, merging)? {
        return Err(AppError::field(
            "other",
            "One of these two works on a case about the other, so they are two people.",
        ));
    }
    Ok(serde_json::json!(queries::merge(tx, merging)?))
}

fn part(tx: &mut TenantTx<'_>, merging: &Merging, moved: &serde_json::Value) -> Result<(), AppError> {
    Ok(queries::part(tx, merging, &merging.moved(moved))?)
}
