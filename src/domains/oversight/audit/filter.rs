//! Which entries are wanted.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::ids::MemberId;
use crate::kernel::time::{begin_of_day, read_day};

/// The filters as the address or the export form has them.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AuditQuery {
    /// A handle, with or without `@`.
    pub who: String,
    /// An action such as `tenancy.member.roles_changed`.
    pub action: String,
    /// The id of a thing.
    pub subject: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Older than this entry.
    #[serde(skip_serializing)]
    pub before: String,
}

/// What was meant.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// By this person.
    pub member: Option<MemberId>,
    /// Exactly this action.
    pub action: Option<String>,
    /// About this thing.
    pub subject: Option<Uuid>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
    /// Older than this entry.
    pub before: Option<Uuid>,
}

impl AuditQuery {
    /// What is asked for, but for the person: handles are looked up where there is a database. Days are days of `zone`.
    ///
    /// # Errors
    /// A sentence about the part that cannot be read.
    pub fn filter(&self, zone: Tz) -> Result<AuditFilter, &'static str> {
        Ok(AuditFilter {
            member: None,
            action: Some(self.action.trim())
                .filter(|action| !action.is_empty())
                .map(str::to_owned),
            subject: parsed(&self.subject, "The subject is an id such as those in the list.")?,
            from: day(&self.from)?.map(|day| begin_of_day(day, zone)),
            until: day(&self.to)?
                .and_then(|day| day.checked_add_days(Days::new(1)))
                .map(|day| begin_of_day(day, zone)),
            before: parsed(
                &self.before,
                "The address of this page is broken. Start from the first page.",
            )?,
        })
    }

    /// The handle asked for.
    pub fn handle(&self) -> Option<String> {
        Some(self.who.trim().trim_start_matches('@').to_lowercase()).filter(|handle| !handle.is_empty())
    }

    /// Whether anything is filtered.
    pub fn is_plain(&self) -> bool {
        [&self.who, &self.action, &self.subject, &self.from, &self.to]
            .iter()
            .all(|field| field.trim().is_empty())
    }

    /// The address of the page of these filters that begins after the entry `before`.
    pub fn address(&self, before: &str) -> String {
        let fields = [
            ("who", self.who.as_str()),
            ("action", &self.action),
            ("subject", &self.subject),
            ("from", &self.from),
            ("to", &self.to),
            ("before", before),
        ];
        let given = fields.iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> = given
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        format!("/admin/audit?{}", pairs.join("&"))
    }
}

fn parsed<T: std::str::FromStr>(text: &str, problem: &'static str) -> Result<Option<T>, &'static str> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| problem),
    }
}

fn day(text: &str) -> Result<Option<NaiveDate>, &'static str> {
    match text.trim() {
        "" => Ok(None),
        text => read_day(text)
            .map(Some)
            .ok_or("A day is written like 2026-11-20."),
    }
}
