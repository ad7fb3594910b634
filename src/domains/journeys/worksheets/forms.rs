//! The fields of a worksheet as its editor sends them, column by column.

use serde::Deserialize;

use crate::domains::journeys::lines::Column;
use crate::kernel::validate::Check;

use super::model::{Field, FieldKind, FieldOption, LONGEST_HELP, LONGEST_LABEL, LONGEST_OPTION};

/// The most options of all fields together.
const MOST_OPTIONS: usize = 1_000;

/// As typed. Part of a form that sends every field whole with each press.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct FieldFields {
    pub field_key: Column,
    pub field_kind: Column,
    pub field_label: Column,
    pub field_help: Column,
    /// The keys of fields that have to be filled in.
    pub field_required: Column,
    /// Which field each option belongs to.
    pub choice_field: Column,
    pub choice_key: Column,
    pub choice_text: Column,
}

impl FieldFields {
    /// The columns of these fields.
    pub fn of(fields: &[Field]) -> Self {
        let column = |read: &dyn Fn(&Field) -> String| fields.iter().map(read).collect();
        let options: Vec<(&Field, &FieldOption)> = fields
            .iter()
            .flat_map(|field| field.options.iter().map(move |one| (field, one)))
            .collect();
        Self {
            field_key: column(&|one| one.key.to_string()),
            field_kind: column(&|one| one.kind.as_str().to_owned()),
            field_label: column(&|one| one.label.clone()),
            field_help: column(&|one| one.help.clone()),
            field_required: fields
                .iter()
                .filter(|one| one.required)
                .map(|one| one.key.to_string())
                .collect(),
            choice_field: options.iter().map(|(of, _)| of.key.to_string()).collect(),
            choice_key: options.iter().map(|(_, one)| one.key.to_string()).collect(),
            choice_text: options.iter().map(|(_, one)| one.text.clone()).collect(),
        }
    }

    /// What was meant by them.
    pub fn parse(&self, check: &mut Check) -> Vec<Field> {
        self.field_key
            .lines()
            .map(|(index, key)| self.field(check, index, key))
            .collect()
    }

    fn field(&self, check: &mut Check, index: usize, key: &str) -> Field {
        let kind = FieldKind::of(self.field_kind.at(index));
        let label = self.field_label.at(index);
        let help = self.field_help.at(index);
        Field {
            key: self.field_key.key_at(index),
            kind,
            label: check.line("field_label", "What a field asks", label, 0, LONGEST_LABEL),
            help: check.text("field_help", "The help", help, 0, LONGEST_HELP),
            required: kind.is_asked() && self.field_required.has(key),
            options: self.options(check, key),
        }
    }

    fn options(&self, check: &mut Check, field: &str) -> Vec<FieldOption> {
        let lines = self.choice_field.all().take(MOST_OPTIONS);
        let own = lines.filter(|(_, of)| *of == field);
        let option = |(index, _): (usize, &str)| {
            let text = self.choice_text.at(index);
            FieldOption {
                key: self.choice_key.key_at(index),
                text: check.line("choice_text", "An answer to choose", text, 0, LONGEST_OPTION),
            }
        };
        own.map(option).collect()
    }
}
