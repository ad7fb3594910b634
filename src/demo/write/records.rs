//! What the sample organization knows about its people beside where they work: fields of its own, tags, a kept filter, and somebody
//! who has not joined yet.

use chrono::Duration;
use diesel::prelude::*;
use serde_json::json;

use crate::demo::plan::organising::Organising;
use crate::domains::people::fields::model::{FieldKind, Sensitivity};
use crate::domains::people::model::Stage;
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{FieldId, FilterId, MemberId, TagId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{custom_fields, member_filters, member_tags, member_values, members, tags};

use super::Written;

/// Certifications to choose from.
const CERTIFICATIONS: [&str; 4] = [
    "Registered nurse",
    "Practical nurse",
    "Support worker",
    "Technologist",
];
/// Tags, and every how manieth person has one.
const TAGS: [(&str, usize); 4] = [
    ("Bilingual", 5),
    ("Safety committee", 11),
    ("Signed the staffing petition", 3),
    ("Drives to rallies", 17),
];

/// Writes it for the people who have a worksite.
///
/// # Errors
/// When the plan contradicts itself, or the database refuses.
pub fn write(tx: &mut TenantTx<'_>, plan: &Organising, written: &Written) -> Result<(), AppError> {
    let people: Vec<MemberId> = plan
        .places
        .iter()
        .map(|placed| written.member(&placed.person))
        .collect::<Result<_, _>>()?;
    fields(tx, &people)?;
    words(tx, &people)?;
    let stewards = plan.assignments.first().map(|one| written.member(&one.steward));
    if let Some(owner) = stewards.transpose()? {
        filter(tx, owner)?;
    }
    // Some of the newest have not joined yet.
    for person in people.iter().rev().step_by(23).take(3) {
        diesel::update(
            members::table
                .filter(members::id.eq(person))
                .filter(members::user_id.is_null()),
        )
        .set(members::stage.eq(Stage::Lead))
        .execute(tx.conn())?;
    }
    Ok(())
}

fn fields(tx: &mut TenantTx<'_>, people: &[MemberId]) -> Result<(), AppError> {
    let now = tx.now();
    let choices: Vec<String> = CERTIFICATIONS.iter().map(|word| (*word).to_owned()).collect();
    let mut ids = Vec::new();
    for (position, (name, kind, choices, sensitivity)) in [
        ("Certification", FieldKind::Choice, choices, Sensitivity::Normal),
        ("Hired on", FieldKind::Day, Vec::new(), Sensitivity::Normal),
        (
            "Months of dues owed",
            FieldKind::Number,
            Vec::new(),
            Sensitivity::Sensitive,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let id: FieldId = tx.new_id();
        diesel::insert_into(custom_fields::table)
            .values((
                custom_fields::id.eq(id),
                custom_fields::name.eq(name),
                custom_fields::kind.eq(kind),
                custom_fields::choices.eq(choices),
                custom_fields::sensitivity.eq(sensitivity),
                custom_fields::position.eq(i32::try_from(position).unwrap_or_default()),
                custom_fields::created_at.eq(now),
            ))
            .execute(tx.conn())?;
        ids.push(id);
    }
    let [certification, hired, owed] = ids.as_slice() else {
        return Ok(());
    };
    let mut rows = Vec::new();
    for (at, person) in people.iter().enumerate() {
        let years = i64::try_from(at % 19).unwrap_or_default() + 1;
        let hired_on = (now - Duration::days(years * 365 + 40)).date_naive();
        let word = CERTIFICATIONS
            .get(at % CERTIFICATIONS.len())
            .copied()
            .unwrap_or_default();
        rows.push((*person, *certification, word.to_owned()));
        rows.push((*person, *hired, hired_on.to_string()));
        if at % 13 == 0 {
            rows.push((*person, *owed, (1 + at % 3).to_string()));
        }
    }
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(person, field, value)| {
            (
                member_values::member_id.eq(person),
                member_values::field_id.eq(field),
                member_values::value.eq(value),
                member_values::changed_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(member_values::table)
        .values(rows)
        .execute(tx.conn())?;
    Ok(())
}

fn words(tx: &mut TenantTx<'_>, people: &[MemberId]) -> Result<(), AppError> {
    let now = tx.now();
    for (name, every) in TAGS {
        let id: TagId = tx.new_id();
        diesel::insert_into(tags::table)
            .values((tags::id.eq(id), tags::name.eq(name), tags::created_at.eq(now)))
            .execute(tx.conn())?;
        let rows: Vec<_> = people
            .iter()
            .step_by(every)
            .map(|person| {
                (
                    member_tags::member_id.eq(*person),
                    member_tags::tag_id.eq(id),
                    member_tags::added_at.eq(now),
                )
            })
            .collect();
        diesel::insert_into(member_tags::table)
            .values(rows)
            .execute(tx.conn())?;
    }
    Ok(())
}

fn filter(tx: &mut TenantTx<'_>, owner: MemberId) -> Result<(), AppError> {
    let now = tx.now();
    for (name, rule) in [
        ("Nobody spoke with them", json!({ "quiet": "yes" })),
        ("Without a steward", json!({ "alone": "yes" })),
    ] {
        diesel::insert_into(member_filters::table)
            .values((
                member_filters::id.eq(tx.new_id::<FilterId>()),
                member_filters::name.eq(name),
                member_filters::rule.eq(rule),
                member_filters::owner_id.eq(owner),
                member_filters::shared_with.eq(Some(Role::Steward)),
                member_filters::created_at.eq(now),
            ))
            .execute(tx.conn())?;
    }
    Ok(())
}
