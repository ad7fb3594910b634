//! What the pages about openings print.

use askama::Template;
use serde::Deserialize;

use crate::domains::notes;
use crate::domains::people::record::pages::{EntryLine, entry_line};
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, OpeningId};
use crate::kernel::time::local_date_time;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{Shell, address};

use super::actions;
use super::forms::OpeningForm;
use super::queries::{self, Opening};

/// Openings on a page.
const PAGE: usize = 50;

/// Notes shown of an opening.
const NOTES: i64 = 500;

/// `/people/{member}/openings/new`
#[derive(Template)]
#[template(path = "privacy/opening_new.html")]
pub struct NewOpeningPage {
    pub shell: Shell,
    pub card: MemberCard,
    pub form: OpeningForm,
    pub errors: FieldErrors,
}

impl NewOpeningPage {
    /// The form.
    ///
    /// # Errors
    /// As [`actions::expect_opener`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        member: MemberId,
        form: OpeningForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        actions::expect_opener(tx, member)?;
        let card = tenancy::member_cards(tx, &[member])?
            .remove(&member)
            .ok_or(AppError::NotFound)?;
        Ok(Self {
            shell,
            card,
            form,
            errors,
        })
    }
}

/// Which openings, as the address has it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OpeningsQuery {
    pub before: String,
}

/// One opening in the list.
pub struct OpeningLine {
    pub id: OpeningId,
    pub officer: String,
    pub person: String,
    pub basis: &'static str,
    pub when: String,
    pub is_open: bool,
}

/// `/privacy/openings`
#[derive(Template)]
#[template(path = "privacy/openings.html")]
pub struct OpeningsPage {
    pub shell: Shell,
    pub openings: Vec<OpeningLine>,
    pub start: String,
    pub next: String,
}

impl OpeningsPage {
    /// Who opened whose notes, for privacy officers.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        query: &OpeningsQuery,
    ) -> Result<Self, AppError> {
        let before: Option<OpeningId> = query.before.parse().ok();
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::page(tx, before, limit)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        // Nobody learns of openings about themselves here.
        found.retain(|opening| opening.member_id != me.member);
        let next = found
            .last()
            .filter(|_| has_more)
            .map(|opening| opening.id.to_string());
        let page_at = |before: &str| address("/privacy/openings", &[("before", before)]);
        Ok(Self {
            openings: lines(tx, me, found)?,
            shell,
            start: before.map(|_| page_at("")).unwrap_or_default(),
            next: next.map(|id| page_at(&id)).unwrap_or_default(),
        })
    }
}

/// Openings as lists show them.
///
/// # Errors
/// When the database fails.
pub fn lines(
    tx: &mut TenantTx<'_>,
    me: &Member,
    openings: Vec<Opening>,
) -> Result<Vec<OpeningLine>, AppError> {
    let now = tx.now();
    let people: Vec<MemberId> = openings
        .iter()
        .flat_map(|opening| [opening.officer_id, opening.member_id])
        .collect();
    let cards = tenancy::member_cards(tx, &people)?;
    let name = |id: MemberId| cards.get(&id).map_or_else(String::new, |card| card.name.clone());
    let line = |opening: Opening| OpeningLine {
        id: opening.id,
        officer: name(opening.officer_id),
        person: name(opening.member_id),
        basis: opening.basis.label(),
        when: local_date_time(opening.opened_at, me.zone),
        is_open: opening.is_open(now),
    };
    Ok(openings.into_iter().map(line).collect())
}

/// `/privacy/openings/{opening}`
#[derive(Template)]
#[template(path = "privacy/opening.html")]
pub struct OpeningPage {
    pub shell: Shell,
    pub id: OpeningId,
    pub officer: String,
    pub person: String,
    pub member: MemberId,
    pub basis: &'static str,
    pub reason: String,
    pub opened: String,
    pub until: String,
    pub is_open: bool,
    pub is_mine: bool,
    pub is_for_officers: bool,
    pub timeline: Vec<EntryLine>,
}

impl OpeningPage {
    /// One opening: for privacy officers, and for who wrote what it opened.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for everybody else, and for whom it is about.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        keys: &KeyRing,
        id: OpeningId,
    ) -> Result<Self, AppError> {
        let opening = queries::opening(tx, id)?;
        let is_for_officers = me.roles.has(Role::PrivacyOfficer);
        let concerns = is_for_officers || notes::authors_about(tx, opening.member_id)?.contains(&me.member);
        if opening.member_id == me.member || !concerns {
            return Err(AppError::NotFound);
        }
        let is_mine = opening.officer_id == me.member;
        let is_open = opening.is_open(tx.now());
        let timeline = match is_mine && is_open {
            true => notes::timeline_of(tx, keys, opening.member_id, NOTES)?,
            false => Vec::new(),
        };
        let cards = tenancy::member_cards(tx, &[opening.officer_id, opening.member_id])?;
        let name = |id: MemberId| cards.get(&id).map_or_else(String::new, |card| card.name.clone());
        Ok(Self {
            shell,
            id,
            officer: name(opening.officer_id),
            person: name(opening.member_id),
            member: opening.member_id,
            basis: opening.basis.label(),
            opened: local_date_time(opening.opened_at, me.zone),
            until: local_date_time(opening.closed_at.unwrap_or(opening.expires_at), me.zone),
            reason: opening.reason,
            is_open,
            is_mine,
            is_for_officers,
            timeline: timeline.into_iter().map(|entry| entry_line(entry, me)).collect(),
        })
    }
}
