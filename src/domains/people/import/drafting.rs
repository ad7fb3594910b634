//! From the cells of a row to what is meant, with everything that is wrong with it.

use chrono::{Datelike as _, NaiveDate};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::domains::people::fields::model::CustomField;
use crate::domains::people::model::Stage;

use super::mapping::Target;
use super::model::{Choices, DayOrder, Draft};
use super::reading::Record;

/// Reads rows by what was chosen for their columns.
#[derive(Debug, Clone)]
pub struct Drafting<'a> {
    targets: Vec<Option<Target>>,
    choices: &'a Choices,
    fields: &'a [CustomField],
}

impl<'a> Drafting<'a> {
    /// For a file with these choices.
    pub fn new(choices: &'a Choices, fields: &'a [CustomField]) -> Self {
        Self {
            targets: choices
                .columns
                .iter()
                .map(|word| Target::of(word, fields))
                .collect(),
            choices,
            fields,
        }
    }

    /// What a row means.
    pub fn draft(&self, record: &Record) -> Draft {
        let mut draft = Draft {
            line: i32::try_from(record.line).unwrap_or(i32::MAX),
            ..Draft::default()
        };
        let (mut given, mut family) = (String::new(), String::new());
        for (target, cell) in self.targets.iter().zip(&record.cells) {
            let Some(target) = target else { continue };
            let cell: String = unguarded(cell).nfc().collect();
            if cell.is_empty() {
                continue;
            }
            match target {
                Target::GivenName => given = cell,
                Target::FamilyName => family = cell,
                Target::Field(id) => self.own_field(&mut draft, *id, &cell),
                known => self.cell(&mut draft, *known, &cell),
            }
        }
        if draft.name.is_empty() {
            draft.name = format!("{given} {family}").trim().to_owned();
        }
        checked_name(&mut draft);
        if draft.department.is_some() && draft.worksite.is_none() {
            draft
                .problems
                .push("A department needs a worksite beside it.".to_owned());
        }
        draft
    }

    fn cell(&self, draft: &mut Draft, target: Target, cell: &str) {
        let problem = match target {
            Target::Name => {
                draft.name = words(cell);
                None
            }
            Target::Email => keep(&mut draft.email, email(cell), "isn't an e-mail address", cell),
            Target::Phone => keep(
                &mut draft.phone,
                phone(cell, &self.choices.country_code),
                "isn't a phone number with a country code",
                cell,
            ),
            Target::Worksite => keep(
                &mut draft.worksite,
                short(cell, 120),
                "is too long for a worksite",
                cell,
            ),
            Target::Department => keep(
                &mut draft.department,
                short(cell, 120),
                "is too long for a department",
                cell,
            ),
            Target::Shift => keep(&mut draft.shift, short(cell, 40), "is too long for a shift", cell),
            Target::Stage => keep(
                &mut draft.stage,
                stage(cell),
                "is none of lead, member and former",
                cell,
            ),
            Target::JoinedOn => keep(
                &mut draft.joined_on,
                day(cell, self.choices.days),
                "isn't a day",
                cell,
            ),
            Target::Language => keep(
                &mut draft.locale,
                language(cell),
                "is neither English nor French",
                cell,
            ),
            Target::Tags => tags(draft, cell),
            Target::GivenName | Target::FamilyName | Target::Field(_) => None,
        };
        draft.problems.extend(problem);
    }

    fn own_field(&self, draft: &mut Draft, id: crate::kernel::ids::FieldId, cell: &str) {
        let Some(field) = self.fields.iter().find(|field| field.id == id) else {
            return;
        };
        match field.read(cell, |raw| day(raw, self.choices.days)) {
            Ok(Some(value)) => {
                draft.fields.insert(id.to_string(), Value::String(value));
            }
            Ok(None) => {}
            Err(problem) => draft.problems.push(problem),
        }
    }
}

/// Keeps what was read, or says what is wrong with the cell.
fn keep<T>(into: &mut Option<T>, read: Option<T>, wrong: &str, cell: &str) -> Option<String> {
    let problem = read.is_none().then(|| {
        let shown: String = cell.chars().take(60).collect();
        format!("“{shown}” {wrong}.")
    });
    *into = read;
    problem
}

fn checked_name(draft: &mut Draft) {
    let length = draft.name.chars().count();
    if length == 0 {
        draft.problems.push("The name is missing.".to_owned());
    } else if length > 120 {
        draft
            .problems
            .push("The name has more than 120 characters.".to_owned());
    } else if draft.name.chars().any(char::is_control) {
        draft
            .problems
            .push("The name contains control characters.".to_owned());
    }
    draft.name = draft.name.chars().filter(|c| !c.is_control()).take(120).collect();
    if draft.name.is_empty() {
        "?".clone_into(&mut draft.name);
    }
}

/// A cell that some program kept from being a formula: the apostrophe is not part of it.
fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => cell,
    }
}

/// Inner white space as one space.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn short(text: &str, most: usize) -> Option<String> {
    let text = words(text);
    (text.chars().count() <= most && !text.chars().any(char::is_control)).then_some(text)
}

fn email(text: &str) -> Option<String> {
    let text = text.strip_prefix("mailto:").unwrap_or(text).to_lowercase();
    let (local, domain) = text.split_once('@')?;
    let good = !local.is_empty()
        && domain.contains('.')
        && !domain.contains('@')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && text.len() <= 254
        && !text
            .contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>'));
    good.then_some(text)
}

/// A number in E.164 (ITU-T E.164, 6). One without a country code gets the usual one, less a leading zero of its own.
pub fn phone(text: &str, country_code: &str) -> Option<String> {
    let kept: String = text
        .strip_prefix("tel:")
        .unwrap_or(text)
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+' || c.is_alphabetic())
        .collect();
    let code = country_code.trim_start_matches('+');
    let digits = match (kept.strip_prefix('+'), kept.strip_prefix("00")) {
        (Some(rest), _) | (None, Some(rest)) => rest.to_owned(),
        (None, None) if code.is_empty() => return None,
        // In North America the country code is the trunk prefix too.
        (None, None) if code == "1" && kept.len() == 11 && kept.starts_with('1') => kept,
        (None, None) => format!("{code}{}", kept.strip_prefix('0').unwrap_or(&kept)),
    };
    let good = (7..=15).contains(&digits.len())
        && digits.chars().all(|c| c.is_ascii_digit())
        && !digits.starts_with('0');
    good.then(|| format!("+{digits}"))
}

fn stage(text: &str) -> Option<Stage> {
    match text.to_lowercase().as_str() {
        "lead" | "prospect" | "non-member" | "non member" | "not a member" | "non-membre" | "potential" => {
            Some(Stage::Lead)
        }
        "member" | "active" | "membre" | "actif" | "active member" | "membre actif" => Some(Stage::Member),
        "former" | "former member" | "left" | "ancien" | "ancien membre" | "inactive" | "inactif" => {
            Some(Stage::Former)
        }
        _ => None,
    }
}

fn language(text: &str) -> Option<&'static str> {
    match text.to_lowercase().as_str() {
        "en" | "eng" | "english" | "anglais" | "en-ca" | "en_ca" | "en-us" | "en-gb" => Some("en"),
        "fr" | "fra" | "fre" | "french" | "français" | "francais" | "fr-ca" | "fr_ca" | "fr-fr" => {
            Some("fr")
        }
        _ => None,
    }
}

fn tags(draft: &mut Draft, cell: &str) -> Option<String> {
    for tag in cell
        .split([',', ';', '|', '\n'])
        .map(words)
        .filter(|tag| !tag.is_empty())
    {
        if tag.chars().count() > 40 || tag.chars().any(char::is_control) {
            return Some("A tag has more than 40 characters.".to_owned());
        }
        if !draft
            .tags
            .iter()
            .any(|known| known.to_lowercase() == tag.to_lowercase())
        {
            draft.tags.push(tag);
        }
    }
    None
}

/// A day: `2026-12-24` always, `24/12/2026` and `12/24/2026` as was chosen, with `/`, `.` or `-` between.
pub fn day(text: &str, order: DayOrder) -> Option<NaiveDate> {
    // A time of day behind it, as databases write it, is not part of the day.
    let text = text.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<i32> = text
        .split(['/', '.', '-'])
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let (year, month, day) = match (parts.as_slice(), order) {
        ([year, month, day], _) if *year > 31 => (*year, *month, *day),
        ([day, month, year], DayOrder::DayFirst) => (*year, *month, *day),
        ([month, day, year], DayOrder::MonthFirst) => (*year, *month, *day),
        _ => return None,
    };
    let year = if year < 100 { year + 2_000 } else { year };
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
        .filter(|day| (1900..2200).contains(&day.year()))
}
