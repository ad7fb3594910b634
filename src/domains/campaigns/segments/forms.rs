//! What browsers send about segments.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

use crate::domains::people::fields::model::CustomField;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::time::read_day;
use crate::kernel::validate::Check;
use crate::platform::db::TenantTx;

use super::lines::{self, Control, Line, NOT};
use super::model::{Condition, Leaf, MOST_DAYS};
use super::queries::{self, Words};

/// A segment as typed: fields of their own, and `line-0-about`, `line-0-op` … for each line.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Vec<(String, String)>")]
pub struct SegmentForm {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// Its tree, line by line.
    pub lines: Vec<Line>,
    /// The button that was pressed, when it changes the form.
    pub button: String,
}

impl From<Vec<(String, String)>> for SegmentForm {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        let mut by_number: BTreeMap<usize, Line> = BTreeMap::new();
        for (name, value) in pairs {
            let part = name.strip_prefix("line-").and_then(|rest| rest.split_once('-'));
            match (name.as_str(), part) {
                ("name", _) => form.name = value,
                ("about", _) => form.about = value,
                ("button", _) => form.button = value,
                (_, Some((number, part))) => {
                    let Ok(number) = number.parse() else { continue };
                    set(by_number.entry(number).or_default(), part, value);
                }
                _ => {}
            }
        }
        form.lines = lines::straightened(by_number.into_values().collect());
        form
    }
}

fn set(line: &mut Line, part: &str, value: String) {
    match part {
        "level" => line.level = value.parse().unwrap_or(1),
        "about" => line.about = value,
        "op" => line.op = value,
        "value" => line.value = value,
        _ => {}
    }
}

impl SegmentForm {
    /// The form of a new segment.
    pub fn fresh() -> Self {
        Self {
            lines: lines::fresh(),
            ..Self::default()
        }
    }

    /// The form after its button was pressed.
    #[must_use]
    pub fn pressed(self) -> Self {
        Self {
            lines: lines::pressed(self.lines, &self.button),
            button: String::new(),
            ..self
        }
    }

    /// What was meant.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with every problem at once.
    pub fn parse(&self, tx: &mut TenantTx<'_>, fields: &[CustomField]) -> Result<Words, AppError> {
        let mut check = Check::default();
        let name = check.line("name", "Name", &self.name, 1, 80);
        let about = check.text("about", "What it is for", &self.about, 0, 500);
        let condition = self.condition(tx, fields)?;
        if let Err(errors) = &condition {
            for (field, message) in errors.iter() {
                check.refuse_when(true, field, message);
            }
        }
        let words = check.finish(|| (name, about))?;
        let condition = condition?;
        Ok(Words {
            name: words.0,
            about: words.1,
            condition,
        })
    }

    /// The tree that was meant, or what is wrong with its lines.
    ///
    /// # Errors
    /// When the database fails.
    pub fn condition(
        &self,
        tx: &mut TenantTx<'_>,
        fields: &[CustomField],
    ) -> Result<Result<Condition, FieldErrors>, AppError> {
        let named: Vec<(usize, &'static str)> = (0..)
            .zip(&self.lines)
            .filter_map(
                |(index, line)| match lines::asking_of(&line.about, fields)?.control {
                    Control::Name(kind) => Some((index, kind)),
                    _ => None,
                },
            )
            .collect();
        let typed: Vec<(&'static str, String)> = named
            .iter()
            .filter_map(|(index, kind)| Some((*kind, self.lines.get(*index)?.value.trim().replace('\0', ""))))
            .collect();
        let mut found = queries::ids(tx, &typed)?;
        let ids = (0..)
            .zip(&named)
            .map(|(place, (index, _))| (*index, found.remove(&place).unwrap_or_default()))
            .collect();
        Ok(Reading {
            lines: &self.lines,
            fields,
            ids,
            at: 0,
            errors: FieldErrors::default(),
        }
        .tree())
    }
}

/// Reads lines from first to last.
struct Reading<'a> {
    lines: &'a [Line],
    fields: &'a [CustomField],
    /// What the names on lines stand for.
    ids: HashMap<usize, Vec<Uuid>>,
    at: usize,
    errors: FieldErrors,
}

impl Reading<'_> {
    fn tree(mut self) -> Result<Condition, FieldErrors> {
        let Some(Some(condition)) = self.next(0) else {
            return Err(self.errors);
        };
        // What is wrong with a line is mended first: a group may seem empty for it.
        if let Err(wrong) = condition.check()
            && self.errors.is_empty()
        {
            self.errors.add("rule", wrong.to_string());
        }
        match self.errors.is_empty() {
            true => Ok(condition),
            false => Err(self.errors),
        }
    }

    /// The next line with what is inside of it, when it is as deep as that; nothing in it when it is wrong.
    fn next(&mut self, least: usize) -> Option<Option<Condition>> {
        let line = self.lines.get(self.at).filter(|line| line.level >= least)?;
        let index = self.at;
        self.at += 1;
        if !line.is_group() {
            return Some(self.leaf(index, line));
        }
        let (mut of, mut count) = (Vec::new(), 0);
        while let Some(one) = self.next(line.level + 1) {
            count += 1;
            of.extend(one);
        }
        if count == 0 {
            let message = "This group says nothing: add a condition, or remove the group.";
            self.errors.add(&format!("line-{index}-op"), message);
        }
        let (is_opposite, word) = opposite(&line.op);
        let group = match word {
            "any" => Condition::Any(of),
            _ => Condition::All(of),
        };
        Some(Some(negated(is_opposite, group)))
    }

    fn leaf(&mut self, index: usize, line: &Line) -> Option<Condition> {
        let (is_opposite, op) = opposite(&line.op);
        let read = match lines::field_of(&line.about, self.fields) {
            Some(field) => about_field(field, op, &line.value),
            None => self.about_person(index, line, op),
        };
        match read {
            Ok(leaf) => Some(negated(is_opposite, Condition::Leaf(leaf))),
            Err((part, message)) => {
                self.errors.add(&format!("line-{index}-{part}"), message);
                None
            }
        }
    }

    fn about_person(&self, index: usize, line: &Line, op: &str) -> Result<Leaf, Wrong> {
        let value = line.value.trim();
        Ok(match line.about.as_str() {
            "stage" => Leaf::Stage(chosen(value)?),
            "role" => Leaf::Role(chosen(value)?),
            "shift" => Leaf::Shift(chosen(value)?),
            "language" if ["en", "fr"].contains(&value) => Leaf::Language(value.to_owned()),
            "language" => return Err(not_chosen()),
            "joined_on" if op == "after" => Leaf::JoinedAfter(day(value)?),
            "joined_on" => Leaf::JoinedBefore(day(value)?),
            "joined" => Leaf::JoinedWithin(days(value)?),
            "reach" if value == "email" => Leaf::HasEmail,
            "reach" if value == "phone" => Leaf::HasPhone,
            "reach" => return Err(not_chosen()),
            "login" => Leaf::HasLogin,
            "active" => Leaf::ActiveWithin(days(value)?),
            "never" => Leaf::NeverActive,
            "any_steward" => Leaf::HasSteward,
            "spoken" => Leaf::SpokenWithin(days(value)?),
            about => self.about_named(index, about, value)?,
        })
    }

    fn about_named(&self, index: usize, about: &str, value: &str) -> Result<Leaf, Wrong> {
        use crate::kernel::ids::{
            CampaignId, ContextId, DepartmentId, MemberId, SegmentId, TagId, WorksiteId,
        };
        let one = || match self.ids.get(&index).map(Vec::as_slice) {
            _ if value.is_empty() => Err(("value", "Write which one.".to_owned())),
            Some([id]) => Ok(*id),
            Some([_, _, ..]) => Err((
                "value",
                "Several are called that. Choose one from the list that opens as you type.".to_owned(),
            )),
            _ => Err(("value", "There is none of this name.".to_owned())),
        };
        Ok(match about {
            "tag" => Leaf::Tag(TagId(one()?)),
            "worksite" => Leaf::Worksite(WorksiteId(one()?)),
            "department" => Leaf::Department(DepartmentId(one()?)),
            "belongs" => Leaf::Belongs(ContextId(one()?)),
            "steward" => Leaf::Steward(MemberId(one()?)),
            "sent" => Leaf::Sent(CampaignId(one()?)),
            "segment" => Leaf::Segment(SegmentId(one()?)),
            _ => return Err(("about", "Choose what this condition is about.".to_owned())),
        })
    }
}

/// Which part of a line is wrong, and how.
type Wrong = (&'static str, String);

fn about_field(field: &CustomField, op: &str, value: &str) -> Result<Leaf, Wrong> {
    let id = field.id;
    let text = value.trim();
    Ok(match op {
        "empty" => Leaf::FieldEmpty { field: id },
        "before" => Leaf::FieldBefore {
            field: id,
            day: day(text)?,
        },
        "after" => Leaf::FieldAfter {
            field: id,
            day: day(text)?,
        },
        "has" if !text.is_empty() && text.chars().count() <= 1_000 && !text.contains('\0') => {
            Leaf::FieldHas {
                field: id,
                part: text.to_owned(),
            }
        }
        "has" => return Err(("value", "Write what it contains.".to_owned())),
        _ => {
            let read = field.read(text, read_day).map_err(|wrong| ("value", wrong))?;
            let missing = || ("value", "Write what it is.".to_owned());
            Leaf::FieldIs {
                field: id,
                value: read.ok_or_else(missing)?,
            }
        }
    })
}

fn opposite(op: &str) -> (bool, &str) {
    match op.strip_prefix(NOT) {
        Some(op) => (true, op),
        None => (false, op),
    }
}

fn negated(is_opposite: bool, condition: Condition) -> Condition {
    match is_opposite {
        true => Condition::Not(Box::new(condition)),
        false => condition,
    }
}

fn chosen<T: std::str::FromStr>(value: &str) -> Result<T, Wrong> {
    value.parse().map_err(|_| not_chosen())
}

fn not_chosen() -> Wrong {
    ("value", "Choose one from the list.".to_owned())
}

fn day(value: &str) -> Result<NaiveDate, Wrong> {
    read_day(value).ok_or_else(|| {
        (
            "value",
            "Write the day as year-month-day, such as 2026-12-24.".to_owned(),
        )
    })
}

fn days(value: &str) -> Result<i32, Wrong> {
    value
        .parse()
        .ok()
        .filter(|days| (1..=MOST_DAYS).contains(days))
        .ok_or_else(|| {
            (
                "value",
                format!("Write a whole number of days from 1 to {MOST_DAYS}."),
            )
        })
}

/// What the list is asked with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// `yes` for those out of use.
    pub archived: String,
    /// After this segment.
    pub after: String,
}

/// What the page of a segment is asked with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PageQuery {
    /// After this person.
    pub after: String,
    /// Whether and why this one is in it: a handle.
    pub who: String,
}
