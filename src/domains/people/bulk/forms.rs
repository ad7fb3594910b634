//! What browsers send about changes of many.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::domains::people::members::forms::MembersQuery;
use crate::domains::people::model::{AssignmentKind, NewAssignment};
use crate::domains::people::record::forms::TagForm;
use crate::domains::people::stewards::forms::{AssignmentForm, Target, midnight};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::kernel::validate::Check;

use super::model::Doing;

/// A selection and what is done with it, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct BulkForm {
    pub action: String,
    /// The selection, as the address of the list writes it.
    pub rule: String,
    pub picked: Vec<String>,
    pub tag: String,
    pub until: String,
    pub steward: String,
    pub kind: String,
    pub first: String,
    pub last: String,
    pub reason: String,
}

impl BulkForm {
    /// A form from the address of the page that asks.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] when the address cannot be read.
    pub fn of(query: &str) -> Result<Self, AppError> {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Asked {
            action: String,
        }
        let selection: MembersQuery = serde_html_form::from_str(query).map_err(|_| unreadable())?;
        let asked: Asked = serde_html_form::from_str(query).map_err(|_| unreadable())?;
        Ok(Self {
            action: asked.action,
            rule: selection.address("/members", ""),
            picked: selection.picked,
            ..Self::default()
        })
    }

    /// What is done.
    pub fn doing(&self) -> Option<Doing> {
        self.action.parse().ok()
    }

    /// With whom.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] when it cannot be read: that must not mean everybody.
    pub fn selection(&self) -> Result<MembersQuery, AppError> {
        let rule = self.rule.split_once('?').map_or("", |(_, rule)| rule);
        let asked: MembersQuery = serde_html_form::from_str(rule).map_err(|_| unreadable())?;
        Ok(MembersQuery {
            after: String::new(),
            picked: self.picked.clone(),
            ..asked
        })
    }

    /// Reads a tag and its last day.
    ///
    /// # Errors
    /// As [`TagForm::parse`].
    pub fn tag(&self, today: NaiveDate) -> Result<(String, Option<NaiveDate>), FieldErrors> {
        TagForm {
            tag: self.tag.clone(),
            until: self.until.clone(),
        }
        .parse(today)
    }

    /// Reads an assignment; whom it reaches is the selection.
    ///
    /// # Errors
    /// As [`AssignmentForm::parse`].
    pub fn assignment(&self, zone: Tz, now: DateTime<Utc>) -> Result<NewAssignment, FieldErrors> {
        AssignmentForm {
            steward: self.steward.clone(),
            kind: self.kind.clone(),
            department: String::new(),
            shift: String::new(),
            first: self.first.clone(),
            last: self.last.clone(),
        }
        .parse(Target::Person(MemberId(uuid::Uuid::nil())), zone, now)
    }

    /// Reads why records are exported.
    ///
    /// # Errors
    /// When it is shorter than ten characters.
    pub fn reason(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let reason = check.line("reason", "The reason", &self.reason, 10, 300);
        check.finish(|| reason)
    }
}

fn unreadable() -> AppError {
    AppError::BadRequest(
        "Whom you chose can't be read from this address. Go back to the records and choose again.".to_owned(),
    )
}

/// Everything of one steward handed to another, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct HandoverForm {
    pub to: String,
    /// First day; empty for from now on.
    pub first: String,
}

impl HandoverForm {
    /// Reads the form.
    ///
    /// # Errors
    /// No steward, a day that is none.
    pub fn parse(&self, zone: Tz, now: DateTime<Utc>) -> Result<(MemberId, DateTime<Utc>), FieldErrors> {
        let mut check = Check::default();
        let to = check.one_of::<MemberId>("to", "a steward", &self.to);
        let first = check.day("first", &self.first);
        let from = first.map_or(now, |first| midnight(first, zone).max(now));
        match to {
            Some(to) => check.finish(|| (to, from)),
            None => Err(check.finish(|| ()).err().unwrap_or_default()),
        }
    }
}

/// `Steward`, `Backup` … for words about what was done.
pub fn as_what(kind: AssignmentKind) -> &'static str {
    match kind {
        AssignmentKind::Primary => "as their steward",
        AssignmentKind::Backup => "as backup",
        AssignmentKind::Temporary => "as stand-in",
        AssignmentKind::Training => "in training",
    }
}
