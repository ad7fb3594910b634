//! Fields and how their values are read and shown.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::kernel::ids::FieldId;
use crate::pg_enum;
use crate::platform::db::schema::custom_fields;

pg_enum! {
    /// What a field holds.
    FieldKind as FieldKind {
        Text = "text": "Text",
        Number = "number": "Number",
        Day = "day": "Day",
        Choice = "choice": "One of some choices",
        YesNo = "yes_no": "Yes or no",
    }
}

pg_enum! {
    /// Who sees a field.
    Sensitivity as FieldSensitivity {
        /// Who sees the record.
        Normal = "normal": "Everybody who sees the record",
        /// Admins only; in no export.
        Sensitive = "sensitive": "Admins only, in no export",
    }
}

/// A field of an organization's own.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = custom_fields)]
pub struct CustomField {
    /// Which.
    pub id: FieldId,
    /// Its name on the record.
    pub name: String,
    /// What it holds.
    pub kind: FieldKind,
    /// The words to choose from.
    pub choices: Vec<String>,
    /// Who sees it.
    pub sensitivity: Sensitivity,
}

impl CustomField {
    /// Reads what was written for it as it is stored; `None` when nothing was. Days are read by `day`.
    ///
    /// # Errors
    /// A sentence about what it should be.
    pub fn read(&self, raw: &str, day: impl Fn(&str) -> Option<NaiveDate>) -> Result<Option<String>, String> {
        let raw = raw.trim();
        if raw.is_empty() {
            return Ok(None);
        }
        let read = match self.kind {
            FieldKind::Text => (raw.chars().count() <= 1_000 && !raw.chars().any(char::is_control))
                .then(|| raw.to_owned())
                .ok_or("must be one line of at most 1000 characters"),
            FieldKind::Number => number(raw).ok_or("must be a number, such as 12 or 12.5"),
            FieldKind::Day => day(raw)
                .map(|day| day.to_string())
                .ok_or("must be a day, such as 2026-12-24"),
            FieldKind::Choice => self
                .choices
                .iter()
                .find(|choice| choice.to_lowercase() == raw.to_lowercase())
                .cloned()
                .ok_or("must be one of the choices"),
            FieldKind::YesNo => yes_or_no(raw).map(str::to_owned).ok_or("must be yes or no"),
        };
        read.map(Some).map_err(|wrong| format!("{} {wrong}.", self.name))
    }

    /// A stored value in words.
    pub fn shown(&self, value: &str) -> String {
        match self.kind {
            FieldKind::YesNo => if value == "yes" { "Yes" } else { "No" }.to_owned(),
            FieldKind::Day => value
                .parse::<NaiveDate>()
                .map_or_else(|_| value.to_owned(), |day| day.format("%-d %B %Y").to_string()),
            _ => value.to_owned(),
        }
    }
}

/// A number as it is stored: digits, perhaps a sign and a full stop; a comma is read as one.
fn number(raw: &str) -> Option<String> {
    let text: String = raw
        .chars()
        .filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}'))
        .map(|c| if c == ',' { '.' } else { c })
        .collect();
    let plain = text.len() <= 40
        && text
            .strip_prefix('-')
            .unwrap_or(&text)
            .chars()
            .all(|c| c.is_ascii_digit() || c == '.')
        && text.parse::<f64>().is_ok_and(f64::is_finite);
    plain.then_some(text)
}

fn yes_or_no(raw: &str) -> Option<&'static str> {
    match raw.to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "x" | "oui" | "o" | "vrai" => Some("yes"),
        "no" | "n" | "false" | "0" | "non" | "faux" => Some("no"),
        _ => None,
    }
}
