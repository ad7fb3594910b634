//! The form of a record.

use askama::Template;
use chrono::NaiveDate;

use crate::domains::people::fields::model::{CustomField, FieldKind, Sensitivity};
use crate::domains::people::fields::queries as fields;
use crate::domains::people::model::{Shift, Stage};
use crate::domains::people::policy;
use crate::domains::people::worksites::queries as worksites;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::forms::{BASES, PlacementForm, field_name};
use super::{actions, queries, seen};

/// One of the organization's own fields in the form.
pub struct FieldLine {
    /// What it is called in the form.
    pub key: String,
    pub label: String,
    pub hint: &'static str,
    /// `text`, `number`, `day` or `choice`.
    pub kind: &'static str,
    pub choices: Vec<Choice>,
    pub value: String,
    pub error: String,
}

/// A field with what it says, or what was typed into it. What it says is offered even when it is none of the choices any more: saving
/// something else must not take it away.
fn field_line(field: CustomField, said: String, typed: Option<String>, errors: &FieldErrors) -> FieldLine {
    let key = field_name(field.id);
    let mut words: Vec<(String, String)> = match field.kind {
        FieldKind::Choice => field
            .choices
            .iter()
            .map(|word| (word.clone(), word.clone()))
            .collect(),
        FieldKind::YesNo => vec![
            ("yes".to_owned(), "Yes".to_owned()),
            ("no".to_owned(), "No".to_owned()),
        ],
        _ => Vec::new(),
    };
    if field.kind == FieldKind::Choice && !said.is_empty() && !field.choices.contains(&said) {
        words.push((said.clone(), format!("{said} (no longer offered)")));
    }
    let value = typed.unwrap_or(said);
    FieldLine {
        error: errors.of(&key).to_owned(),
        key,
        hint: match field.sensitivity {
            Sensitivity::Sensitive => "Admins only.",
            Sensitivity::Normal => "",
        },
        kind: match field.kind {
            FieldKind::Day => "day",
            FieldKind::Choice | FieldKind::YesNo => "choice",
            FieldKind::Text | FieldKind::Number => "text",
        },
        choices: words
            .into_iter()
            .map(|(word, label)| choice(word, label, &value))
            .collect(),
        label: field.name,
        value,
    }
}

/// `/people/{member}/record/edit`
#[derive(Template)]
#[template(path = "people/record_form.html")]
pub struct RecordFormPage {
    pub shell: Shell,
    pub card: MemberCard,
    pub stages: Vec<Choice>,
    pub places: Vec<Choice>,
    pub shifts: Vec<Choice>,
    pub bases: Vec<Choice>,
    pub own: Vec<FieldLine>,
    pub form: PlacementForm,
    pub errors: FieldErrors,
}

impl RecordFormPage {
    /// The form: with what was typed when it comes back, else with what is stored.
    ///
    /// # Errors
    /// As [`super::actions::place`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        member: MemberId,
        typed: Option<PlacementForm>,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let person = tenancy::person(tx, member)?;
        let seeing = seen(tx, &person)?;
        policy::may_change(tx.actor(), &seeing)?;
        let said = queries::place(tx, &seeing)?;
        let version = actions::version(tx, &seeing)?;
        let form = PlacementForm {
            version,
            ..typed.unwrap_or_else(|| stored(&said))
        };
        let own = fields::seen(tx, &seeing)?
            .into_iter()
            .map(|(field, value)| {
                let typed = form.own.get(&field_name(field.id)).cloned();
                field_line(field, value.unwrap_or_default(), typed, &errors)
            })
            .collect();
        let open = worksites::open(tx)?;
        let ids: Vec<_> = open.iter().map(|worksite| worksite.id).collect();
        let departments = worksites::departments(tx, &ids)?;
        let mut places = Vec::new();
        for worksite in &open {
            places.push(choice(
                worksite.id.to_string(),
                worksite.name.clone(),
                &form.place,
            ));
            for department in departments.iter().filter(|one| one.worksite_id == worksite.id) {
                places.push(choice(
                    format!("{}:{}", worksite.id, department.id),
                    format!("{} · {}", worksite.name, department.name),
                    &form.place,
                ));
            }
        }
        let there = stored(&said).place;
        if !there.is_empty() && !places.iter().any(|one| one.value == there) {
            let name = [said.worksite.as_deref(), said.department.as_deref()];
            let name = name.into_iter().flatten().collect::<Vec<_>>().join(" · ");
            places.push(choice(there, format!("{name} (closed)"), &form.place));
        }
        Ok(Self {
            shell,
            own,
            card: person.card.clone(),
            stages: Stage::ALL
                .iter()
                .map(|stage| choice(stage.as_str().to_owned(), stage.label().to_owned(), &form.stage))
                .collect(),
            places,
            shifts: worksites::shifts(tx)?
                .into_iter()
                .map(|Shift { id, name }| choice(id.to_string(), name, &form.shift))
                .collect(),
            bases: BASES
                .iter()
                .map(|(word, words)| choice((*word).to_owned(), (*words).to_owned(), &form.legal_basis))
                .collect(),
            form,
            errors,
        })
    }
}

fn choice(value: String, label: String, chosen: &str) -> Choice {
    let is_it = value == chosen;
    Choice::new(value, label, is_it)
}

fn stored(place: &queries::Place) -> PlacementForm {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    PlacementForm {
        stage: place.stage.as_str().to_owned(),
        place: match (place.worksite_id, place.department_id) {
            (Some(worksite), Some(department)) => format!("{worksite}:{department}"),
            (Some(worksite), None) => worksite.to_string(),
            _ => String::new(),
        },
        shift: place.shift_id.map(|id| id.to_string()).unwrap_or_default(),
        joined_on: day(place.joined_on),
        legal_basis: place.legal_basis.clone(),
        basis_noted_on: day(place.basis_noted_on),
        version: String::new(),
        own: std::collections::HashMap::new(),
    }
}
