//! The page of one person's consent.

use askama::Template;

use crate::domains::consent::model::{Action, Channel, EVERYTHING, Record, TRANSACTIONAL};
use crate::domains::consent::standing::Standing;
use crate::domains::consent::{actions, queries, texts};
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::kernel::time::{local_date_time, machine};
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::mail::Locale;
use crate::platform::web::{Choice, Shell};

use super::forms::{BASES, METHODS, NotingForm};

/// Whether one category may be sent over one channel.
pub struct Cell {
    pub channel: &'static str,
    /// `Yes`, `No` or `Ended`.
    pub word: &'static str,
    /// Of the badge.
    pub tone: &'static str,
    pub why: String,
}

/// A kind of messages.
pub struct CategoryRow {
    pub name: String,
    pub cells: Vec<Cell>,
}

/// One record.
pub struct RecordLine {
    pub what: String,
    pub tone: &'static str,
    pub how: String,
    pub when: String,
    pub machine: String,
    pub by: String,
    pub basis: String,
    pub until: String,
    pub evidence: String,
    /// Exactly what they were shown; empty for nothing.
    pub shown: String,
}

/// `/people/{member}/consent`
#[derive(Template)]
#[template(path = "consent/person.html")]
pub struct ConsentPage {
    pub shell: Shell,
    pub person: MemberCard,
    pub channels: Vec<&'static str>,
    pub rows: Vec<CategoryRow>,
    pub suppressed: Vec<String>,
    pub records: Vec<RecordLine>,
    pub form: NotingForm,
    pub errors: FieldErrors,
    pub channel_choices: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub actions: Vec<Choice>,
    pub bases: Vec<Choice>,
    pub methods: Vec<Choice>,
    pub has_address: bool,
}

impl ConsentPage {
    /// Reads it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such person.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        keys: &KeyRing,
        zone: chrono_tz::Tz,
        member: MemberId,
        typed: (NotingForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let person = tenancy::person(tx, member)?.card;
        let situation = actions::situation(tx, keys, member)?;
        let categories = texts::categories(tx, Locale::English)?;
        let rows = categories
            .iter()
            .map(|category| CategoryRow {
                name: category.name.clone(),
                cells: Channel::ALL
                    .iter()
                    .map(|channel| cell(*channel, situation.standing(*channel, &category.key), zone))
                    .collect(),
            })
            .collect();
        let (form, errors) = typed;
        let suppressed = situation
            .suppressed
            .iter()
            .map(|(channel, reason)| format!("{}: {}.", channel.label(), reason.label()))
            .collect();
        Ok(Self {
            shell,
            channels: Channel::ALL.iter().map(|channel| channel.label()).collect(),
            rows,
            suppressed,
            records: lines(tx, member, zone)?,
            channel_choices: choices(Channel::ALL, &form.channel),
            categories: categories
                .into_iter()
                .filter(|category| category.key != TRANSACTIONAL)
                .map(|category| {
                    let is_chosen = category.key == form.category;
                    Choice::new(category.key, category.name, is_chosen)
                })
                .collect(),
            actions: [
                ("grant", "They may be written to"),
                ("withdraw", "They do not want it"),
                ("request", "Ask them to confirm by e-mail"),
            ]
            .map(|(value, label)| Choice::new(value, label, form.action == value))
            .into(),
            bases: BASES
                .iter()
                .map(|one| Choice::new(one.as_str(), one.label(), form.basis == one.as_str()))
                .collect(),
            methods: METHODS
                .iter()
                .map(|one| Choice::new(one.as_str(), one.label(), form.method == one.as_str()))
                .collect(),
            has_address: !actions::addresses(tx, member, Channel::Email)?.is_empty(),
            person,
            form,
            errors,
        })
    }
}

fn choices(channels: &[Channel], chosen: &str) -> Vec<Choice> {
    channels
        .iter()
        .map(|one| Choice::new(one.as_str(), one.label(), chosen == one.as_str()))
        .collect()
}

fn cell(channel: Channel, standing: Standing, zone: chrono_tz::Tz) -> Cell {
    let day =
        |moment: chrono::DateTime<chrono::Utc>| moment.with_timezone(&zone).format("%-d %b %Y").to_string();
    let (word, tone, why) = match standing {
        Standing::Allowed { basis, until: None } => ("Yes", "positive", basis.label().to_owned()),
        Standing::Allowed {
            basis,
            until: Some(until),
        } => (
            "Yes",
            "warning",
            format!("{}, until {}", basis.label(), day(until)),
        ),
        Standing::Withdrawn { at } => ("No", "danger", format!("Said no {}", day(at))),
        Standing::Expired { at } => ("No", "danger", format!("Ran out {}", day(at))),
        Standing::NoBasis => ("No", "", "Nothing stands for it".to_owned()),
    };
    Cell {
        channel: channel.label(),
        word,
        tone,
        why,
    }
}

/// What was said, in words: only who had agreed takes it back.
fn what(record: &Record, given: &[Record]) -> &'static str {
    let had_agreed = given.iter().any(|one| {
        one.channel == record.channel
            && one.effective_at <= record.effective_at
            && (one.category == record.category
                || one.category == EVERYTHING
                || record.category == EVERYTHING)
    });
    match record.action {
        Action::Withdraw if !had_agreed => "Said no",
        action => action.label(),
    }
}

fn lines(tx: &mut TenantTx<'_>, member: MemberId, zone: chrono_tz::Tz) -> Result<Vec<RecordLine>, AppError> {
    let evidence = queries::evidence(tx, member)?;
    let mut records = queries::records(tx, member)?;
    let given: Vec<Record> = records
        .iter()
        .filter(|record| matches!(record.action, Action::Grant | Action::Confirm))
        .cloned()
        .collect();
    records.reverse();
    records.truncate(200);
    let noted_by: Vec<MemberId> = records.iter().filter_map(|record| record.recorded_by).collect();
    let names = tenancy::member_cards(tx, &noted_by)?;
    let mut lines = Vec::with_capacity(records.len());
    for record in records {
        let category = super::super::leaving::pages::category_name(tx, Locale::English, &record.category)?;
        let shown = match record.text_id {
            Some(id) => queries::text(tx, id)?.0,
            None => String::new(),
        };
        let seen = evidence.get(&record.id).map(|(seen, _)| {
            [&seen.address, &seen.ip, &seen.user_agent, &seen.note]
                .into_iter()
                .filter(|word| !word.is_empty())
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(" · ")
        });
        lines.push(RecordLine {
            what: format!(
                "{}: {}, {}",
                what(&record, &given),
                category,
                record.channel.label()
            ),
            tone: match record.action {
                Action::Grant | Action::Confirm | Action::Undo => "positive",
                Action::Withdraw => "danger",
                Action::Request => "",
            },
            how: record.method.label().to_owned(),
            when: local_date_time(record.effective_at, zone),
            machine: machine(record.effective_at),
            by: record
                .recorded_by
                .and_then(|by| names.get(&by))
                .map(|card| card.name.clone())
                .unwrap_or_default(),
            basis: record
                .basis
                .map(|basis| basis.label().to_owned())
                .unwrap_or_default(),
            until: record
                .expires_at
                .map(|until| local_date_time(until, zone))
                .unwrap_or_default(),
            evidence: seen.unwrap_or_default(),
            shown,
        });
    }
    Ok(lines)
}
