//! The versions of a template.

use askama::Template;

use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, TemplateId};
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::{Shell, address};

use super::super::model::{Channel, Kept, Version, Words};
use super::super::queries;
use super::PAGE;

/// One version in the list.
pub struct VersionLine {
    pub number: i32,
    pub is_current: bool,
    pub note: String,
    pub by: String,
    pub when: String,
    pub machine: String,
    /// The beginning of the digest, by which two versions are told apart.
    pub mark: String,
}

/// `/templates/{template}/versions`
#[derive(Template)]
#[template(path = "campaigns/template_versions.html")]
pub struct VersionsPage {
    pub shell: Shell,
    pub id: TemplateId,
    pub name: String,
    pub lines: Vec<VersionLine>,
    pub start: String,
    pub next: String,
}

impl VersionsPage {
    /// A page of the versions.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: chrono_tz::Tz,
        id: TemplateId,
        before: Option<i32>,
    ) -> Result<Self, AppError> {
        let kept = queries::template(tx, id)?;
        let path = format!("/templates/{id}/versions");
        let mut found = queries::versions(tx, id, before, PAGE + 1)?;
        let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let is_more = found.len() > shown;
        found.truncate(shown);
        let next = match (is_more, found.last()) {
            (true, Some(last)) => address(&path, &[("before", &last.version.to_string())]),
            _ => String::new(),
        };
        let by: Vec<MemberId> = found.iter().filter_map(|one| one.made_by).collect();
        let cards = tenancy::member_cards(tx, &by)?;
        let name = |one: &Version| {
            let card = one.made_by.and_then(|by| cards.get(&by));
            card.map(|card| card.name.clone()).unwrap_or_default()
        };
        Ok(Self {
            shell,
            id,
            lines: found
                .iter()
                .map(|one| version_line(one, &kept, name(one), zone))
                .collect(),
            start: before.map(|_| path).unwrap_or_default(),
            next,
            name: kept.name,
        })
    }
}

fn version_line(one: &Version, kept: &Kept, by: String, zone: chrono_tz::Tz) -> VersionLine {
    VersionLine {
        number: one.version,
        is_current: one.version == kept.current_version,
        note: one.note.clone(),
        by,
        when: local_date_time(one.made_at, zone),
        machine: machine(one.made_at),
        mark: hex::encode(one.digest.get(..4).unwrap_or_default()),
    }
}

/// `/templates/{template}/versions/{version}`
#[derive(Template)]
#[template(path = "campaigns/template_version.html")]
pub struct VersionPage {
    pub shell: Shell,
    pub id: TemplateId,
    pub name: String,
    pub is_mail: bool,
    pub purpose: &'static str,
    pub line: VersionLine,
    pub digest: String,
    pub words: Words,
}

impl VersionPage {
    /// One version as it was saved.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: chrono_tz::Tz,
        (id, number): (TemplateId, i32),
    ) -> Result<Self, AppError> {
        let kept = queries::template(tx, id)?;
        let one = queries::version(tx, id, number)?;
        let by = name_of(tx, one.made_by)?;
        Ok(Self {
            shell,
            id,
            is_mail: kept.channel == Channel::Email,
            purpose: one.purpose.label(),
            line: version_line(&one, &kept, by, zone),
            digest: hex::encode(&one.digest),
            name: kept.name,
            words: Words::read(one.draft)?,
        })
    }
}

/// What somebody is called; empty for nobody.
pub(super) fn name_of(tx: &mut TenantTx<'_>, member: Option<MemberId>) -> Result<String, AppError> {
    let ids: Vec<MemberId> = member.into_iter().collect();
    let cards = tenancy::member_cards(tx, &ids)?;
    Ok(cards
        .into_values()
        .next()
        .map(|card| card.name)
        .unwrap_or_default())
}
