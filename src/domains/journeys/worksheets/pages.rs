//! What shows worksheets: to who writes them, to who fills them in, and to who reads what was filled in.

use crate::kernel::error::FieldErrors;
use crate::kernel::markup;

use super::answers::{self, Filled, Given, Told, day_in_words};
use super::forms::FieldFields;
use super::model::{Field, FieldKind, Worksheet};

/// One answer to choose, where it is written.
pub struct ChoiceLine {
    pub key: String,
    pub text: String,
    pub is_at: bool,
}

/// One field, where it is written.
pub struct FieldLine {
    pub key: String,
    pub number: usize,
    pub kind: FieldKind,
    pub label: String,
    pub help: String,
    pub is_required: bool,
    pub choices: Vec<ChoiceLine>,
    pub is_at: bool,
}

/// The fields of an editor; one goes on at the line of this key.
pub fn lines(fields: &FieldFields, at: &str) -> Vec<FieldLine> {
    let line = |(index, key): (usize, &str)| FieldLine {
        number: index + 1,
        kind: FieldKind::of(fields.field_kind.at(index)),
        label: fields.field_label.at(index).to_owned(),
        help: fields.field_help.at(index).to_owned(),
        is_required: fields.field_required.has(key),
        choices: choices(fields, key, at),
        is_at: key == at,
        key: key.to_owned(),
    };
    fields.field_key.all().map(line).collect()
}

fn choices(fields: &FieldFields, field: &str, at: &str) -> Vec<ChoiceLine> {
    let own = fields.choice_field.all().filter(|(_, of)| *of == field);
    let line = |(index, _): (usize, &str)| {
        let key = fields.choice_key.at(index).to_owned();
        ChoiceLine {
            text: fields.choice_text.at(index).to_owned(),
            is_at: key == at,
            key,
        }
    };
    own.map(line).collect()
}

/// HTML that the portal made of Markdown, and cleaned.
#[derive(Debug, Clone, Default)]
pub struct Html(String);

impl Html {
    fn of(source: &str) -> Self {
        Self(markup::document(source).html)
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for Html {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Html {}

/// One answer to choose.
pub struct OptionView {
    pub key: String,
    pub text: String,
    pub is_chosen: bool,
}

/// One field to fill in.
pub struct FieldView {
    pub name: String,
    pub kind: FieldKind,
    pub label: String,
    pub help: String,
    /// What explains a heading.
    pub said: Html,
    pub is_required: bool,
    /// `yes` where it may be left out, as fields take it.
    pub optional: &'static str,
    pub value: String,
    pub options: Vec<OptionView>,
    pub error: String,
}

/// A worksheet to fill in.
pub struct SheetView {
    pub title: String,
    pub fields: Vec<FieldView>,
}

impl SheetView {
    /// A worksheet with what is filled in so far, and what is wrong with it.
    pub fn of(sheet: &Worksheet, given: &Given, errors: &FieldErrors) -> Self {
        let view = |field: &Field| field_view(field, given, errors);
        Self {
            title: sheet.title.clone(),
            fields: sheet.fields.iter().map(view).collect(),
        }
    }
}

fn field_view(field: &Field, given: &Given, errors: &FieldErrors) -> FieldView {
    let values = given.get(&field.key).map(Vec::as_slice).unwrap_or_default();
    let name = answers::name(field);
    let is_heading = !field.kind.is_asked();
    FieldView {
        kind: field.kind,
        label: field.label.clone(),
        help: match is_heading {
            true => String::new(),
            false => field.help.clone(),
        },
        said: match is_heading {
            true => Html::of(&field.help),
            false => Html::default(),
        },
        is_required: field.required,
        optional: if field.required { "" } else { "yes" },
        value: values.first().cloned().unwrap_or_default(),
        options: field
            .filled()
            .map(|option| OptionView {
                key: option.key.to_string(),
                text: option.text.clone(),
                is_chosen: values.contains(&option.key.to_string()),
            })
            .collect(),
        error: errors.of(&name).to_owned(),
        name,
    }
}

/// A field with its answer, to be read.
pub struct ToldView {
    pub is_heading: bool,
    pub label: String,
    /// What explains a heading.
    pub said: Html,
    pub answers: Vec<String>,
    /// Of a choice all there is to choose from.
    pub options: Vec<String>,
}

/// What was handed in, to be read.
pub struct FilledView {
    pub title: String,
    pub told: Vec<ToldView>,
}

impl FilledView {
    /// What was handed in.
    pub fn of(filled: &Filled) -> Self {
        let view = |one: Told| ToldView {
            is_heading: !one.kind.is_asked(),
            answers: match one.kind {
                FieldKind::Date => one.answers.iter().map(|day| day_in_words(day)).collect(),
                _ => one.answers,
            },
            options: one.options,
            label: one.label,
            said: Html::of(&one.help),
        };
        Self {
            title: filled.title.clone(),
            told: filled.told().into_iter().map(view).collect(),
        }
    }

    /// What was kept of it; nothing where a text was handed in.
    pub fn kept(kept: Option<&serde_json::Value>) -> Option<Self> {
        let filled: Filled = serde_json::from_value(kept?.clone()).ok()?;
        Some(Self::of(&filled))
    }
}
