//! What somebody fills in. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domains::journeys::lines::Column;
use crate::kernel::error::FieldErrors;
use crate::kernel::time::read_day;
use crate::kernel::validate::Check;

use super::model::{Field, FieldKind};

/// What was filled in, by field: one text, or the keys of what was chosen.
pub type Given = BTreeMap<Uuid, Vec<String>>;

/// Most characters of everything together, with what is asked.
pub const MOST_WRITTEN: usize = 50_000;
/// Most characters of a short text.
const MOST_SHORT: usize = 500;
/// Most characters of a long text.
pub const MOST_LONG: usize = 20_000;
/// Most characters of a number.
const MOST_DIGITS: usize = 40;

/// The name of a field in forms.
pub fn name(field: &Field) -> String {
    format!("w-{}", field.key)
}

/// What was handed in: the fields as they were then, and what was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filled {
    pub title: String,
    pub fields: Vec<Field>,
    pub given: Given,
}

/// A field with its answer, to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub kind: FieldKind,
    pub label: String,
    /// Under a heading only, as Markdown.
    pub help: String,
    /// Of a choice each that was chosen, else the one text; nothing where nothing was filled in.
    pub answers: Vec<String>,
    /// Of a choice all there is to choose from.
    pub options: Vec<String>,
}

impl Filled {
    /// Each field with its answer.
    pub fn told(&self) -> Vec<Told> {
        let told = |field: &Field| Told {
            kind: field.kind,
            label: field.label.clone(),
            help: match field.kind {
                FieldKind::Heading => field.help.clone(),
                _ => String::new(),
            },
            answers: self.answers(field),
            options: field.filled().map(|one| one.text.clone()).collect(),
        };
        self.fields.iter().map(told).collect()
    }

    fn answers(&self, field: &Field) -> Vec<String> {
        let given = self.given.get(&field.key).cloned().unwrap_or_default();
        match field.kind.has_options() {
            false => given.into_iter().filter(|text| !text.is_empty()).collect(),
            true => {
                let is_chosen = |key: Uuid| given.contains(&key.to_string());
                let chosen = field.options.iter().filter(|one| is_chosen(one.key));
                chosen.map(|one| one.text.clone()).collect()
            }
        }
    }

    /// All of it as plain text: for who reads it where there are no fields.
    pub fn text(&self) -> String {
        let part = |one: Told| match one.kind {
            FieldKind::Heading => one.label,
            _ if one.answers.is_empty() => format!("{}\n–", one.label),
            _ => format!("{}\n{}", one.label, one.answers.join("\n")),
        };
        let parts: Vec<String> = self.told().into_iter().map(part).collect();
        parts.join("\n\n")
    }

    /// What was written in words of one's own.
    pub fn written(&self) -> String {
        let own = self.told().into_iter().filter(|one| one.kind.is_written());
        let texts: Vec<String> = own.flat_map(|one| one.answers).collect();
        texts.join("\n")
    }
}

/// What a browser sent: a field `w-<key>` for each field of the worksheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SheetForm(BTreeMap<String, Column>);

impl SheetForm {
    /// The same as what was kept.
    pub fn of(given: &Given) -> Self {
        let column =
            |(key, values): (&Uuid, &Vec<String>)| (format!("w-{key}"), values.iter().cloned().collect());
        Self(given.iter().map(column).collect())
    }

    fn values(&self, field: &Field) -> &[String] {
        self.0.get(&name(field)).map(Column::values).unwrap_or_default()
    }

    fn text(&self, field: &Field) -> &str {
        self.values(field).first().map(String::as_str).unwrap_or_default()
    }

    /// What was typed, as it is: to be kept until it is handed in.
    pub fn kept(&self, fields: &[Field]) -> Given {
        let asked = fields.iter().filter(|field| field.kind.is_asked());
        let one = |field: &Field| {
            let values = self.values(field).iter().map(|value| value.replace('\0', ""));
            (field.key, values.filter(|value| !value.is_empty()).collect())
        };
        let all = asked.map(one);
        all.filter(|(_, values): &(Uuid, Vec<String>)| !values.is_empty())
            .collect()
    }

    /// What is handed in.
    ///
    /// # Errors
    /// Every problem at once, beside its field.
    pub fn parse(&self, title: &str, fields: &[Field]) -> Result<Filled, FieldErrors> {
        let mut check = Check::default();
        let mut given = Given::new();
        for field in fields.iter().filter(|field| field.kind.is_asked()) {
            let values = self.read(&mut check, field);
            if !values.is_empty() {
                given.insert(field.key, values);
            }
        }
        let first = fields.iter().find(|field| field.kind.is_asked()).map(name);
        let at = first.unwrap_or_default();
        let filled = Filled {
            title: title.to_owned(),
            fields: fields.to_vec(),
            given,
        };
        check.refuse_when(filled.given.is_empty(), &at, "Fill something in first.");
        let is_long = filled.text().chars().count() > MOST_WRITTEN;
        check.refuse_when(
            is_long,
            &at,
            "All of it together has more than 50,000 characters. Shorten it.",
        );
        check.finish(|| filled)
    }

    fn read(&self, check: &mut Check, field: &Field) -> Vec<String> {
        let (at, least) = (name(field), usize::from(field.required));
        let label = format!("“{}”", field.label);
        let typed = self.text(field);
        let read = match field.kind {
            FieldKind::Heading => return Vec::new(),
            FieldKind::One | FieldKind::Several => return self.chosen(check, field, &label),
            FieldKind::Short => check.line(&at, &label, typed, least, MOST_SHORT),
            FieldKind::Long => check.text(&at, &label, typed, least, MOST_LONG),
            FieldKind::Number => number(check, (&at, &label), typed, least),
            FieldKind::Date => {
                check.refuse_when(
                    field.required && typed.trim().is_empty(),
                    &at,
                    &format!("{label} is missing."),
                );
                check
                    .day(&at, typed)
                    .map(|day| day.to_string())
                    .unwrap_or_default()
            }
        };
        Some(read).filter(|text| !text.is_empty()).into_iter().collect()
    }

    fn chosen(&self, check: &mut Check, field: &Field, label: &str) -> Vec<String> {
        let known = field.filled().map(|option| option.key.to_string());
        let most = match field.kind {
            FieldKind::One => 1,
            _ => usize::MAX,
        };
        let values = self.values(field);
        let chosen: Vec<String> = known.filter(|key| values.contains(key)).take(most).collect();
        let words = match field.kind {
            FieldKind::One => format!("Choose an answer to {label}."),
            _ => format!("Choose at least one answer to {label}."),
        };
        check.refuse_when(field.required && chosen.is_empty(), &name(field), &words);
        chosen
    }
}

/// A number as people write it, kept as they wrote it.
fn number(check: &mut Check, (at, label): (&str, &str), typed: &str, least: usize) -> String {
    let text = check.line(at, label, typed, least, MOST_DIGITS);
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let read: Option<f64> = bare.replace(',', ".").parse().ok();
    let is_none = read.is_none_or(|number| !number.is_finite());
    check.refuse_when(
        !text.is_empty() && is_none,
        at,
        &format!("{label} asks for a number, such as 12 or 3.5."),
    );
    text
}

/// A day in words people read, where it is one.
pub fn day_in_words(text: &str) -> String {
    match read_day(text) {
        Some(day) => day.format("%-d %B %Y").to_string(),
        None => text.to_owned(),
    }
}
