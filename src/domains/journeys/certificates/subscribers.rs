//! Who finished a journey is heard on the bus.

use diesel::result::Error::NotFound;

use crate::domains::journeys::learning::events::JourneyCompleted;
use crate::domains::journeys::learning::queries::enrolment;
use crate::kernel::error::AppError;
use crate::platform::bus::{Envelope, Subscriber};
use crate::platform::db::TenantTx;

use super::actions;

/// The room's subscribers.
pub fn subscribers() -> Vec<Subscriber> {
    vec![Subscriber {
        name: "journeys.issue_certificates",
        pattern: "journeys.journey.completed",
        react: completed,
    }]
}

/// Gives a certificate for what was finished, unless one was given before or the journey gives none. Whoever was erased meanwhile gets none.
fn completed(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: JourneyCompleted = envelope.data()?;
    match enrolment(tx, event.enrolment) {
        Ok(enrolment) => actions::issue(tx, &enrolment).map(|_| ()),
        Err(NotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
