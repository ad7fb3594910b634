//! Lists inside a lesson as forms send them, column by column: things to tick off, and what work is judged by.

use uuid::Uuid;

use crate::domains::journeys::asking::forms::points;
use crate::domains::journeys::building::content::{Assignment, Checklist, Criterion, Item, Level};
use crate::domains::journeys::lines::{MOST, new_key};
use crate::kernel::validate::Check;

use super::forms::NodeForm;

fn at<'a>(column: &'a [String], index: usize) -> &'a str {
    column.get(index).map(String::as_str).unwrap_or_default()
}

fn key_at(column: &[String], index: usize) -> Uuid {
    at(column, index).parse().unwrap_or_else(|_| new_key())
}

/// Things to tick off.
#[derive(Debug, Clone, Copy)]
pub struct ItemColumns<'a> {
    keys: &'a [String],
    texts: &'a [String],
}

impl<'a> ItemColumns<'a> {
    /// Those of a form.
    pub fn of(form: &'a NodeForm) -> Self {
        Self {
            keys: &form.item_key,
            texts: &form.item_text,
        }
    }
}

/// What was meant by them.
pub fn items(check: &mut Check, columns: &ItemColumns<'_>) -> Checklist {
    let lines = columns.keys.iter().take(MOST).enumerate();
    let item = |(index, _): (usize, &String)| Item {
        key: key_at(columns.keys, index),
        text: check.line(
            "item_text",
            "Something to tick off",
            at(columns.texts, index),
            0,
            300,
        ),
    };
    Checklist {
        items: lines.map(item).collect(),
    }
}

/// What work is judged by.
#[derive(Debug, Clone, Copy)]
pub struct RubricColumns<'a> {
    keys: &'a [String],
    titles: &'a [String],
    points: &'a [String],
    levels: &'a [String],
}

impl<'a> RubricColumns<'a> {
    /// Those of a form.
    pub fn of(form: &'a NodeForm) -> Self {
        Self {
            keys: &form.criterion_key,
            titles: &form.criterion_title,
            points: &form.criterion_points,
            levels: &form.criterion_levels,
        }
    }
}

/// What was meant by them.
pub fn rubric(check: &mut Check, columns: &RubricColumns<'_>) -> Vec<Criterion> {
    let lines = columns.keys.iter().take(MOST).enumerate();
    // Problems are noted at the ids of the fields, of which there is one for each criterion.
    let criterion = |(index, key): (usize, &String)| Criterion {
        key: key_at(columns.keys, index),
        title: check.line(
            &format!("criterion-{key}"),
            "What is looked at",
            at(columns.titles, index),
            0,
            200,
        ),
        points: points(check, &format!("points-{key}"), at(columns.points, index), 0),
        levels: levels(check, &format!("levels-{key}"), at(columns.levels, index)),
    };
    lines.map(criterion).collect()
}

/// A level each line: its points, then what gives them.
fn levels(check: &mut Check, field: &str, typed: &str) -> Vec<Level> {
    let text = check.text(field, "The levels", typed, 0, 2_000);
    let mut levels = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match level(line) {
            Some(level) => levels.push(level),
            None => {
                let start: String = line.chars().take(40).collect();
                let message = format!("Begin each level with its points, such as “2 {start}”.");
                check.refuse_when(true, field, &message);
            }
        }
    }
    levels
}

fn level(line: &str) -> Option<Level> {
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = line.split_at(digits);
    Some(Level {
        points: number.parse().ok()?,
        text: rest
            .trim_start_matches([':', '.', ')', '-', '–', ' '])
            .trim()
            .to_owned(),
    })
}

impl NodeForm {
    /// Puts things to tick off into the columns.
    pub fn show_items(&mut self, list: &Checklist) {
        self.item_key = list.items.iter().map(|item| item.key.to_string()).collect();
        self.item_text = list.items.iter().map(|item| item.text.clone()).collect();
    }

    /// Puts what work is judged by into the columns.
    pub fn show_rubric(&mut self, work: &Assignment) {
        let level = |level: &Level| format!("{} {}", level.points, level.text);
        let levels = |one: &Criterion| one.levels.iter().map(level).collect::<Vec<_>>().join("\n");
        self.criterion_key = work.rubric.iter().map(|one| one.key.to_string()).collect();
        self.criterion_title = work.rubric.iter().map(|one| one.title.clone()).collect();
        self.criterion_points = work.rubric.iter().map(|one| one.points.to_string()).collect();
        self.criterion_levels = work.rubric.iter().map(levels).collect();
    }
}
