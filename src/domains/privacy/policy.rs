//! Who opens, releases and erases. Pure; writers demand the proofs made here.

use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::MemberId;

/// That the acting privacy officer acts about this person, who is somebody else.
pub struct Care {
    officer: MemberId,
    person: MemberId,
}

impl Care {
    /// Who acts.
    pub fn officer(&self) -> MemberId {
        self.officer
    }

    /// About whom.
    pub fn person(&self) -> MemberId {
        self.person
    }
}

/// Whether the actor is a privacy officer.
///
/// # Errors
/// [`Denied`] for everyone else.
pub fn is_officer(actor: &Actor) -> Result<MemberId, Denied> {
    match actor.member_id() {
        Some(me) if actor.roles().has(Role::PrivacyOfficer) => Ok(me),
        _ => Err(Denied::because("This is for privacy officers.")),
    }
}

/// Whether the actor looks after the privacy of this person.
///
/// # Errors
/// [`Denied`] for others than privacy officers, and [`AppError::NotFound`] about oneself.
pub fn may_care(actor: &Actor, person: MemberId) -> Result<Care, AppError> {
    let officer = is_officer(actor)?;
    if officer == person {
        return Err(AppError::NotFound);
    }
    Ok(Care { officer, person })
}

/// Whether the actor, another person than the reviewer, releases what was reviewed.
///
/// # Errors
/// As [`may_care`]; [`Denied`] for the reviewer.
pub fn may_release(actor: &Actor, person: MemberId, reviewer: Option<MemberId>) -> Result<Care, AppError> {
    let care = may_care(actor, person)?;
    if reviewer == Some(care.officer) {
        return Err(Denied::because("You reviewed this. Another privacy officer has to release it.").into());
    }
    Ok(care)
}

/// Whether the actor decides what is given of a request: whoever took it on, so that whoever releases it is a second pair of eyes.
///
/// # Errors
/// As [`may_care`]; [`Denied`] for other privacy officers.
pub fn may_review(actor: &Actor, person: MemberId, reviewer: Option<MemberId>) -> Result<Care, AppError> {
    let care = may_care(actor, person)?;
    if reviewer != Some(care.officer) {
        return Err(Denied::because(
            "Another privacy officer reviews this. Send it back to review it yourself.",
        )
        .into());
    }
    Ok(care)
}
