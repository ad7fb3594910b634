//! What pages about a template have in common: choices, remarks beside fields, and the table of variables.

use crate::domains::campaigns::content::{Problem, Severity};
use crate::domains::consent;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::mail::Locale;
use crate::platform::web::Choice;

use super::super::forms::{TemplateForm, control_of, in_words};
use super::super::model::Purpose;

/// Empty lines at the end of the table of variables.
const SPARE: usize = 2;

/// The kinds of messages an organization has: keys and names.
///
/// # Errors
/// When the database fails.
pub fn categories(tx: &mut TenantTx<'_>) -> Result<Vec<(String, String)>, AppError> {
    let all = consent::texts::categories(tx, Locale::English)?;
    Ok(all.into_iter().map(|one| (one.key, one.name)).collect())
}

/// What a kind of messages is called.
pub(super) fn category_name(known: &[(String, String)], key: &str) -> String {
    known
        .iter()
        .find(|(known, _)| known == key)
        .map_or_else(|| key.to_owned(), |(_, name)| name.clone())
}

/// The kinds of messages to choose from.
pub(in crate::domains::campaigns::templates) fn category_choices(
    known: Vec<(String, String)>,
    chosen: &str,
) -> Vec<Choice> {
    known
        .into_iter()
        .map(|(key, name)| {
            let is_chosen = key == chosen;
            Choice::new(key, name, is_chosen)
        })
        .collect()
}

/// Why a message can be sent.
pub(in crate::domains::campaigns::templates) fn purposes(chosen: &str) -> Vec<Choice> {
    Purpose::ALL
        .iter()
        .map(|one| Choice::new(one.as_str(), one.label(), one.as_str() == chosen).hint(one.hint()))
        .collect()
}

/// Which version is the newest, in words.
pub(in crate::domains::campaigns::templates) fn version_words(number: i32) -> String {
    match number {
        0 => "No version yet".to_owned(),
        number => format!("Version {number}"),
    }
}

/// A problem beside its field.
pub struct Remark {
    pub words: String,
    pub is_error: bool,
}

/// Everything to say about one field beside its first error, which the field itself shows.
pub(in crate::domains::campaigns::templates) fn remarks(problems: &[Problem], field: &str) -> Vec<Remark> {
    let mut has_first = false;
    problems
        .iter()
        .filter(|one| control_of(one) == field)
        .filter(|one| {
            let is_first = one.severity == Severity::Error && !has_first;
            has_first |= is_first;
            !is_first
        })
        .map(|one| Remark {
            words: in_words(one),
            is_error: one.severity == Severity::Error,
        })
        .collect()
}

/// One line of the table of variables.
pub struct VariableRow {
    pub number: usize,
    pub name: String,
    pub kinds: Vec<Choice>,
    pub needs: Vec<Choice>,
    pub fallback: String,
    pub label: String,
}

const KINDS: [(&str, &str); 4] = [
    ("text", "Text"),
    ("number", "Number"),
    ("date", "Date"),
    ("url", "Web address"),
];
const NEEDS: [(&str, &str); 2] = [("optional", "Optional"), ("required", "Required")];

/// The lines of the table of variables, with some to spare.
pub(in crate::domains::campaigns::templates) fn rows(form: &TemplateForm) -> Vec<VariableRow> {
    let at = |column: &[String], index: usize| column.get(index).cloned().unwrap_or_default();
    let choices = |all: &[(&str, &str)], chosen: &str| {
        all.iter()
            .map(|(value, label)| Choice::new(*value, *label, *value == chosen))
            .collect()
    };
    let filled = form
        .variable_name
        .iter()
        .rposition(|name| !name.trim().is_empty())
        .map_or(0, |last| last + 1);
    (0..filled + SPARE)
        .map(|index| VariableRow {
            number: index + 1,
            name: at(&form.variable_name, index),
            kinds: choices(&KINDS, &at(&form.variable_kind, index)),
            needs: choices(&NEEDS, &at(&form.variable_need, index)),
            fallback: at(&form.variable_fallback, index),
            label: at(&form.variable_label, index),
        })
        .collect()
}
