//! What browsers send about imports.

use serde::Deserialize;

use crate::domains::people::fields::model::CustomField;
use crate::domains::people::model::Stage;
use crate::domains::people::record::forms::BASES;
use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

use super::mapping::Target;
use super::model::{Choices, DayOrder, Import, Missing, RowChoice, Verdict};

/// What the columns are and what holds for the whole file, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MappingForm {
    /// A word for each column, in their order.
    pub columns: Vec<String>,
    pub stage: String,
    pub days: String,
    pub country_code: String,
    pub legal_basis: String,
    pub basis_noted_on: String,
    pub make_missing: String,
}

impl MappingForm {
    /// What was chosen, as the form has it.
    pub fn of(choices: &Choices) -> Self {
        Self {
            columns: choices.columns.clone(),
            stage: choices.stage.as_str().to_owned(),
            days: match choices.days {
                DayOrder::DayFirst => "day_first",
                DayOrder::MonthFirst => "month_first",
            }
            .to_owned(),
            country_code: choices.country_code.clone(),
            legal_basis: choices.legal_basis.clone(),
            basis_noted_on: choices
                .basis_noted_on
                .map(|day| day.to_string())
                .unwrap_or_default(),
            make_missing: match choices.missing {
                Missing::Make => "yes".to_owned(),
                Missing::Refuse => String::new(),
            },
        }
    }

    /// Reads the form.
    ///
    /// # Errors
    /// When no column is a name, two are the same, or something that holds for the file is missing.
    pub fn parse(&self, import: &Import, fields: &[CustomField]) -> Result<Choices, FieldErrors> {
        let mut check = Check::default();
        let targets: Vec<Option<Target>> = self
            .columns
            .iter()
            .take(import.header.len())
            .map(|word| Target::of(word, fields))
            .collect();
        for (at, target) in targets.iter().enumerate() {
            let is_twice =
                target.is_some() && targets.get(..at).is_some_and(|before| before.contains(target));
            check.refuse_when(
                is_twice,
                &format!("columns-{at}"),
                "Another column has this meaning already. Choose one of the two.",
            );
        }
        let has = |target| targets.contains(&Some(target));
        check.refuse_when(
            !(has(Target::Name) || has(Target::GivenName) || has(Target::FamilyName)),
            "columns-0",
            "Say which column is the name, or the given name and the family name.",
        );
        let stage = check
            .one_of("stage", "how far they are", &self.stage)
            .unwrap_or(Stage::Member);
        let days = match self.days.as_str() {
            "month_first" => DayOrder::MonthFirst,
            _ => DayOrder::DayFirst,
        };
        let country_code = self.country_code.trim().trim_start_matches("00");
        let digits = country_code.trim_start_matches('+');
        check.refuse_when(
            !digits.is_empty()
                && (digits.len() > 3
                    || !digits.chars().all(|c| c.is_ascii_digit())
                    || digits.starts_with('0')),
            "country_code",
            "Write a country code such as +1 or +33, or leave it empty.",
        );
        let basis = BASES.iter().find(|(word, _)| *word == self.legal_basis);
        check.refuse_when(
            basis.is_none(),
            "legal_basis",
            "Choose why you may keep these people's data.",
        );
        let basis_noted_on = check.day("basis_noted_on", &self.basis_noted_on);
        check.refuse_when(
            self.basis_noted_on.trim().is_empty(),
            "basis_noted_on",
            "Say on which day that was noted, such as the day of the sign-up sheet.",
        );
        check.finish(|| Choices {
            columns: targets
                .iter()
                .map(|target| target.map(Target::word).unwrap_or_default())
                .collect(),
            stage,
            days,
            country_code: match digits.is_empty() {
                true => String::new(),
                false => format!("+{digits}"),
            },
            missing: match self.make_missing.as_str() {
                "yes" => Missing::Make,
                _ => Missing::Refuse,
            },
            legal_basis: basis.map_or_else(String::new, |(word, _)| (*word).to_owned()),
            basis_noted_on,
        })
    }
}

/// Which rows of an import are shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RowsQuery {
    pub show: String,
    pub after: String,
}

impl RowsQuery {
    /// The kind that is asked for, when one is.
    pub fn verdict(&self) -> Option<Verdict> {
        self.show.parse().ok()
    }

    /// The line to go on after.
    pub fn after(&self) -> i32 {
        self.after.parse().unwrap_or(0)
    }
}

/// What happens with possible rows: of some lines, or of all of them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DecisionsForm {
    pub line: Vec<String>,
    pub choice: Vec<String>,
    pub all: String,
    pub after: String,
}

impl DecisionsForm {
    /// For all of them, when that was asked.
    pub fn for_all(&self) -> Option<RowChoice> {
        self.all.parse().ok()
    }

    /// For single lines; what cannot be read is left as it is.
    pub fn by_line(&self) -> Vec<(i32, RowChoice)> {
        self.line
            .iter()
            .zip(&self.choice)
            .filter_map(|(line, choice)| Some((line.parse().ok()?, choice.parse().ok()?)))
            .collect()
    }
}
