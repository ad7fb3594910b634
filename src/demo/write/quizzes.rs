//! Tries at the quizzes of the sample journey by whoever did them, most of them with one answer that is wrong.
#![expect(
    clippy::disallowed_methods,
    reason = "a try and its score are written in one statement"
)]

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, SmallInt, Timestamptz, Uuid as SqlUuid};
use serde_json::json;
use uuid::Uuid;

use crate::domains::journeys::building;
use crate::domains::journeys::building::content::{Content, Question, QuestionKind, Quiz};
use crate::domains::journeys::learning::lessons::quiz::{Answers, Given, draw, score};
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, JourneyVersionId};
use crate::platform::db::{TenantTx, statement};

#[derive(QueryableByName)]
struct Done {
    #[diesel(sql_type = SqlUuid)]
    enrolment_id: EnrolmentId,
    #[diesel(sql_type = Timestamptz)]
    done_at: DateTime<Utc>,
}

/// Writes a try of everybody who did a quiz of a version and has none, with the score that its answers give.
///
/// # Errors
/// When the database refuses.
pub fn write(tx: &mut TenantTx<'_>, version: Uuid) -> Result<(), AppError> {
    for node in building::nodes(tx, JourneyVersionId(version))? {
        let Some(Content::Quiz(quiz)) = Content::of(&node)? else {
            continue;
        };
        let done: Vec<Done> = statement(
            "SELECT p.enrolment_id, p.done_at FROM lesson_progress p WHERE p.org_id = app.current_org() AND p.lesson = $1 AND p.done_at IS NOT NULL \
               AND NOT EXISTS (SELECT FROM quiz_attempts a WHERE a.enrolment_id = p.enrolment_id AND a.lesson = p.lesson) ORDER BY p.enrolment_id",
        )
        .bind::<SqlUuid, _>(node.key)
        .load(tx.conn())?;
        for (turn, one) in done.iter().enumerate() {
            let drawn = draw(&quiz, one.enrolment_id, node.key, 1);
            let answers = answers(&quiz, &drawn, turn);
            let begun = one.done_at - TimeDelta::minutes(6);
            let (asked, said) = (json!(drawn), json!(answers));
            statement(
                "WITH tried AS (INSERT INTO quiz_attempts (enrolment_id, lesson, number, questions, answers, started_at, submitted_at, score) VALUES ($1, $2, 1, $3, $4, $5, $6, $7)) \
                 UPDATE lesson_progress SET score = $7 WHERE enrolment_id = $1 AND lesson = $2",
            )
            .bind::<SqlUuid, _>(one.enrolment_id)
            .bind::<SqlUuid, _>(node.key)
            .bind::<Jsonb, _>(asked)
            .bind::<Jsonb, _>(said)
            .bind::<Timestamptz, _>(begun)
            .bind::<Timestamptz, _>(one.done_at)
            .bind::<SmallInt, _>(score(&quiz, &drawn, &answers))
            .execute(tx.conn())?;
        }
    }
    Ok(())
}

/// All of them right but one, and for some not even that one; which one differs from person to person. A pass is what they all have in
/// common: where one wrong answer is too many, there is none.
fn answers(quiz: &Quiz, drawn: &[Uuid], turn: usize) -> Answers {
    let asked: Vec<&Question> = drawn
        .iter()
        .filter_map(|key| quiz.questions.iter().find(|one| one.key == *key))
        .collect();
    let slip = turn * 3 % (asked.len() + 2);
    let given = |wrong: Option<usize>| -> Answers {
        let one =
            |(place, question): (usize, &&Question)| (question.key, answer(question, wrong == Some(place)));
        asked.iter().enumerate().map(one).collect()
    };
    let with_slip = given(Some(slip));
    match score(quiz, drawn, &with_slip) >= i16::from(quiz.pass_percent) {
        true => with_slip,
        false => given(None),
    }
}

fn answer(question: &Question, is_wrong: bool) -> Given {
    let values = match question.kind {
        QuestionKind::Single | QuestionKind::Multiple => {
            let chosen = question.options.iter().filter(|option| option.right != is_wrong);
            let most = match question.kind {
                QuestionKind::Single => 1,
                _ => question.options.len(),
            };
            chosen.take(most).map(|option| option.key.to_string()).collect()
        }
        QuestionKind::Number => {
            let right = question.answer.number.unwrap_or_default();
            let far = if is_wrong {
                question.answer.tolerance + 1.0
            } else {
                0.0
            };
            vec![(right + far).to_string()]
        }
        QuestionKind::Short => {
            let right = question.answer.accepted.first().cloned().unwrap_or_default();
            vec![if is_wrong {
                "I am not sure".to_owned()
            } else {
                right
            }]
        }
    };
    Given {
        values,
        is_checked: false,
    }
}
