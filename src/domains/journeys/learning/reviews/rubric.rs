//! Scoring by a rubric. Pure.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::domains::journeys::building::content::Criterion;
use crate::kernel::error::FieldErrors;

/// How well one criterion is met, as the rubric was when it was scored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    pub key: Uuid,
    pub title: String,
    /// What the level says that was chosen; empty for a criterion without levels.
    #[serde(default)]
    pub level: String,
    pub points: u32,
    /// The most there is.
    pub of: u32,
}

/// The most a criterion gives: what it says, or its best level.
pub fn most(criterion: &Criterion) -> u32 {
    let best = criterion.levels.iter().map(|level| level.points).max();
    criterion.points.max(best.unwrap_or(0))
}

/// The field of a form in which a criterion is scored.
pub fn field(criterion: &Criterion) -> String {
    format!("score-{}", criterion.key)
}

/// Reads what was scored: `typed` answers what stands in a field. For a level its place, from 0; otherwise points.
///
/// # Errors
/// What is no level or too many points; with `all`, what was left out.
pub fn read<'a>(
    rubric: &[Criterion],
    typed: impl Fn(&str) -> &'a str,
    needed: Needed,
) -> Result<Vec<Score>, FieldErrors> {
    let (mut scores, mut errors) = (Vec::new(), FieldErrors::default());
    for criterion in rubric {
        let name = field(criterion);
        match (typed(&name).trim(), needed) {
            ("", Needed::All) => errors.add(&name, format!("Score “{}” to approve.", criterion.title)),
            ("", Needed::Some) => {}
            (word, _) => match score(criterion, word) {
                Some(score) => scores.push(score),
                None => errors.add(&name, format!("Between 0 and {} points.", most(criterion))),
            },
        }
    }
    match errors.is_empty() {
        true => Ok(scores),
        false => Err(errors),
    }
}

/// Whether every criterion has to be scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    All,
    Some,
}

fn score(criterion: &Criterion, word: &str) -> Option<Score> {
    let number: u32 = word.parse().ok()?;
    let (level, points) = match criterion.levels.is_empty() {
        true => (String::new(), number),
        false => {
            let level = criterion.levels.get(usize::try_from(number).ok()?)?;
            (level.text.clone(), level.points)
        }
    };
    (points <= most(criterion)).then(|| Score {
        key: criterion.key,
        title: criterion.title.clone(),
        of: most(criterion),
        level,
        points,
    })
}

/// What was scored, as it was kept.
pub fn kept(value: Value) -> Vec<Score> {
    serde_json::from_value(value).unwrap_or_default()
}

/// All of it in words; empty when nothing was scored.
pub fn sum(scores: &[Score]) -> String {
    match scores.is_empty() {
        true => String::new(),
        false => {
            let points: u32 = scores.iter().map(|score| score.points).sum();
            let of: u32 = scores.iter().map(|score| score.of).sum();
            format!("{points} of {of} points")
        }
    }
}
