//! Lists inside a lesson as forms send them, column by column: things to tick off, what work is judged by, questions and their options.

use uuid::Uuid;

use crate::domains::journeys::building::content::{
    Answer, Assignment, Checklist, Criterion, Item, Level, Question, QuestionKind, Quiz, QuizOption, new_key,
};
use crate::kernel::validate::Check;

use super::forms::NodeForm;

/// The most lines of any list.
pub const MOST: usize = 200;
/// The most options of all questions together.
const MOST_OPTIONS: usize = 1_000;

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
    let criterion = |(index, _): (usize, &String)| Criterion {
        key: key_at(columns.keys, index),
        title: check.line(
            "criterion_title",
            "What it is judged by",
            at(columns.titles, index),
            0,
            200,
        ),
        points: points(check, "criterion_points", at(columns.points, index), 0),
        levels: levels(&check.text(
            "criterion_levels",
            "The levels",
            at(columns.levels, index),
            0,
            2_000,
        )),
    };
    lines.map(criterion).collect()
}

fn points(check: &mut Check, field: &str, typed: &str, usual: u32) -> u32 {
    match typed.trim() {
        "" => usual,
        typed => u32::try_from(check.whole_number(field, "The points", typed, 0, 1_000)).unwrap_or(usual),
    }
}

/// A level each line: its points, then what gives them.
fn levels(text: &str) -> Vec<Level> {
    let level = |line: &str| {
        let line = line.trim();
        let digits = line.chars().take_while(char::is_ascii_digit).count();
        let (number, rest) = line.split_at(digits);
        let text = rest.trim_start_matches([':', '.', ')', '-', '–', ' ']).trim();
        (!line.is_empty()).then(|| Level {
            text: text.to_owned(),
            points: number.parse().unwrap_or_default(),
        })
    };
    text.lines().filter_map(level).collect()
}

/// Questions and their options.
#[derive(Debug, Clone, Copy)]
pub struct QuestionColumns<'a>(&'a NodeForm);

impl<'a> QuestionColumns<'a> {
    /// Those of a form.
    pub fn of(form: &'a NodeForm) -> Self {
        Self(form)
    }
}

/// What was meant by them.
pub fn questions(check: &mut Check, columns: &QuestionColumns<'_>) -> Vec<Question> {
    let form = columns.0;
    let lines = form.question_key.iter().take(MOST).enumerate();
    lines
        .map(|(index, typed)| question(check, form, index, typed))
        .collect()
}

fn question(check: &mut Check, form: &NodeForm, index: usize, typed_key: &str) -> Question {
    let number = at(&form.question_number, index).trim().replace(',', ".");
    let read: Option<f64> = number.parse().ok().filter(|number: &f64| number.is_finite());
    check.refuse_when(
        !number.is_empty() && read.is_none(),
        "question_number",
        "The right number of a question is no number.",
    );
    let tolerance = at(&form.question_tolerance, index).trim().replace(',', ".");
    let accepted = check.text(
        "question_accepted",
        "What counts as right",
        at(&form.question_accepted, index),
        0,
        2_000,
    );
    Question {
        key: key_at(&form.question_key, index),
        kind: QuestionKind::of(at(&form.question_kind, index)),
        prompt: check.text(
            "question_prompt",
            "A question",
            at(&form.question_prompt, index),
            0,
            2_000,
        ),
        points: points(check, "question_points", at(&form.question_points, index), 1),
        options: options(check, form, typed_key),
        answer: Answer {
            number: read,
            tolerance: tolerance
                .parse()
                .ok()
                .filter(|far: &f64| far.is_finite() && *far >= 0.0)
                .unwrap_or_default(),
            accepted: accepted
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect(),
        },
        feedback: check.text(
            "question_feedback",
            "What is said afterwards",
            at(&form.question_feedback, index),
            0,
            2_000,
        ),
    }
}

fn options(check: &mut Check, form: &NodeForm, question: &str) -> Vec<QuizOption> {
    let lines = form.option_question.iter().take(MOST_OPTIONS).enumerate();
    let own = lines.filter(|(_, of)| *of == question);
    let option = |(index, _): (usize, &String)| QuizOption {
        key: key_at(&form.option_key, index),
        text: check.line("option_text", "An answer", at(&form.option_text, index), 0, 500),
        right: form
            .option_right
            .iter()
            .any(|key| key == at(&form.option_key, index)),
        feedback: check.line(
            "option_feedback",
            "What is said to who chose it",
            at(&form.option_feedback, index),
            0,
            500,
        ),
    };
    own.map(option).collect()
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

    /// Puts questions into the columns.
    pub fn show_questions(&mut self, quiz: &Quiz) {
        let column = |read: &dyn Fn(&Question) -> String| quiz.questions.iter().map(read).collect();
        self.question_key = column(&|one| one.key.to_string());
        self.question_kind = column(&|one| one.kind.as_str().to_owned());
        self.question_prompt = column(&|one| one.prompt.clone());
        self.question_points = column(&|one| one.points.to_string());
        self.question_feedback = column(&|one| one.feedback.clone());
        self.question_number = column(&|one| {
            one.answer
                .number
                .map(|number| number.to_string())
                .unwrap_or_default()
        });
        self.question_tolerance = column(&|one| match one.answer.tolerance {
            far if far > 0.0 => far.to_string(),
            _ => String::new(),
        });
        self.question_accepted = column(&|one| one.answer.accepted.join("\n"));
        let options: Vec<(&Question, &QuizOption)> = quiz
            .questions
            .iter()
            .flat_map(|question| question.options.iter().map(move |one| (question, one)))
            .collect();
        self.option_question = options
            .iter()
            .map(|(question, _)| question.key.to_string())
            .collect();
        self.option_key = options.iter().map(|(_, one)| one.key.to_string()).collect();
        self.option_text = options.iter().map(|(_, one)| one.text.clone()).collect();
        self.option_feedback = options.iter().map(|(_, one)| one.feedback.clone()).collect();
        self.option_right = options
            .iter()
            .filter(|(_, one)| one.right)
            .map(|(_, one)| one.key.to_string())
            .collect();
    }
}
