//! The list of suppressed addresses.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::domains::consent::model::{Channel, SuppressionReason};
use crate::domains::consent::queries::{self, Suppression};
use crate::domains::tenancy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, SuppressionId};
use crate::kernel::time::{local_date_time, machine};
use crate::kernel::validate::Check;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address};

/// Lines on a page.
pub const PAGE: i64 = 50;
/// Reasons that somebody can name.
pub const REASONS: [SuppressionReason; 4] = [
    SuppressionReason::Asked,
    SuppressionReason::Bounce,
    SuppressionReason::Complaint,
    SuppressionReason::Imported,
];

/// As typed: addresses to add, one a line.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AddingForm {
    pub addresses: String,
    pub reason: String,
    pub note: String,
}

/// As meant.
pub struct Adding {
    pub addresses: Vec<(Channel, String)>,
    pub reason: SuppressionReason,
    pub note: String,
}

/// The channel an address is of; none when it is neither an e-mail address nor an international number.
pub fn channel_of(text: &str) -> Option<Channel> {
    let digits = text.strip_prefix('+').unwrap_or_default();
    let is_number = (7..=15).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit());
    let is_mail = text
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@'));
    match (is_mail && !text.contains(char::is_whitespace), is_number) {
        (true, _) => Some(Channel::Email),
        (_, true) => Some(Channel::Sms),
        _ => None,
    }
}

/// A number as people write it, without what they put between the digits.
pub fn plain(text: &str) -> String {
    let text = text.trim();
    match text.starts_with('+') {
        true => text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.'))
            .collect(),
        false => text.to_lowercase(),
    }
}

impl AddingForm {
    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self) -> Result<Adding, FieldErrors> {
        let mut check = Check::default();
        let lines: Vec<String> = self
            .addresses
            .lines()
            .map(plain)
            .filter(|line| !line.is_empty())
            .collect();
        check.refuse_when(lines.is_empty(), "addresses", "Write at least one address.");
        check.refuse_when(
            lines.len() > 5_000,
            "addresses",
            "At most 5,000 addresses at once.",
        );
        let wrong = lines.iter().find(|line| channel_of(line).is_none());
        if let Some(wrong) = wrong {
            let shown: String = wrong.chars().take(60).collect();
            let message = format!(
                "“{shown}” is neither an e-mail address nor a number with its country, such as +16135550123."
            );
            check.refuse_when(true, "addresses", &message);
        }
        let reason: Option<SuppressionReason> = check.one_of("reason", "a reason", &self.reason);
        let is_ours = reason.is_some_and(|reason| !REASONS.contains(&reason));
        check.refuse_when(is_ours, "reason", "Choose a reason from the list.");
        let note = check.line("note", "Note", &self.note, 0, 300);
        check.finish(|| Adding {
            addresses: lines
                .into_iter()
                .filter_map(|line| Some((channel_of(&line)?, line)))
                .collect(),
            reason: reason.unwrap_or(SuppressionReason::Asked),
            note,
        })
    }
}

/// One of the list.
pub struct SuppressionLine {
    pub id: SuppressionId,
    /// The beginning of the hash, by which two lines are told apart.
    pub mark: String,
    pub channel: &'static str,
    pub reason: &'static str,
    pub note: String,
    pub when: String,
    pub machine: String,
    pub by: String,
    pub is_lifted: bool,
    pub lifted: String,
}

/// What the list is asked with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// An address to look for.
    pub address: String,
    pub before: String,
}

/// `/suppressions`
#[derive(Template)]
#[template(path = "consent/suppressions.html")]
pub struct SuppressionsPage {
    pub shell: Shell,
    pub lines: Vec<SuppressionLine>,
    pub address: String,
    pub is_searched: bool,
    pub start: String,
    pub next: String,
    pub form: AddingForm,
    pub errors: FieldErrors,
    pub reasons: Vec<Choice>,
}

impl SuppressionsPage {
    /// A page of the list, or what is known about one address.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: chrono_tz::Tz,
        query: &ListQuery,
        hash: Option<(Channel, Vec<u8>)>,
        typed: (AddingForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let before = query.before.parse().ok();
        let is_searched = !query.address.trim().is_empty();
        let mut found = match (is_searched, hash) {
            (true, Some((channel, hash))) => queries::in_force(tx, channel, &[hash])?,
            (true, None) => Vec::new(),
            (false, _) => queries::suppressions(tx, before, PAGE + 1)?,
        };
        let is_more = found.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
        found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        let next = match (is_more, found.last()) {
            (true, Some(last)) => address("/suppressions", &[("before", &last.id.to_string())]),
            _ => String::new(),
        };
        let by: Vec<MemberId> = found.iter().filter_map(|one| one.created_by).collect();
        let names = tenancy::member_cards(tx, &by)?;
        let (form, errors) = typed;
        Ok(Self {
            shell,
            lines: found
                .into_iter()
                .map(|one| {
                    let by = one
                        .created_by
                        .and_then(|by| names.get(&by))
                        .map(|card| card.name.clone())
                        .unwrap_or_default();
                    line(one, by, zone)
                })
                .collect(),
            address: query.address.clone(),
            is_searched,
            start: match before {
                Some(_) => "/suppressions".to_owned(),
                None => String::new(),
            },
            next,
            reasons: REASONS
                .iter()
                .map(|one| Choice::new(one.as_str(), one.label(), form.reason == one.as_str()))
                .collect(),
            form,
            errors,
        })
    }
}

fn line(one: Suppression, by: String, zone: chrono_tz::Tz) -> SuppressionLine {
    SuppressionLine {
        id: one.id,
        mark: hex::encode(one.address_hash.get(..4).unwrap_or_default()),
        channel: one.channel.label(),
        reason: one.reason.label(),
        note: one.note,
        when: local_date_time(one.created_at, zone),
        machine: machine(one.created_at),
        by,
        is_lifted: one.lifted_at.is_some(),
        lifted: match (one.lifted_at, one.lift_reason) {
            (Some(at), Some(reason)) => format!("Lifted {}: {reason}", local_date_time(at, zone)),
            _ => String::new(),
        },
    }
}

/// As typed: why an address may be written to again.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LiftingForm {
    pub reason: String,
}

/// `/suppressions/{suppression}`
#[derive(Template)]
#[template(path = "consent/suppression.html")]
pub struct LiftingPage {
    pub shell: Shell,
    pub line: SuppressionLine,
    pub form: LiftingForm,
    pub errors: FieldErrors,
}

impl LiftingPage {
    /// One of the list.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: chrono_tz::Tz,
        id: SuppressionId,
        typed: (LiftingForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let one = queries::suppression(tx, id)?;
        let by: Vec<MemberId> = one.created_by.into_iter().collect();
        let name = tenancy::member_cards(tx, &by)?
            .into_values()
            .next()
            .map(|card| card.name)
            .unwrap_or_default();
        let (form, errors) = typed;
        Ok(Self {
            shell,
            line: line(one, name, zone),
            form,
            errors,
        })
    }
}
