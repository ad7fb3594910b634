//! What a quiz shows: before a try, in it, and after.

use chrono_tz::Tz;

use crate::domains::journeys::building::content::{Feedback, Question, QuestionKind, Quiz};
use crate::kernel::error::FieldErrors;
use crate::kernel::time::local_date_time;

use super::actions::{answers_of, drawn, tries_left};
use super::forms::AnswersForm;
use super::queries::Attempt;
use super::quiz::{Given, is_right, name};

/// One choice of a question.
pub struct OptionLine {
    pub key: String,
    pub text: String,
    pub is_chosen: bool,
    /// `right`, `wrong` or nothing while it is not told.
    pub verdict: &'static str,
    pub feedback: String,
}

/// One question.
pub struct QuestionView {
    pub number: usize,
    /// The name of its field.
    pub name: String,
    /// What is wrong with the answer that was sent; empty when nothing is.
    pub error: String,
    pub key: String,
    pub prompt: String,
    pub points: u32,
    pub kind: QuestionKind,
    pub options: Vec<OptionLine>,
    pub value: String,
    /// Whether nothing was answered.
    pub is_left_out: bool,
    pub is_locked: bool,
    /// Whether it is told what was right.
    pub is_told: bool,
    pub is_right: bool,
    pub feedback: String,
    /// The right answer in words, where it is told and was not given.
    pub answer: String,
}

impl QuestionView {
    /// Whether several may be chosen.
    pub fn takes_several(&self) -> bool {
        self.kind == QuestionKind::Multiple
    }

    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        self.kind == QuestionKind::Number
    }
}

/// A try that is over.
pub struct TryLine {
    pub number: i16,
    pub score: i16,
    pub when: String,
    pub is_enough: bool,
}

/// A quiz.
pub struct QuizView {
    pub questions: Vec<QuestionView>,
    /// The try that goes on; nothing between tries.
    pub number: Option<i16>,
    pub asked: usize,
    pub needed: i16,
    /// How many tries are left, in words; empty when there is no end to them.
    pub left: String,
    pub can_begin: bool,
    pub checks_each: bool,
    pub tries: Vec<TryLine>,
    /// The last try, question by question, where that is told.
    pub review: Vec<QuestionView>,
}

impl QuizView {
    /// Whether handing in was refused for nothing but answers that were left out, and so can be repeated.
    pub fn is_refused(&self) -> bool {
        let mut wrong = self
            .questions
            .iter()
            .filter(|one| !one.error.is_empty())
            .peekable();
        wrong.peek().is_some() && wrong.all(|one| one.is_left_out)
    }
}

/// The quiz as these tries leave it.
pub fn view(
    quiz: &Quiz,
    attempts: &[Attempt],
    (needed, zone): (i16, Tz),
    (typed, errors): (Option<&AnswersForm>, &FieldErrors),
) -> QuizView {
    let open = attempts.iter().find(|one| one.submitted_at.is_none());
    let last = attempts.iter().find(|one| one.submitted_at.is_some());
    let left = tries_left(quiz, attempts);
    let tells = quiz.feedback != Feedback::Never;
    let line = |one: &Attempt| {
        Some(TryLine {
            number: one.number,
            score: one.score?,
            when: local_date_time(one.submitted_at?, zone),
            is_enough: one.score? >= needed,
        })
    };
    let whole = quiz.questions.len();
    let mut view = QuizView {
        questions: open
            .map(|one| questions(quiz, one, Telling::Checked, typed))
            .unwrap_or_default(),
        number: open.map(|one| one.number),
        asked: quiz
            .pool
            .and_then(|pool| usize::try_from(pool).ok())
            .map_or(whole, |pool| pool.min(whole)),
        needed,
        left: match left {
            None => String::new(),
            Some(0) => "No tries left".to_owned(),
            Some(1) => "One try left".to_owned(),
            Some(left) => format!("{left} tries left"),
        },
        can_begin: open.is_none() && left != Some(0),
        checks_each: quiz.feedback == Feedback::AtOnce,
        tries: attempts.iter().filter_map(line).collect(),
        review: match (open, last) {
            (None, Some(last)) if tells => questions(quiz, last, Telling::All, None),
            _ => Vec::new(),
        },
    };
    for question in &mut view.questions {
        errors.of(&question.name).clone_into(&mut question.error);
    }
    view
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// Only of what was checked.
    Checked,
    All,
}

fn questions(
    quiz: &Quiz,
    attempt: &Attempt,
    telling: Telling,
    typed: Option<&AnswersForm>,
) -> Vec<QuestionView> {
    let found = drawn(attempt);
    let answers = match typed {
        Some(form) => form.merged(&found, answers_of(attempt)),
        None => answers_of(attempt),
    };
    let found = found
        .iter()
        .filter_map(|key| quiz.questions.iter().find(|one| one.key == *key));
    (1..)
        .zip(found)
        .map(|(number, question)| {
            let given = answers.get(&question.key).cloned().unwrap_or_default();
            let is_told = telling == Telling::All || given.is_checked;
            question_view(number, question, &given, is_told)
        })
        .collect()
}

fn question_view(number: usize, question: &Question, given: &Given, is_told: bool) -> QuestionView {
    let right = is_right(question, given);
    let option = |option: &crate::domains::journeys::building::content::QuizOption| {
        let is_chosen = given.values.contains(&option.key.to_string());
        OptionLine {
            key: option.key.to_string(),
            text: option.text.clone(),
            is_chosen,
            verdict: match (is_told, option.right, is_chosen) {
                (true, true, _) => "right",
                (true, false, true) => "wrong",
                _ => "",
            },
            feedback: if is_told && is_chosen {
                option.feedback.clone()
            } else {
                String::new()
            },
        }
    };
    QuestionView {
        number,
        name: name(question.key),
        error: String::new(),
        key: question.key.to_string(),
        prompt: question.prompt.clone(),
        points: question.points,
        kind: question.kind,
        options: match question.kind.has_options() {
            true => question.options.iter().map(option).collect(),
            false => Vec::new(),
        },
        value: given.values.first().cloned().unwrap_or_default(),
        is_left_out: given.values.is_empty(),
        is_locked: given.is_checked,
        is_told,
        is_right: right,
        feedback: if is_told {
            question.feedback.clone()
        } else {
            String::new()
        },
        answer: match (is_told, right, question.kind) {
            (true, false, QuestionKind::Number) => question
                .answer
                .number
                .map(|number| number.to_string())
                .unwrap_or_default(),
            (true, false, QuestionKind::Short) => {
                question.answer.accepted.first().cloned().unwrap_or_default()
            }
            _ => String::new(),
        },
    }
}
