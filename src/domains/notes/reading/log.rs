//! The log of readings, for privacy officers.

use askama::Template;
use serde::Deserialize;

use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, NoteReadId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Shell, address};

use super::pages::name_of;
use super::queries::{self, Reading};
use crate::domains::notes::policy::LogReading;

/// Readings on a page.
const PAGE: usize = 100;

/// Which readings, as the address has it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    /// About this person only.
    pub about: String,
    pub before: String,
}

/// One reading in the log.
pub struct LogLine {
    pub when: String,
    pub reader: String,
    pub person: String,
    pub person_href: String,
    pub level: &'static str,
    pub purpose: &'static str,
}

/// `/notes/readings`
#[derive(Template)]
#[template(path = "notes/readings.html")]
pub struct ReadingsPage {
    pub shell: Shell,
    pub about: String,
    pub lines: Vec<LogLine>,
    pub start: String,
    pub next: String,
}

impl ReadingsPage {
    /// Who read which restricted notes, and for what.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        _proof: &LogReading,
        query: &LogQuery,
    ) -> Result<Self, AppError> {
        let about: Option<MemberId> = query.about.parse().ok();
        let before: Option<NoteReadId> = query.before.parse().ok();
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::page(tx, about, before, limit)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let last = found
            .last()
            .filter(|_| has_more)
            .map(|reading| reading.id.to_string());
        let people: Vec<MemberId> = found
            .iter()
            .flat_map(|reading| [reading.reader_id, reading.member_id])
            .chain(about)
            .collect();
        let cards = tenancy::member_cards(tx, &people)?;
        let line = |reading: Reading| LogLine {
            when: local_date_time(reading.read_at, me.zone),
            reader: name_of(&cards, reading.reader_id),
            person: name_of(&cards, reading.member_id),
            person_href: format!("/notes/readings?about={}", reading.member_id),
            level: reading.visibility.label(),
            purpose: reading.purpose.label(),
        };
        let page_at =
            |before: &str| address("/notes/readings", &[("about", &query.about), ("before", before)]);
        Ok(Self {
            shell,
            about: about.map(|member| name_of(&cards, member)).unwrap_or_default(),
            lines: found.into_iter().map(line).collect(),
            start: before.map(|_| page_at("")).unwrap_or_default(),
            next: last.map(|id| page_at(&id)).unwrap_or_default(),
        })
    }
}
