//! Questions and their options as forms send them, column by column.

use serde::Deserialize;

use crate::domains::journeys::lines::Column;
use crate::kernel::validate::Check;

use super::model::{Answer, Question, QuestionKind, QuizOption};

/// The most options of all questions together.
const MOST_OPTIONS: usize = 1_000;

/// As typed. Part of a form that sends every question whole with each press.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct QuestionFields {
    pub question_key: Column,
    pub question_kind: Column,
    pub question_prompt: Column,
    pub question_points: Column,
    pub question_feedback: Column,
    pub question_number: Column,
    pub question_tolerance: Column,
    pub question_accepted: Column,
    /// Which question each option belongs to.
    pub option_question: Column,
    pub option_key: Column,
    pub option_text: Column,
    pub option_feedback: Column,
    /// The keys of options that are right.
    pub option_right: Column,
}

/// Points as typed; empty for the usual number of them.
pub fn points(check: &mut Check, field: &str, typed: &str, usual: u32) -> u32 {
    match typed.trim() {
        "" => usual,
        typed => u32::try_from(check.whole_number(field, "The points", typed, 0, 1_000)).unwrap_or(usual),
    }
}

impl QuestionFields {
    /// The fields of these questions.
    pub fn of(questions: &[Question]) -> Self {
        let column = |read: &dyn Fn(&Question) -> String| questions.iter().map(read).collect();
        let options: Vec<(&Question, &QuizOption)> = questions
            .iter()
            .flat_map(|question| question.options.iter().map(move |one| (question, one)))
            .collect();
        let of_options =
            |read: &dyn Fn(&QuizOption) -> String| options.iter().map(|(_, one)| read(one)).collect();
        Self {
            question_key: column(&|one| one.key.to_string()),
            question_kind: column(&|one| one.kind.as_str().to_owned()),
            question_prompt: column(&|one| one.prompt.clone()),
            question_points: column(&|one| one.points.to_string()),
            question_feedback: column(&|one| one.feedback.clone()),
            question_number: column(&|one| {
                one.answer
                    .number
                    .map(|number| number.to_string())
                    .unwrap_or_default()
            }),
            question_tolerance: column(&|one| match one.answer.tolerance {
                far if far > 0.0 => far.to_string(),
                _ => String::new(),
            }),
            question_accepted: column(&|one| one.answer.accepted.join("\n")),
            option_question: options
                .iter()
                .map(|(question, _)| question.key.to_string())
                .collect(),
            option_key: of_options(&|one| one.key.to_string()),
            option_text: of_options(&|one| one.text.clone()),
            option_feedback: of_options(&|one| one.feedback.clone()),
            option_right: options
                .iter()
                .filter(|(_, one)| one.right)
                .map(|(_, one)| one.key.to_string())
                .collect(),
        }
    }

    /// What was meant by them.
    pub fn parse(&self, check: &mut Check) -> Vec<Question> {
        self.question_key
            .lines()
            .map(|(index, key)| self.question(check, index, key))
            .collect()
    }

    fn question(&self, check: &mut Check, index: usize, key: &str) -> Question {
        let (prompt, feedback) = (self.question_prompt.at(index), self.question_feedback.at(index));
        Question {
            key: self.question_key.key_at(index),
            kind: QuestionKind::of(self.question_kind.at(index)),
            prompt: check.text("question_prompt", "A question", prompt, 0, 2_000),
            points: points(check, "question_points", self.question_points.at(index), 1),
            options: self.options(check, key),
            answer: self.answer(check, index),
            feedback: check.text("question_feedback", "What is said afterwards", feedback, 0, 2_000),
        }
    }

    fn answer(&self, check: &mut Check, index: usize) -> Answer {
        let number = self.question_number.at(index).trim().replace(',', ".");
        let read: Option<f64> = number.parse().ok().filter(|number: &f64| number.is_finite());
        check.refuse_when(
            !number.is_empty() && read.is_none(),
            "question_number",
            &format!("Question {}: write the right number in figures.", index + 1),
        );
        let tolerance = self.question_tolerance.at(index).trim().replace(',', ".");
        let far: Option<f64> = tolerance
            .parse()
            .ok()
            .filter(|far: &f64| far.is_finite() && *far >= 0.0);
        check.refuse_when(
            !tolerance.is_empty() && far.is_none(),
            "question_tolerance",
            &format!(
                "Question {}: write in figures by how much it may be off, from 0.",
                index + 1
            ),
        );
        let accepted = self.question_accepted.at(index);
        let accepted = check.text("question_accepted", "What counts as right", accepted, 0, 2_000);
        let lines = accepted.lines().map(str::trim).filter(|line| !line.is_empty());
        Answer {
            number: read,
            tolerance: far.unwrap_or_default(),
            accepted: lines.map(str::to_owned).collect(),
        }
    }

    fn options(&self, check: &mut Check, question: &str) -> Vec<QuizOption> {
        let lines = self.option_question.all().take(MOST_OPTIONS);
        let own = lines.filter(|(_, of)| *of == question);
        let option = |(index, _): (usize, &str)| QuizOption {
            key: self.option_key.key_at(index),
            text: check.line("option_text", "An answer", self.option_text.at(index), 0, 500),
            right: self.option_right.has(self.option_key.at(index)),
            feedback: check.line(
                "option_feedback",
                "What is said to who chose it",
                self.option_feedback.at(index),
                0,
                500,
            ),
        };
        own.map(option).collect()
    }
}
