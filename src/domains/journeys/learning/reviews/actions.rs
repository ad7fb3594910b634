//! Approving what was handed in, or returning it with comments.

use serde_json::json;

use crate::domains::journeys::building;
use crate::domains::journeys::building::model::{Journey, LessonGoal};
use crate::domains::journeys::building::queries::Filter;
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::events::ReviewGiven;
use crate::domains::journeys::learning::model::LessonState;
use crate::domains::journeys::learning::policy::Coaching;
use crate::domains::journeys::learning::progress::actions::{Done, tell};
use crate::domains::journeys::learning::progress::queries::{self as progress, Row};
use crate::domains::journeys::learning::queries::enrolment;
use crate::domains::journeys::learning::unlocking;
use crate::domains::notifications::model::Kind;
use crate::domains::notifications::notices::{self, Notice};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{JourneyId, SubmissionId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::{QueueQuery, Review};
use super::queries::{self, Queue};

/// What waits in the queue somebody looks at: of one journey, or of all they look after.
///
/// # Errors
/// As [`coaching`]; [`AppError::Denied`] for who builds no journeys.
pub fn queue(
    tx: &mut TenantTx<'_>,
    journey: Option<JourneyId>,
    query: &QueueQuery,
) -> Result<Queue, AppError> {
    let journeys = match (journey, query.is_over_all()) {
        (Some(journey), false) => vec![coaching(tx, journey)?.journey()],
        _ => {
            let known = looked_after(tx)?.into_iter().map(|one| one.id);
            match query.journey() {
                Some(chosen) => known.filter(|id| *id == chosen).collect(),
                None => known.collect(),
            }
        }
    };
    Ok(Queue {
        journeys,
        cohort: query.cohort(),
        before: query.before(tx.now()),
    })
}

/// Journeys in one queue.
const MOST: i64 = 1_000;

/// The journeys whose learners whoever acts looks after.
///
/// # Errors
/// [`AppError::Denied`] for who builds none.
pub fn looked_after(tx: &mut TenantTx<'_>) -> Result<Vec<Journey>, AppError> {
    let builder = building::actions::builder(tx)?;
    Ok(building::queries::page(tx, &builder, &Filter::default(), MOST)?)
}

/// Answers what was handed in. What is approved is done, where that is what it takes.
///
/// # Errors
/// [`AppError::NotFound`] for what was handed in elsewhere, [`AppError::Denied`] about one's own, [`AppError::Conflict`] when somebody
/// answered before.
pub fn review(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    id: SubmissionId,
    review: &Review,
) -> Result<(), AppError> {
    let submission = queries::one(tx, coaching, id)?;
    if submission.member_id == coaching.by() {
        return Err(
            Denied::because("Nobody answers what they handed in themselves. Ask another coach.").into(),
        );
    }
    if !queries::review(tx, coaching, &submission, review)? {
        return Err(AppError::Conflict("Somebody answered this already.".to_owned()));
    }
    let learner = enrolment(tx, submission.enrolment_id)?;
    let path = unlocking::path(tx, learner.id)?;
    let lesson = path.lesson(submission.lesson);
    let counts = lesson.is_some_and(|lesson| lesson.is_required);
    let row = Row::coached(coaching, learner.id, submission.lesson, counts);
    match (review.is_approved, lesson) {
        (true, Some(lesson)) if lesson.goal == LessonGoal::Approved => {
            if progress::complete(tx, row)? {
                tell(tx, &learner, row, counts, Done::ByLearner)?;
            }
        }
        (true, _) => progress::set_state(tx, row, LessonState::Started)?,
        (false, _) => progress::set_state(tx, row, LessonState::Returned)?,
    }
    let after = json!({ "submission": id, "is_approved": review.is_approved, "scores": review.scores });
    tx.audit(Entry::of("journeys.review.given", "enrolment", learner.id).after(after))?;
    tx.emit(&ReviewGiven {
        enrolment: learner.id,
        member: learner.member_id,
        journey: learner.journey_id,
        lesson: submission.lesson,
        submission: id,
        is_approved: review.is_approved,
    })?;
    notices::leave(
        tx,
        &Notice {
            member: learner.member_id,
            kind: Kind::Answer,
            about: id.0,
            title: lesson.map_or_else(|| learner.title.clone(), |lesson| lesson.title.clone()),
            path: format!("/learn/{}/lessons/{}", learner.id, submission.lesson),
        },
    )
}
