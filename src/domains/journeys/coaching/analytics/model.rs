//! Figures of a journey. Pure.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::ids::NodeKey;

/// Of fewer people than this a share says little.
pub const FEW: i64 = 5;
/// Weeks that are looked at.
pub const WEEKS: usize = 26;

/// How far the learners are, all in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    pub enrolled: i64,
    /// Who did anything at all.
    pub begun: i64,
    /// Who has half of what counts done.
    pub half: i64,
    pub finished: i64,
    /// Who left.
    pub left: i64,
}

/// One lesson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LessonFigures {
    pub key: NodeKey,
    pub milestone: String,
    pub title: String,
    pub is_optional: bool,
    pub started: i64,
    /// Done, or counted as done by a coach.
    pub done: i64,
    /// Whose last step it was: they left, or nothing came for two weeks.
    pub stopped: i64,
    /// Seconds from opening it to having it done: a quarter were quicker, half were quicker, three quarters were.
    pub quartiles: Option<[f64; 3]>,
}

/// A week since each learner's first day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WeekFigures {
    /// From 1.
    pub week: usize,
    /// Whose first day is that long ago.
    pub learners: i64,
    /// Lessons that count, done by its end, on average.
    pub done: f64,
    /// What the cohort's pace would have brought; nothing without a pace.
    pub planned: Option<f64>,
}

/// One question of a quiz, in first attempts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuestionFigures {
    pub lesson: NodeKey,
    pub lesson_title: String,
    pub key: Uuid,
    pub prompt: String,
    pub asked: i64,
    pub right: i64,
}

/// All that is said of a version and whoever learns it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub totals: Totals,
    pub lessons: Vec<LessonFigures>,
    pub weeks: Vec<WeekFigures>,
    pub questions: Vec<QuestionFigures>,
}

/// What was done in which week, by how long ago the learners' first day is.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Whole weeks since the first day, at most [`WEEKS`].
    pub elapsed: i32,
    /// In which week after it, from 1.
    pub week: i32,
    pub count: i64,
}

/// The weeks that at least one learner has behind them. Each counts only those who have: who began yesterday does not pull it down.
pub fn weeks(learners: &BTreeMap<i32, i64>, steps: &[Step], plan: Option<(i16, i32)>) -> Vec<WeekFigures> {
    let week = |week: usize| {
        let number = i32::try_from(week).ok()?;
        let there: i64 = learners.range(number..).map(|(_, count)| count).sum();
        let done: i64 = steps
            .iter()
            .filter(|step| step.elapsed >= number && step.week <= number)
            .map(|step| step.count)
            .sum();
        (there > 0).then(|| WeekFigures {
            week,
            learners: there,
            done: done as f64 / there as f64,
            planned: plan.map(|(pace, required)| f64::from((i32::from(pace) * number).min(required))),
        })
    };
    (1..=WEEKS).map_while(week).collect()
}

/// The quartiles of seconds, given how many took how many: between two values as far as the quartile is between their places (the definition
/// of `percentile_cont` in the SQL standard). Nothing of nobody.
pub fn quartiles(took: &BTreeMap<i64, i64>) -> Option<[f64; 3]> {
    let count: i64 = took.values().sum();
    let at = |place: i64| {
        let mut passed = 0;
        let mut found = took.iter().find(|(_, many)| {
            passed += **many;
            passed > place
        });
        found.take().map(|(seconds, _)| *seconds as f64)
    };
    let quartile = |share: f64| {
        let place = share * (count - 1) as f64;
        let (low, high) = (at(place.floor() as i64)?, at(place.ceil() as i64)?);
        Some(low + (high - low) * place.fract())
    };
    Some([quartile(0.25)?, quartile(0.5)?, quartile(0.75)?])
}

/// A share in words: percent, or so many of so many where they are few.
pub fn share(part: i64, whole: i64) -> String {
    match whole {
        0 => "nobody yet".to_owned(),
        whole if whole < FEW => format!("{part} of {whole}"),
        whole => format!("{} %", (part * 100 + whole / 2) / whole),
    }
}

/// A length of time, about.
pub fn duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round();
    match minutes {
        minutes if minutes < 1.0 => "under a minute".to_owned(),
        minutes if minutes < 90.0 => format!("{minutes:.0} min"),
        minutes if minutes < 36.0 * 60.0 => format!("{:.1} h", minutes / 60.0),
        minutes => format!("{:.1} days", minutes / 1_440.0),
    }
}
