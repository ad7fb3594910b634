//! What a lesson says, line by line: for comparing two versions with the eye.

use crate::domains::journeys::building::content::{Assignment, Content, Question, QuestionKind, Quiz};
use crate::domains::journeys::building::model::Node;
use crate::domains::journeys::worksheets::Worksheet;

/// Every line of a node: its text, then what its kind holds.
pub fn lines(node: &Node) -> Vec<String> {
    let mut lines: Vec<String> = node.body.lines().map(str::to_owned).collect();
    if let Ok(Some(content)) = Content::of(node) {
        of_content(&content, &mut lines);
    }
    lines.extend(of_library(node));
    lines
}

/// What it holds a copy of.
fn of_library(node: &Node) -> Option<String> {
    let source = Content::of(node).ok().flatten()?.source()?;
    Some(format!(
        "From the library: {}, version {}",
        source.title, source.version
    ))
}

fn of_content(content: &Content, lines: &mut Vec<String>) {
    match content {
        Content::Text | Content::Video | Content::File => {}
        Content::Link(link) => {
            lines.push(format!("Address: {}", link.url));
            lines.extend(link.note.lines().map(str::to_owned));
        }
        Content::Quiz(quiz) => of_quiz(quiz, lines),
        Content::Reflection(reflection) => {
            lines.extend(reflection.prompt.lines().map(str::to_owned));
            if reflection.at_least_words > 0 {
                lines.push(format!("At least {} words", reflection.at_least_words));
            }
            lines.extend(reflection.worksheet.iter().flat_map(of_worksheet));
        }
        Content::Assignment(work) => of_assignment(work, lines),
        Content::Checklist(list) => lines.extend(
            list.items
                .iter()
                .map(|item| format!("To tick off: {}", item.text)),
        ),
        Content::Live(live) => {
            let at = live
                .starts_at
                .map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string())
                .unwrap_or_default();
            lines.push(format!("Begins {at}, {} minutes", live.minutes));
            lines.push(format!("Place: {} {}", live.place, live.url));
        }
    }
}

fn of_quiz(quiz: &Quiz, lines: &mut Vec<String>) {
    if let Some(pool) = quiz.pool {
        lines.push(format!("Asks {pool} questions, drawn at random"));
    }
    if let Some(attempts) = quiz.attempts {
        lines.push(format!("Attempts: {attempts}"));
    }
    lines.push(format!("What was right is told: {}", quiz.feedback.label()));
    for question in &quiz.questions {
        of_question(question, lines);
    }
}

fn of_question(question: &Question, lines: &mut Vec<String>) {
    lines.push(format!(
        "Question ({} points): {}",
        question.points, question.prompt
    ));
    for option in &question.options {
        let mark = if option.right { "right" } else { "wrong" };
        lines.push(
            format!("  {mark}: {} {}", option.text, option.feedback)
                .trim_end()
                .to_owned(),
        );
    }
    match (question.kind, question.answer.number) {
        (QuestionKind::Number, Some(number)) => {
            lines.push(format!(
                "  right: {number}, or up to {} off",
                question.answer.tolerance
            ));
        }
        (QuestionKind::Short, _) => lines.push(format!("  right: {}", question.answer.accepted.join(" or "))),
        _ => {}
    }
    if !question.feedback.is_empty() {
        lines.push(format!("  afterwards: {}", question.feedback));
    }
}

fn of_assignment(work: &Assignment, lines: &mut Vec<String>) {
    lines.extend(work.brief.lines().map(str::to_owned));
    if let Some(days) = work.days_to_review {
        lines.push(format!("A coach answers within {days} days"));
    }
    lines.extend(work.worksheet.iter().flat_map(of_worksheet));
    for criterion in &work.rubric {
        lines.push(format!(
            "Judged by: {} (up to {} points)",
            criterion.title, criterion.points
        ));
        lines.extend(
            criterion
                .levels
                .iter()
                .map(|level| format!("  {}: {}", level.points, level.text)),
        );
    }
}

fn of_worksheet(sheet: &Worksheet) -> Vec<String> {
    let mut lines = Vec::new();
    for field in &sheet.fields {
        let needed = if field.required { ", needed" } else { "" };
        lines.push(format!("{}{needed}: {}", field.kind.label(), field.label));
        lines.extend(field.help.lines().map(|line| format!("  {line}")));
        lines.extend(
            field
                .filled()
                .map(|option| format!("  to choose: {}", option.text)),
        );
    }
    lines
}
