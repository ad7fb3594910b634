//! Who works where, how they are reached, and which steward looks after them on which dates.
//!
//! Invariants: a person, and a cell, has one primary steward at a time (the database refuses a second); whose somebody is
//! now is answered by the SQL function `app.steward_of` and by nothing else; a steward sees a person's record while an
//! assignment in force reaches that person, to the second. Tells the events in [`events`].

pub mod coverage;
pub mod events;
pub mod mine;
pub mod model;
pub mod officers;
pub mod policy;
pub mod record;
pub mod stewards;
pub mod subject;
pub mod worksites;

use crate::domains::tenancy::{self, ContextLink};
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        worksites::routes::routes(),
        coverage::routes::routes(),
        record::routes::routes(),
        stewards::routes::routes(),
        mine::routes::routes(),
        officers::routes::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The domain's places: one's own people for stewards and coaches, worksites for those who arrange. Decided by roles alone,
/// since every page asks.
///
/// # Errors
/// None today; counts may fail.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let mut places = Vec::new();
    if policy::can_be_steward(me.roles) {
        places.push(
            NavItem::new("/my-people", "My people", "user")
                .under("Organise")
                .in_tab_bar(),
        );
    }
    if me.roles.any(&[Role::Admin, Role::Steward]) {
        places.push(NavItem::new("/worksites", "Worksites", "building-2").under("Organise"));
    }
    Ok(places)
}

/// What the page of a person leads to: their record for who sees it, and for themselves the steward who looks after them.
///
/// # Errors
/// When the database fails.
pub fn links_of_person(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Vec<ContextLink>, AppError> {
    let me = tx.my_id()?;
    if me == member {
        return my_steward(tx, me);
    }
    let person = tenancy::person(tx, member)?;
    let sees = record::seen(tx, &person).is_ok();
    Ok(match sees {
        true => vec![ContextLink {
            href: format!("/people/{member}/record"),
            label: "Record".to_owned(),
            icon: "clipboard-list",
        }],
        false => Vec::new(),
    })
}

fn my_steward(tx: &mut TenantTx<'_>, me: MemberId) -> Result<Vec<ContextLink>, AppError> {
    let Some(steward) = stewards::queries::steward_of(tx, me)? else {
        return Ok(Vec::new());
    };
    let cards = tenancy::member_cards(tx, &[steward])?;
    Ok(cards
        .get(&steward)
        .map(|card| ContextLink {
            href: format!("/people/{steward}"),
            label: format!("Your steward: {}", card.name),
            icon: "handshake",
        })
        .into_iter()
        .collect())
}

/// Whether somebody holds an office now.
///
/// # Errors
/// When the database fails.
pub fn is_officer(tx: &mut TenantTx<'_>, member: MemberId) -> Result<bool, AppError> {
    Ok(officers::queries::is_officer(tx, member)?)
}

/// Whether this steward is kept apart from this person, whatever else is arranged.
///
/// # Errors
/// When the database fails.
pub fn is_kept_apart(tx: &mut TenantTx<'_>, steward: MemberId, member: MemberId) -> Result<bool, AppError> {
    Ok(stewards::queries::is_kept_apart(tx, steward, member)?)
}
