//! Who opens cases and works on them. Pure; writers demand the proofs made here. Who sees one is asked by the database.

use crate::domains::people::policy::{Seeing, can_be_steward};
use crate::domains::tenancy::Person;
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::MemberId;

use super::model::Case;

/// Whether who sees this record opens cases about the person: while an assignment reaches them, and not in training.
pub fn could_open(seeing: &Seeing<'_>) -> bool {
    seeing.by_assignment() && seeing.with_phones()
}

/// That a case about this person may be opened.
pub struct Opening(MemberId);

impl Opening {
    /// About whom.
    pub fn member(&self) -> MemberId {
        self.0
    }
}

/// Whether who sees this record may open a case.
///
/// # Errors
/// [`Denied`] as [`could_open`].
pub fn may_open(seeing: &Seeing<'_>) -> Result<Opening, Denied> {
    match could_open(seeing) {
        true => Ok(Opening(seeing.person().card.id)),
        false => Err(Denied::because(
            "Cases are opened by those who look after a person.",
        )),
    }
}

/// That the team of this case may be changed, and the case closed: whoever sees it is in its team.
pub struct Working<'a>(&'a Case);

impl Working<'_> {
    /// On which.
    pub fn case(&self) -> &Case {
        self.0
    }
}

/// The proof for a case the acting member sees.
pub fn works_on(case: &Case) -> Working<'_> {
    Working(case)
}

/// What is known of somebody who is to join a team.
pub struct Newcomer<'a> {
    /// Who.
    pub person: &'a Person,
    /// Whether they hold an office.
    pub is_officer: bool,
    /// Whether they are kept apart from whom the case is about.
    pub is_kept_apart: bool,
}

/// Whether somebody may join the team of a case.
///
/// # Errors
/// [`AppError::Invalid`] at `member` in words.
pub fn may_join(working: &Working<'_>, newcomer: &Newcomer<'_>) -> Result<MemberId, AppError> {
    let card = &newcomer.person.card;
    let refusal = if card.id == working.case().member_id {
        "Whom a case is about cannot be in its team."
    } else if newcomer.is_kept_apart {
        "They are kept apart from this person."
    } else if !newcomer.is_officer && !can_be_steward(newcomer.person.roles) {
        "Only stewards, coaches and officers work on cases."
    } else {
        return Ok(card.id);
    };
    Err(AppError::field("member", refusal))
}
