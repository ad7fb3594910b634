//! Starting and finishing lessons.

use crate::domains::journeys::learning::events::{JourneyCompleted, LessonCompleted, MilestoneCompleted};
use crate::domains::journeys::learning::model::Enrolment;
use crate::domains::journeys::learning::policy::Working;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;

use super::queries::{self, Row};

/// Notes that a learner has a lesson before them; whether they never had.
///
/// # Errors
/// When the database fails.
pub fn start(tx: &mut TenantTx<'_>, working: &Working) -> Result<bool, AppError> {
    let row = Row::of(working);
    let is_new = queries::start(tx, row)?;
    queries::touch(tx, row)?;
    Ok(is_new)
}

/// Notes that a learner did a lesson; whether it was not done before. Tells what ended with it, once.
///
/// # Errors
/// When the database fails.
pub fn complete(tx: &mut TenantTx<'_>, working: &Working) -> Result<bool, AppError> {
    let row = Row::of(working);
    if !queries::complete(tx, row)? {
        return Ok(false);
    }
    tell(
        tx,
        working.enrolment(),
        row,
        working.lesson().is_required,
        Done::ByLearner,
    )?;
    Ok(true)
}

/// Who made a lesson count as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The learner did it, or a coach approved what they did.
    ByLearner,
    /// A coach counts it as done.
    Waived,
}

/// Tells that a lesson counts as done, and what ended with it.
///
/// # Errors
/// When the database fails.
pub fn tell(
    tx: &mut TenantTx<'_>,
    enrolment: &Enrolment,
    row: Row,
    counts: bool,
    done: Done,
) -> Result<(), AppError> {
    let (id, member, journey) = (enrolment.id, enrolment.member_id, enrolment.journey_id);
    tx.emit(&LessonCompleted {
        enrolment: id,
        member,
        journey,
        lesson: row.lesson(),
        is_waived: done == Done::Waived,
    })?;
    if !counts {
        return Ok(());
    }
    let ended = queries::end(tx, row)?;
    if let (Some(milestone), true) = (ended.milestone, ended.is_milestone_done) {
        tx.emit(&MilestoneCompleted {
            enrolment: id,
            member,
            journey,
            milestone,
        })?;
    }
    if ended.is_journey_done {
        tx.emit(&JourneyCompleted {
            enrolment: id,
            member,
            journey,
        })?;
    }
    Ok(())
}
