//! Drawing questions and marking answers. Pure.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domains::journeys::building::content::{Question, QuestionKind, Quiz};
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::{EnrolmentId, NodeKey};

/// What somebody answered to one question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Given {
    /// Keys of options, or the one text that was written.
    pub values: Vec<String>,
    /// Whether it was checked, and so stays as it is.
    pub is_checked: bool,
}

/// Answers by question.
pub type Answers = HashMap<Uuid, Given>;

/// The questions of an attempt, in its order: the same for the same attempt, others for the next.
pub fn draw(quiz: &Quiz, enrolment: EnrolmentId, lesson: NodeKey, number: i16) -> Vec<Uuid> {
    let rank = |question: &Question| -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(enrolment.0.as_bytes());
        hash.update(lesson.0.as_bytes());
        hash.update(number.to_be_bytes());
        hash.update(question.key.as_bytes());
        hash.finalize().to_vec()
    };
    let mut keys: Vec<(Vec<u8>, Uuid)> = quiz.questions.iter().map(|one| (rank(one), one.key)).collect();
    let Some(pool) = quiz.pool.and_then(|pool| usize::try_from(pool).ok()) else {
        return keys.into_iter().map(|(_, key)| key).collect();
    };
    keys.sort();
    keys.into_iter().take(pool.max(1)).map(|(_, key)| key).collect()
}

/// Whether an answer is right.
pub fn is_right(question: &Question, given: &Given) -> bool {
    match question.kind {
        QuestionKind::Single | QuestionKind::Multiple => {
            let mut right: Vec<String> = question
                .options
                .iter()
                .filter(|option| option.right)
                .map(|option| option.key.to_string())
                .collect();
            let mut chosen = given.values.clone();
            right.sort();
            chosen.sort();
            chosen.dedup();
            !right.is_empty() && right == chosen
        }
        QuestionKind::Number => {
            let number = given.values.first().and_then(|text| number_of(text));
            match (number, question.answer.number) {
                (Some(number), Some(right)) => {
                    (number - right).abs() <= question.answer.tolerance.abs() + 1e-9
                }
                _ => false,
            }
        }
        QuestionKind::Short => {
            let given = given.values.first().map(|text| plain(text)).unwrap_or_default();
            !given.is_empty() && question.answer.accepted.iter().any(|right| plain(right) == given)
        }
    }
}

/// Refuses to end a try in which something was left out, unless that is meant, or in which something else than a number stands where one is
/// asked for.
///
/// # Errors
/// Every such question, by the name of its field.
pub fn complete(
    quiz: &Quiz,
    drawn: &[Uuid],
    answers: &Answers,
    may_leave_out: bool,
) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    for (number, key) in (1..).zip(drawn) {
        let Some(question) = quiz.questions.iter().find(|one| one.key == *key) else {
            continue;
        };
        let given = answers.get(key).and_then(|given| given.values.first());
        match given {
            None if !may_leave_out => {
                errors.add(&name(*key), format!("Question {number} is not answered."));
            }
            Some(text) if question.kind == QuestionKind::Number && number_of(text).is_none() => {
                errors.add(
                    &name(*key),
                    format!("Question {number} asks for a number, such as 14.5."),
                );
            }
            _ => {}
        }
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors),
    }
}

/// The field of a form in which a question is answered.
pub fn name(key: Uuid) -> String {
    format!("q-{key}")
}

/// A number as people write it: with a point or a comma, and spaces between thousands.
fn number_of(text: &str) -> Option<f64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    text.replace(',', ".")
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

/// A text without what does not matter: case and spaces.
fn plain(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// What percent of the points of these questions the answers reach, 0 to 100.
pub fn score(quiz: &Quiz, drawn: &[Uuid], answers: &Answers) -> i16 {
    let asked = || {
        drawn
            .iter()
            .filter_map(|key| quiz.questions.iter().find(|one| one.key == *key))
    };
    let all: u64 = asked().map(|question| u64::from(question.points)).sum();
    let reached: u64 = asked()
        .filter(|question| {
            answers
                .get(&question.key)
                .is_some_and(|given| is_right(question, given))
        })
        .map(|question| u64::from(question.points))
        .sum();
    match all {
        0 => 0,
        all => i16::try_from(reached * 100 / all).unwrap_or(100),
    }
}
