//! Who learns, and who looks after learners. Pure; writers demand the proofs made here.

use crate::domains::journeys::building::model::Journey;
use crate::domains::journeys::building::policy::{Builder, Reach, may_see};
use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{JourneyId, MemberId, NodeKey};

use super::model::{Enrolment, EnrolmentState};
use super::unlocking::words::{Reader, in_one};
use super::unlocking::{Path, Standing};

/// That the acting member learns this journey.
#[derive(Debug, Clone)]
pub struct Learning(Enrolment);

impl Learning {
    /// As what.
    pub fn enrolment(&self) -> &Enrolment {
        &self.0
    }
}

/// Whether the actor learns by this enrolment: nobody but themselves.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else, [`AppError::Gone`] when they left.
pub fn may_learn(actor: &Actor, enrolment: Enrolment) -> Result<Learning, AppError> {
    if actor.member_id() != Some(enrolment.member_id) {
        return Err(AppError::NotFound);
    }
    match enrolment.state {
        EnrolmentState::Left => Err(AppError::Gone),
        EnrolmentState::Active | EnrolmentState::Completed => Ok(Learning(enrolment)),
    }
}

/// That a lesson is open to the acting member.
#[derive(Debug, Clone)]
pub struct Working {
    enrolment: Enrolment,
    lesson: Standing,
}

impl Working {
    /// Whose.
    pub fn enrolment(&self) -> &Enrolment {
        &self.enrolment
    }

    /// Which lesson.
    pub fn lesson(&self) -> &Standing {
        &self.lesson
    }
}

/// Whether a learner may work on a lesson.
///
/// # Errors
/// [`AppError::NotFound`] when their version has no such lesson, [`AppError::Denied`] with every reason while it is closed.
pub fn may_work(learning: &Learning, path: &Path, key: NodeKey, reader: Reader) -> Result<Working, AppError> {
    let lesson = path.lesson(key).ok_or(AppError::NotFound)?;
    if !lesson.is_open {
        return Err(Denied::because(in_one(&reader.reasons(path, lesson))).into());
    }
    Ok(Working {
        enrolment: learning.0.clone(),
        lesson: lesson.clone(),
    })
}

/// Who looks after learners: those who build the journey.
pub const COACHES: &[Role] = &[Role::Coach, Role::TeamLeader, Role::Admin];

/// That somebody looks after the learners of a journey.
#[derive(Debug, Clone)]
pub struct Coaching {
    journey: JourneyId,
    title: String,
    by: MemberId,
    reach: Reach,
    is_archived: bool,
}

impl Coaching {
    /// As the portal itself looks after the learners of a journey: to find out who does not get on.
    pub fn of_portal(journey: &Journey) -> Self {
        Self {
            journey: journey.id,
            title: journey.title.clone(),
            by: journey.created_by,
            reach: Reach::All,
            is_archived: journey.archived_at.is_some(),
        }
    }

    /// Of which.
    pub fn journey(&self) -> JourneyId {
        self.journey
    }

    /// What it is called.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Who.
    pub fn by(&self) -> MemberId {
        self.by
    }

    /// Whom they may enrol: everybody, or the people of the teams they lead.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Whether nobody begins it any more.
    pub fn is_archived(&self) -> bool {
        self.is_archived
    }

    /// Whether an enrolment is one of this journey.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is not.
    pub fn expect(&self, enrolment: &Enrolment) -> Result<(), AppError> {
        match enrolment.journey_id == self.journey {
            true => Ok(()),
            false => Err(AppError::NotFound),
        }
    }
}

/// Whether a builder looks after the learners of a journey.
///
/// # Errors
/// [`AppError::NotFound`] when it is none of theirs.
pub fn may_coach(builder: &Builder, journey: &Journey) -> Result<Coaching, AppError> {
    may_see(builder, journey)?;
    Ok(Coaching {
        journey: journey.id,
        title: journey.title.clone(),
        by: builder.by(),
        reach: builder.reach().clone(),
        is_archived: journey.archived_at.is_some(),
    })
}
