//! What browsers send about records.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domains::people::fields::model::CustomField;
use crate::domains::people::model::{ContactKind, Stage};
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::{DepartmentId, FieldId, ShiftId, WorksiteId};
use crate::kernel::validate::Check;

/// Why the organization may keep somebody's data (GDPR, articles 6 and 9), as stored and as people read it.
pub const BASES: &[(&str, &str)] = &[
    ("membership", "They are or were a member"),
    ("regular_contact", "They are in regular contact with us"),
    ("consent", "They consented"),
    ("legitimate_interest", "Legitimate interest, weighed and noted"),
];

/// Where somebody works, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PlacementForm {
    pub stage: String,
    /// A worksite, or a worksite and a department joined by a colon.
    pub place: String,
    pub shift: String,
    pub joined_on: String,
    pub legal_basis: String,
    pub basis_noted_on: String,
    /// What the record said when the form was opened, as [`super::actions::version`] tells it.
    pub version: String,
    /// The organization's own fields, by [`field_name`].
    #[serde(flatten)]
    pub own: HashMap<String, String>,
}

/// What a field of the organization's own is called in the form.
pub fn field_name(id: FieldId) -> String {
    format!("field-{id}")
}

/// Where somebody works, as meant.
#[derive(Debug, Clone)]
pub struct Placement {
    pub stage: Stage,
    pub worksite: Option<WorksiteId>,
    pub department: Option<DepartmentId>,
    pub shift: Option<ShiftId>,
    pub joined_on: Option<NaiveDate>,
    pub legal_basis: &'static str,
    pub basis_noted_on: Option<NaiveDate>,
    /// What the organization's own fields are to say.
    pub own: Vec<(FieldId, Option<String>)>,
}

impl PlacementForm {
    /// Reads the form. What a field says already may stay, even when it is offered no more.
    ///
    /// # Errors
    /// Words that are none of the choices, days that are none, values that do not fit their field.
    pub fn parse(&self, fields: &[(CustomField, Option<String>)]) -> Result<Placement, FieldErrors> {
        let mut check = Check::default();
        let stage = check
            .one_of("stage", "how far they are", &self.stage)
            .unwrap_or(Stage::Member);
        let (worksite, department) = match self.place.split_once(':') {
            Some((worksite, department)) => (worksite, department),
            None => (self.place.as_str(), ""),
        };
        let worksite = check.optional("place", "a worksite", worksite);
        let department = check.optional("place", "a department", department);
        let shift = check.optional("shift", "a shift", &self.shift);
        let joined_on = check.day("joined_on", &self.joined_on);
        let basis_noted_on = check.day("basis_noted_on", &self.basis_noted_on);
        let basis = BASES.iter().find(|(word, _)| *word == self.legal_basis);
        check.refuse_when(basis.is_none(), "legal_basis", "Choose a reason from the list.");
        let mut own = Vec::new();
        for (field, said) in fields {
            let name = field_name(field.id);
            let Some(raw) = self.own.get(&name) else { continue };
            if said.as_deref() == Some(raw.as_str()) {
                continue;
            }
            match field.read(raw, |raw| raw.parse().ok()) {
                Ok(value) => own.push((field.id, value)),
                Err(wrong) => check.refuse_when(true, &name, &wrong),
            }
        }
        check.finish(|| Placement {
            stage,
            worksite,
            department,
            shift,
            joined_on,
            legal_basis: basis.map_or("membership", |(word, _)| word),
            basis_noted_on,
            own,
        })
    }
}

/// A way to reach somebody, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ContactPointForm {
    pub value: String,
    pub label: String,
}

impl ContactPointForm {
    /// Reads the form: an address when there is an `@` in it, else a number.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(&self) -> Result<(ContactKind, String, String), FieldErrors> {
        let mut check = Check::default();
        let label = check.line("label", "The note", &self.label, 0, 40);
        let (kind, value) = match self.value.contains('@') {
            true => (ContactKind::Email, check.email("value", &self.value)),
            false => (ContactKind::Phone, phone(&mut check, &self.value)),
        };
        check.finish(|| (kind, value, label))
    }
}

/// A phone number as E.164 writes it: `+`, country code, number, 7 to 15 digits in all, nothing else (ITU-T E.164, 6).
fn phone(check: &mut Check, raw: &str) -> String {
    let kept: String = raw
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')' | '.' | '/' | '\u{a0}'))
        .collect();
    let number = match kept.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => kept,
    };
    let digits = number.strip_prefix('+').unwrap_or_default();
    let is_number = (7..=15).contains(&digits.len())
        && digits.chars().all(|c| c.is_ascii_digit())
        && !digits.starts_with('0');
    check.refuse_when(
        !is_number,
        "value",
        "Write a phone number with its country code, such as +1 613 555 0142, or an e-mail address.",
    );
    number
}

/// A word to put on somebody, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TagForm {
    pub tag: String,
    pub until: String,
}

impl TagForm {
    /// Reads the form.
    ///
    /// # Errors
    /// A missing or over-long word, a day that is none or over.
    pub fn parse(&self, today: NaiveDate) -> Result<(String, Option<NaiveDate>), FieldErrors> {
        let mut check = Check::default();
        let tag = check.line("tag", "The tag", &self.tag, 1, 40);
        let until = check.day("until", &self.until);
        check.refuse_when(
            until.is_some_and(|until| until < today),
            "until",
            "That day is over already.",
        );
        check.finish(|| (tag, until))
    }
}
