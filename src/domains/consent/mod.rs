//! What people agreed to, took back and want, and the proof of it.
//!
//! Invariants: every word about consent is a record that nobody changes or removes; what may be sent follows from the records alone
//! ([`fold`]), and the table of preferences is a copy of that for reading fast; a withdrawal counts from the moment it commits; an
//! address that left everything is kept out by a keyed hash, also after its person was erased and when it comes in anew. Tells the
//! events in [`events`].

pub mod actions;
pub mod api;
mod asking;
pub mod bulk;
pub mod compliance;
pub mod events;
pub mod fold;
pub mod jobs;
pub mod keeping;
pub mod leaving;
pub mod links;
pub mod model;
pub mod pages;
pub mod policy;
pub mod preferences;
pub mod proof;
pub mod queries;
pub mod renewing;
pub mod rules;
pub mod sealing;
pub mod standing;
pub mod suppressing;
pub mod texts;

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use uuid::Uuid;

use crate::domains::people::merge::{MergePart, Merging};
use crate::domains::tenancy::{ContextLink, Erasing, Gathered};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::kernel::time::utc;
use crate::platform::crypto::KeyRing;
use crate::platform::db::{TenantScope, TenantTx};
use crate::platform::web::client::Client;
use crate::platform::web::{NavItem, RouteDef};

use links::Link;
use model::{Action, Method};
use queries::{Evidence, Said};

/// Characters of a user agent that are kept.
const AGENT: usize = 400;

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        preferences::routes::routes(),
        leaving::routes::routes(),
        keeping::routes::routes(),
        suppressing::routes::routes(),
        compliance::routes::routes(),
        sealing::routes::routes(),
        api::routes::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The domain's places: compliance for who looks after consent.
///
/// # Errors
/// None today.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let place = || NavItem::new("/compliance", "Consent", "shield").under("Organise");
    Ok(me.roles.any(policy::KEEPERS).then(place).into_iter().collect())
}

/// What the page of a person leads to: their consent for who looks after it, their own preferences for themselves.
///
/// # Errors
/// None today.
pub fn links_of_person(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Vec<ContextLink>, AppError> {
    if tx.actor().member_id() == Some(member) {
        return Ok(vec![ContextLink {
            href: "/preferences".to_owned(),
            label: "What you get".to_owned(),
            icon: "bell",
        }]);
    }
    let link = || ContextLink {
        href: format!("/people/{member}/consent"),
        label: "Consent".to_owned(),
        icon: "shield",
    };
    Ok(policy::may_keep(tx.actor())
        .is_ok()
        .then(link)
        .into_iter()
        .collect())
}

/// Who asks for consent and signs messages: the organization's name, postal address and how to reach it.
///
/// # Errors
/// When the database fails.
pub fn asker(tx: &mut TenantTx<'_>) -> Result<queries::Asker, AppError> {
    Ok(queries::asker(tx)?)
}

/// How many people took something back by a message itself, with its link, its button or an answer, on each day of a span in a zone.
///
/// # Errors
/// When the database fails.
pub fn left_by_day(
    tx: &mut TenantTx<'_>,
    span: (DateTime<Utc>, DateTime<Utc>),
    zone: Tz,
) -> Result<Vec<(NaiveDate, i64)>, AppError> {
    let found = compliance::queries::left_by_day(tx, span, zone.name())?;
    Ok(found.into_iter().map(|one| (one.day, one.people)).collect())
}

/// The scope of who has a link: the portal itself, in the organization that the link names.
pub fn scope_of(link: &Link, request: Uuid) -> TenantScope {
    TenantScope::of_portal(link.org, "consent.link").correlated(request)
}

/// From where something is said, behind trusted proxies, and with what.
pub fn seen_by(request: &HttpRequest) -> Evidence {
    let agent = request
        .headers()
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    Evidence {
        ip: Client::of(request).address.to_string(),
        user_agent: agent.chars().take(AGENT).collect(),
        ..Evidence::default()
    }
}

/// What goes of an erased person, and what stays so that they are never written to again.
///
/// # Errors
/// When the database fails.
pub fn erase(tx: &mut TenantTx<'_>, keys: &KeyRing, erasing: &Erasing) -> Result<(), AppError> {
    actions::forget(tx, keys, erasing.member())
}

/// What was said about messages, for the person it is about.
///
/// # Errors
/// When the database fails.
pub fn gathered(tx: &mut TenantTx<'_>, _keys: &KeyRing, member: MemberId) -> Result<Vec<Gathered>, AppError> {
    let evidence = queries::evidence(tx, member)?;
    let gather = |record: model::Record| {
        let seen = evidence.get(&record.id).map(|(seen, _)| seen);
        let mut words = vec![format!(
            "{}: {}, {}",
            record.action.label(),
            record.category,
            record.channel.label()
        )];
        words.push(record.method.label().to_owned());
        if let Some(seen) = seen {
            let circumstances = [&seen.address, &seen.ip, &seen.user_agent, &seen.note];
            words.extend(circumstances.into_iter().filter(|word| !word.is_empty()).cloned());
        }
        Gathered {
            title: "Consent".to_owned(),
            when: utc(record.effective_at),
            by: String::new(),
            text: words.join("\n"),
            note: None,
            needs_review: false,
        }
    };
    Ok(queries::records(tx, member)?.into_iter().map(gather).collect())
}

/// When two records of a person are made one, what the one that is given up said no to counts for the one that is kept. It stays so when
/// they are parted again: whoever said no once is not written to by mistake.
pub const MERGE: MergePart = MergePart {
    table: "consent_records",
    join: take_over_withdrawals,
    part: |_, _, _| Ok(()),
};

fn take_over_withdrawals(tx: &mut TenantTx<'_>, merging: &Merging) -> Result<Value, AppError> {
    let decisions = fold::fold(&queries::records(tx, merging.given_up())?);
    let now = tx.now();
    let said: Vec<Said> = decisions
        .into_iter()
        .filter(|(_, decision)| !decision.is_allowed)
        .map(|((channel, category), decision)| Said {
            channel,
            category,
            action: Action::Withdraw,
            basis: None,
            method: Method::Merge,
            text: None,
            effective_at: decision.decided_at.min(now),
            expires_at: None,
            answers: None,
            evidence: Evidence::default(),
        })
        .collect();
    let written = actions::write_down(tx, &policy::by_portal(merging.kept()), &said)?;
    Ok(serde_json::json!(written))
}
