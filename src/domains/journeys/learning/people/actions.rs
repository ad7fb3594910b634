//! What coaches decide for one learner: open, approve, count as done, take back. Each with its reason, which stays.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::json;

use crate::domains::journeys::building::model::LessonGoal;
use crate::domains::journeys::learning::events::LessonReopened;
use crate::domains::journeys::learning::model::{ActKind, Enrolment};
use crate::domains::journeys::learning::policy::Coaching;
use crate::domains::journeys::learning::progress::actions::{Done, tell};
use crate::domains::journeys::learning::progress::queries::{self as progress, Row};
use crate::domains::journeys::learning::unlocking::{self, Standing};
use crate::kernel::actor::zone_or_utc;
use crate::kernel::error::{AppError, Denied};
use crate::kernel::time::begin_of_day;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::NewAct;
use super::queries;

/// Decides something about a node of one learner.
///
/// # Errors
/// [`AppError::NotFound`] when their version has no such node; [`AppError::Denied`] about oneself, since nobody opens or approves their own.
pub fn act(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    enrolment: &Enrolment,
    new: &NewAct,
) -> Result<(), AppError> {
    coaching.expect(enrolment)?;
    if enrolment.member_id == coaching.by() {
        return Err(Denied::because("Nobody decides about their own lessons. Ask another coach.").into());
    }
    let path = unlocking::path(tx, enrolment.id)?;
    let lesson = path.lesson(new.node);
    if lesson.is_none() && !queries::is_milestone(tx, enrolment, new.node)? {
        return Err(AppError::NotFound);
    }
    let expires_at = new
        .until
        .and_then(|day| end_of(day, zone_or_utc(&enrolment.zone)));
    queries::act(tx, coaching, enrolment, new, expires_at)?;
    let after = json!({ "node": new.node, "kind": new.kind, "reason": new.reason });
    tx.audit(Entry::of("journeys.lesson.decided", "enrolment", enrolment.id).after(after))?;
    match lesson {
        Some(lesson) => follow(tx, coaching, enrolment, lesson, new.kind),
        None if new.kind == ActKind::Waive => {
            Err(AppError::field("kind", "Only lessons are counted as done."))
        }
        None => Ok(()),
    }
}

/// The end of a day.
fn end_of(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    Some(begin_of_day(day.succ_opt()?, zone))
}

/// What a decision changes about a lesson.
fn follow(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    enrolment: &Enrolment,
    lesson: &Standing,
    kind: ActKind,
) -> Result<(), AppError> {
    let row = Row::coached(coaching, enrolment.id, lesson.key, lesson.is_required);
    match kind {
        ActKind::Unlock => Ok(()),
        ActKind::Approve if lesson.goal == LessonGoal::Approved || lesson.goal == LessonGoal::Attended => {
            if progress::complete(tx, row)? {
                tell(tx, enrolment, row, lesson.is_required, Done::ByLearner)?;
            }
            Ok(())
        }
        ActKind::Approve => Ok(()),
        ActKind::Waive => {
            if progress::waive(tx, row)? {
                tell(tx, enrolment, row, lesson.is_required, Done::Waived)?;
            }
            Ok(())
        }
        ActKind::Revoke => {
            if progress::reopen(tx, row)? {
                progress::unfinish(tx, row)?;
                tx.emit(&LessonReopened {
                    enrolment: enrolment.id,
                    member: enrolment.member_id,
                    journey: enrolment.journey_id,
                    lesson: lesson.key,
                })?;
            }
            Ok(())
        }
    }
}
