//! What editors of questions show.

use super::forms::QuestionFields;
use super::model::QuestionKind;

/// One option of a question.
pub struct OptionLine {
    pub key: String,
    pub text: String,
    pub feedback: String,
    pub is_right: bool,
    pub is_at: bool,
}

/// One question.
pub struct QuestionLine {
    pub key: String,
    pub number: usize,
    pub kind: QuestionKind,
    pub prompt: String,
    pub points: String,
    pub feedback: String,
    pub answer: String,
    pub tolerance: String,
    pub accepted: String,
    pub options: Vec<OptionLine>,
    pub is_at: bool,
}

/// The questions of a form; one goes on at the line of this key.
pub fn lines(fields: &QuestionFields, at: &str) -> Vec<QuestionLine> {
    let line = |(index, key): (usize, &str)| QuestionLine {
        number: index + 1,
        kind: QuestionKind::of(fields.question_kind.at(index)),
        prompt: fields.question_prompt.at(index).to_owned(),
        points: fields.question_points.at(index).to_owned(),
        feedback: fields.question_feedback.at(index).to_owned(),
        answer: fields.question_number.at(index).to_owned(),
        tolerance: fields.question_tolerance.at(index).to_owned(),
        accepted: fields.question_accepted.at(index).to_owned(),
        options: options(fields, key, at),
        is_at: key == at,
        key: key.to_owned(),
    };
    fields.question_key.all().map(line).collect()
}

fn options(fields: &QuestionFields, question: &str, at: &str) -> Vec<OptionLine> {
    let own = fields.option_question.all().filter(|(_, of)| *of == question);
    let line = |(index, _): (usize, &str)| {
        let key = fields.option_key.at(index).to_owned();
        OptionLine {
            text: fields.option_text.at(index).to_owned(),
            feedback: fields.option_feedback.at(index).to_owned(),
            is_right: fields.option_right.has(&key),
            is_at: key == at,
            key,
        }
    };
    own.map(line).collect()
}
