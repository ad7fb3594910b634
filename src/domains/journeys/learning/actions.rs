//! What every door asks first: is this theirs, and is it open?

use chrono_tz::Tz;

use crate::domains::journeys::building;
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, JourneyId, NodeKey};
use crate::platform::db::TenantTx;

use super::policy::{self, Coaching, Learning, Working};
use super::queries;
use super::unlocking::words::Reader;
use super::unlocking::{self, Path};

/// An enrolment of the acting member.
///
/// # Errors
/// As [`policy::may_learn`].
pub fn learning(tx: &mut TenantTx<'_>, id: EnrolmentId) -> Result<Learning, AppError> {
    let enrolment = queries::enrolment(tx, id)?;
    policy::may_learn(tx.actor(), enrolment)
}

/// An enrolment of the acting member, and how every lesson stands with them now.
///
/// # Errors
/// As [`policy::may_learn`].
pub fn on_the_way(tx: &mut TenantTx<'_>, id: EnrolmentId) -> Result<(Learning, Path), AppError> {
    let (enrolment, beginning) = unlocking::queries::beginning(tx, id)?;
    let learning = policy::may_learn(tx.actor(), enrolment)?;
    let path = unlocking::path_of(tx, learning.enrolment(), &beginning)?;
    Ok((learning, path))
}

/// A lesson the acting member may work on, with the way it is on.
///
/// # Errors
/// As [`policy::may_learn`] and [`policy::may_work`].
pub fn working(tx: &mut TenantTx<'_>, id: EnrolmentId, lesson: NodeKey) -> Result<(Working, Path), AppError> {
    let (learning, path) = on_the_way(tx, id)?;
    let reader = Reader {
        enrolment: id,
        zone: zone(tx)?,
    };
    let working = policy::may_work(&learning, &path, lesson, reader)?;
    Ok((working, path))
}

fn zone(tx: &TenantTx<'_>) -> Result<Tz, AppError> {
    Ok(tx.me()?.zone)
}

/// That the acting member looks after the learners of a journey.
///
/// # Errors
/// [`AppError::Denied`] for roles that never do, [`AppError::NotFound`] for journeys that are not theirs.
pub fn coaching(tx: &mut TenantTx<'_>, journey: JourneyId) -> Result<Coaching, AppError> {
    let (builder, journey) = building::actions::seen(tx, journey)?;
    policy::may_coach(&builder, &journey)
}
