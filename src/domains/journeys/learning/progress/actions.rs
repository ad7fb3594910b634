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

/// What came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing: it was done before.
    Nothing,
    /// A lesson.
    Lesson,
    /// With it the journey.
    Journey,
}

impl Ending {
    /// Whether the lesson was not done before.
    pub const fn is_new(self) -> bool {
        !matches!(self, Self::Nothing)
    }
}

/// Notes that a learner did a lesson. Tells what ended with it, once.
///
/// # Errors
/// When the database fails.
pub fn complete(tx: &mut TenantTx<'_>, working: &Working) -> Result<Ending, AppError> {
    let row = Row::of(working);
    if !queries::complete(tx, row)? {
        return Ok(Ending::Nothing);
    }
    tell(
        tx,
        working.enrolment(),
        row,
        working.lesson().is_required,
        Done::ByLearner,
    )
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
) -> Result<Ending, AppError> {
    let (id, member, journey) = (enrolment.id, enrolment.member_id, enrolment.journey_id);
    tx.emit(&LessonCompleted {
        enrolment: id,
        member,
        journey,
        lesson: row.lesson(),
        is_waived: done == Done::Waived,
    })?;
    if !counts {
        return Ok(Ending::Lesson);
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
    if !ended.is_journey_done {
        return Ok(Ending::Lesson);
    }
    tx.emit(&JourneyCompleted {
        enrolment: id,
        member,
        journey,
    })?;
    Ok(Ending::Journey)
}
