//! Who works where, how they are reached, and which steward looks after them on which dates.
//!
//! Invariants: a person, and a cell, has one primary steward at a time (the database refuses a second); whose somebody is
//! now is answered by the SQL function `app.steward_of` and by nothing else; a steward sees a person's record while an
//! assignment in force reaches that person, to the second. Tells the events in [`events`].

pub mod api;
pub mod bulk;
pub mod coverage;
pub mod events;
pub mod fields;
pub mod import;
pub mod members;
pub mod merge;
pub mod mine;
pub mod model;
pub mod officers;
pub mod policy;
pub mod record;
pub mod settings;
pub mod stewards;
pub mod subject;
pub mod worksites;

use crate::app::App;
use crate::domains::tenancy::{self, ContextLink};
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;
use crate::platform::jobs::JobKind;
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
        import::routes::routes(),
        settings::routes::routes(),
        members::routes::routes(),
        bulk::routes::routes(),
        api::routes::routes(),
        merge::routes::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The domain's jobs.
pub fn jobs(app: &App) -> Vec<JobKind> {
    import::jobs::kinds(app)
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
    if policy::can_be_steward(me.roles) || me.roles.any(&[Role::Admin, Role::PrivacyOfficer]) {
        places.push(NavItem::new("/members", "Records", "clipboard-list").under("Organise"));
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

/// Where somebody is now whose record was given up for another: for ninety days, old links lead there.
///
/// # Errors
/// When the database fails.
pub fn alias(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Option<MemberId>, AppError> {
    merge::actions::alias(tx, member)
}

/// How somebody is reached, and what their record says about why they may be.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub fn reach(tx: &mut TenantTx<'_>, member: MemberId) -> Result<record::queries::Reach, AppError> {
    Ok(record::queries::reach(tx, member)?)
}

/// Sets the language (`en`, `fr`) and the time zone in which somebody is written to.
///
/// # Errors
/// When the database fails.
pub fn set_tongue(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    locale: &str,
    zone: chrono_tz::Tz,
) -> Result<(), AppError> {
    Ok(record::queries::set_tongue(tx, member, locale, zone.name())?)
}

/// Everything a record says about a person, notes excepted: what they get of their own data. Sensitive fields are part of it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct OwnRecord {
    stage: model::Stage,
    worksite: Option<String>,
    department: Option<String>,
    shift: Option<String>,
    joined_on: Option<chrono::NaiveDate>,
    legal_basis: String,
    basis_noted_on: Option<chrono::NaiveDate>,
    contact_points: Vec<String>,
    tags: Vec<String>,
    fields: std::collections::BTreeMap<String, String>,
}

/// What the record of `member` says, for a copy they asked for.
///
/// # Errors
/// When the database fails.
pub fn own_record(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Vec<OwnRecord>, AppError> {
    let (place, contact_points, tags) = record::queries::whole(tx, member)?;
    let mut values = fields::queries::values_of(tx, member)?;
    let fields = fields::queries::fields(tx)?
        .into_iter()
        .filter_map(|field| values.remove(&field.id).map(|value| (field.name, value)))
        .collect();
    Ok(vec![OwnRecord {
        stage: place.stage,
        worksite: place.worksite,
        department: place.department,
        shift: place.shift,
        joined_on: place.joined_on,
        legal_basis: place.legal_basis,
        basis_noted_on: place.basis_noted_on,
        contact_points,
        tags,
        fields,
    }])
}
