//! What browsers send about contexts.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domains::tenancy::model::{Context, ContextKind};
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::ContextId;
use crate::kernel::time::read_day;
use crate::kernel::validate::Check;

use super::queries::{Archived, ContextFilter};

/// How somebody belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinAs {
    /// As one of many.
    Member,
    /// Looking after the others.
    Leader,
}

/// The list's filters, as the address has them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ContextsQuery {
    pub kind: String,
    pub archived: String,
    pub after: String,
}

impl ContextsQuery {
    /// What is asked for; teams when nothing is.
    pub fn filter(&self) -> ContextFilter {
        ContextFilter {
            kind: self.kind.parse().unwrap_or(ContextKind::Team),
            archived: if self.archived == "yes" {
                Archived::Yes
            } else {
                Archived::No
            },
            after: self.after.parse::<ContextId>().ok(),
        }
    }
}

/// The form of a context, new or existing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ContextForm {
    pub kind: String,
    pub name: String,
    pub description: String,
    pub starts_on: String,
    pub ends_on: String,
    /// `yes` when a channel is to be created too.
    pub with_channel: String,
    /// `yes` when the creator wants to lead it.
    pub lead: String,
    /// The version the form was made from.
    pub version: String,
}

/// What a context says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextWords {
    pub name: String,
    pub description: String,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
}

/// A context to be created.
#[derive(Debug, Clone)]
pub struct NewContext {
    pub kind: ContextKind,
    pub words: ContextWords,
    pub channel: WithChannel,
    /// Whether the creator becomes its leader; those who are not admins always do.
    pub founder: JoinAs,
}

/// Whether a context comes with a channel of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithChannel {
    /// It does.
    Yes,
    /// It does not.
    No,
}

impl ContextForm {
    /// A form for a new context.
    pub fn blank(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            with_channel: "yes".to_owned(),
            ..Self::default()
        }
    }

    /// The form of an existing context.
    pub fn of(context: &Context) -> Self {
        let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        Self {
            kind: context.kind.to_string(),
            name: context.name.clone(),
            description: context.description.clone(),
            starts_on: date(context.starts_on),
            ends_on: date(context.ends_on),
            version: context.version.to_string(),
            ..Self::default()
        }
    }

    /// Reads the form of a new context.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse_new(&self) -> Result<NewContext, FieldErrors> {
        let mut check = Check::default();
        let kind = check
            .one_of::<ContextKind>("kind", "what it is", &self.kind)
            .unwrap_or(ContextKind::Team);
        let words = self.words(&mut check);
        let channel = if self.with_channel == "yes" {
            WithChannel::Yes
        } else {
            WithChannel::No
        };
        let founder = if self.lead == "yes" {
            JoinAs::Leader
        } else {
            JoinAs::Member
        };
        check.finish(|| NewContext {
            kind,
            words,
            channel,
            founder,
        })
    }

    /// Reads the form of an existing context: its words and the version they replace.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse_change(&self) -> Result<(ContextWords, i32), FieldErrors> {
        let mut check = Check::default();
        let words = self.words(&mut check);
        let version = self.version.parse().unwrap_or_default();
        check.finish(|| (words, version))
    }

    fn words(&self, check: &mut Check) -> ContextWords {
        let name = check.line("name", "Name", &self.name, 1, 80);
        let description = check.text("description", "Description", &self.description, 0, 1_000);
        let starts_on = date(check, "starts_on", &self.starts_on);
        let ends_on = date(check, "ends_on", &self.ends_on);
        let backwards = matches!((starts_on, ends_on), (Some(first), Some(last)) if last < first);
        check.refuse_when(backwards, "ends_on", "The last day can't be before the first.");
        ContextWords {
            name,
            description,
            starts_on,
            ends_on,
        }
    }
}

/// A day as browsers send it, or nothing.
fn date(check: &mut Check, field: &str, raw: &str) -> Option<NaiveDate> {
    let raw = raw.trim();
    let day = read_day(raw);
    check.refuse_when(
        !raw.is_empty() && day.is_none(),
        field,
        "Enter a day such as 2026-11-20.",
    );
    day
}
