//! Figures as tables for spreadsheets.

use crate::kernel::error::AppError;

use super::model::{Figures, LessonFigures, QuestionFigures, WeekFigures};

/// Which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    Lessons,
    Weeks,
    Questions,
}

/// CSV (RFC 4180).
///
/// # Errors
/// When it cannot be written.
pub fn csv(figures: &Figures, sheet: Sheet) -> Result<Vec<u8>, AppError> {
    match sheet {
        Sheet::Lessons => write(
            &[
                "Milestone",
                "Lesson",
                "Optional",
                "Enrolled",
                "Started",
                "Done",
                "Stopped there",
                "A quarter within (s)",
                "Half within (s)",
                "Three quarters within (s)",
            ],
            figures.lessons.iter().map(|one| lesson(figures, one)),
        ),
        Sheet::Weeks => write(
            &["Week", "Learners", "Lessons done on average", "Planned"],
            figures.weeks.iter().map(week),
        ),
        Sheet::Questions => write(
            &["Lesson", "Question", "Asked", "Right at the first attempt"],
            figures.questions.iter().map(question),
        ),
    }
}

fn lesson(figures: &Figures, one: &LessonFigures) -> Vec<String> {
    let seconds = |place: usize| {
        let found = one.quartiles.as_ref().and_then(|all| all.get(place));
        found.map(|seconds| format!("{seconds:.0}")).unwrap_or_default()
    };
    vec![
        defused(&one.milestone),
        defused(&one.title),
        if one.is_optional { "yes" } else { "no" }.to_owned(),
        figures.totals.enrolled.to_string(),
        one.started.to_string(),
        one.done.to_string(),
        one.stopped.to_string(),
        seconds(0),
        seconds(1),
        seconds(2),
    ]
}

fn week(one: &WeekFigures) -> Vec<String> {
    vec![
        one.week.to_string(),
        one.learners.to_string(),
        format!("{:.2}", one.done),
        one.planned
            .map(|planned| format!("{planned:.0}"))
            .unwrap_or_default(),
    ]
}

fn question(one: &QuestionFigures) -> Vec<String> {
    vec![
        defused(&one.lesson_title),
        defused(&one.prompt),
        one.asked.to_string(),
        one.right.to_string(),
    ]
}

fn write(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, AppError> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let failed = |cause: csv::Error| AppError::Unexpected(cause.into());
    table.write_record(heads).map_err(failed)?;
    for row in rows {
        table.write_record(&row).map_err(failed)?;
    }
    table
        .into_inner()
        .map_err(|cause| AppError::Unexpected(anyhow::anyhow!("the table could not be finished: {cause}")))
}

/// Text a spreadsheet would run as a formula is defused with an apostrophe (OWASP, "CSV injection").
fn defused(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}
