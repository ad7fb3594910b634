//! Who decides about certificates, and who has earned one. Pure; writers demand the proofs made here.

use crate::domains::journeys::building::policy::EVERYWHERE;
use crate::domains::journeys::learning::model::{Enrolment, EnrolmentState};
use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{JourneyId, MemberId};

use super::model::{Award, Certificate};

/// That somebody decides about the certificates of a journey.
#[derive(Debug, Clone)]
pub struct Certifying {
    journey: JourneyId,
    title: String,
    by: MemberId,
}

impl Certifying {
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
}

/// Whether who looks after the learners of a journey decides about its certificates as well.
///
/// # Errors
/// [`Denied`] for team leaders: a certificate speaks for the whole organization.
pub fn may_certify(actor: &Actor, coaching: &Coaching) -> Result<Certifying, Denied> {
    match actor.roles().any(EVERYWHERE) {
        true => Ok(Certifying {
            journey: coaching.journey(),
            title: coaching.title().to_owned(),
            by: coaching.by(),
        }),
        false => Err(Denied::because(
            "Coaches and admins decide about certificates: they speak for the whole organization.",
        )),
    }
}

/// That keys to sign with are made and withdrawn.
#[derive(Debug, Clone, Copy)]
pub struct KeepingKeys(());

impl KeepingKeys {
    /// The first key comes with the first journey that gives certificates.
    pub fn of_first(_: &Certifying) -> Self {
        Self(())
    }
}

/// Whether the actor looks after the keys: admins.
///
/// # Errors
/// [`Denied`] for everybody else.
pub fn may_keep_keys(actor: &Actor) -> Result<KeepingKeys, Denied> {
    match actor.roles().has(Role::Admin) {
        true => Ok(KeepingKeys(())),
        false => Err(Denied::because(
            "Admins look after the keys with which the organization signs.",
        )),
    }
}

/// That a learner is to be given a certificate.
#[derive(Debug)]
pub struct Earned<'a> {
    enrolment: &'a Enrolment,
    award: &'a Award,
}

impl<'a> Earned<'a> {
    /// For what.
    pub fn enrolment(&self) -> &'a Enrolment {
        self.enrolment
    }

    /// In which words.
    pub fn award(&self) -> &'a Award {
        self.award
    }
}

/// Whether a learner has earned what their journey gives; nothing when it gives nothing or they have not finished it.
pub fn earned<'a>(enrolment: &'a Enrolment, award: &'a Award) -> Option<Earned<'a>> {
    let is_finished = enrolment.state == EnrolmentState::Completed;
    (award.is_on && is_finished).then_some(Earned { enrolment, award })
}

/// That a certificate may be taken back.
#[derive(Debug)]
pub struct Revoking<'a> {
    certificate: &'a Certificate,
    by: MemberId,
}

impl Revoking<'_> {
    /// Which.
    pub fn certificate(&self) -> &Certificate {
        self.certificate
    }

    /// Who takes it back.
    pub fn by(&self) -> MemberId {
        self.by
    }
}

/// Whether a certificate may be taken back.
///
/// # Errors
/// [`AppError::NotFound`] when it is one of another journey, [`AppError::Conflict`] when it was taken back.
pub fn may_revoke<'a>(
    certifying: &Certifying,
    certificate: &'a Certificate,
) -> Result<Revoking<'a>, AppError> {
    of_this(certifying, certificate)?;
    match certificate.revoked_at {
        None => Ok(Revoking {
            certificate,
            by: certifying.by,
        }),
        Some(_) => Err(AppError::Conflict("It was revoked before.".to_owned())),
    }
}

/// Whether a certificate is one of this journey.
///
/// # Errors
/// [`AppError::NotFound`] when it is not.
pub fn of_this(certifying: &Certifying, certificate: &Certificate) -> Result<(), AppError> {
    match certificate.journey_id == certifying.journey {
        true => Ok(()),
        false => Err(AppError::NotFound),
    }
}

/// What the sample data decides, in the name of somebody of it.
pub fn sample(journey: JourneyId, by: MemberId) -> Certifying {
    Certifying {
        journey,
        title: String::new(),
        by,
    }
}
