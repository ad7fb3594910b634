//! Approving what was handed in, or returning it with comments.

use serde_json::json;

use crate::domains::journeys::building::model::LessonGoal;
use crate::domains::journeys::learning::events::ReviewGiven;
use crate::domains::journeys::learning::model::LessonState;
use crate::domains::journeys::learning::policy::Coaching;
use crate::domains::journeys::learning::progress::actions::{Done, tell};
use crate::domains::journeys::learning::progress::queries::{self as progress, Row};
use crate::domains::journeys::learning::queries::enrolment;
use crate::domains::journeys::learning::unlocking;
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::SubmissionId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::Review;
use super::queries;

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
    let after = json!({ "submission": id, "is_approved": review.is_approved });
    tx.audit(Entry::of("journeys.review.given", "enrolment", learner.id).after(after))?;
    tx.emit(&ReviewGiven {
        enrolment: learner.id,
        member: learner.member_id,
        journey: learner.journey_id,
        lesson: submission.lesson,
        submission: id,
        is_approved: review.is_approved,
    })?;
    Ok(())
}
