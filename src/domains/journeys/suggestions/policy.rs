//! Who decides about suggestions. Pure; writers demand the proofs made here.

use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{MemberId, SuggestionId};

use super::model::{Status, Suggestion};

/// Who sees and decides.
pub const DECIDERS: &[Role] = &[Role::Coach, Role::Admin];
/// Who says how they are made.
pub const KEEPERS: &[Role] = &[Role::Admin];

/// That somebody decides about suggestions.
#[derive(Debug, Clone, Copy)]
pub struct Decider(MemberId);

impl Decider {
    /// Who.
    pub fn by(&self) -> MemberId {
        self.0
    }
}

/// That a suggestion is open, and somebody may decide about it.
#[derive(Debug)]
pub struct Deciding {
    suggestion: SuggestionId,
    by: MemberId,
}

impl Deciding {
    /// About which.
    pub fn suggestion(&self) -> SuggestionId {
        self.suggestion
    }

    /// Who.
    pub fn by(&self) -> MemberId {
        self.by
    }
}

/// That somebody says how suggestions are made.
#[derive(Debug, Clone, Copy)]
pub struct Keeping(MemberId);

impl Keeping {
    /// Who.
    pub fn by(&self) -> MemberId {
        self.0
    }
}

/// Whether the actor decides about suggestions. For everybody else there are none.
///
/// # Errors
/// [`AppError::NotFound`] for who is neither coach nor admin.
pub fn may_look(actor: &Actor) -> Result<Decider, AppError> {
    match actor.member_id().filter(|_| actor.roles().any(DECIDERS)) {
        Some(me) => Ok(Decider(me)),
        None => Err(AppError::NotFound),
    }
}

/// Whether they may decide about this one. People, always: jobs have no member and get no proof.
///
/// # Errors
/// [`AppError::Conflict`] when it is decided; [`Denied`] about what would be written to themselves.
pub fn may_decide(decider: &Decider, suggestion: &Suggestion) -> Result<Deciding, AppError> {
    if suggestion.member_id == decider.by() {
        return Err(Denied::because("It is about you. Another coach decides about it.").into());
    }
    match suggestion.status {
        Status::Pending => Ok(Deciding {
            suggestion: suggestion.id,
            by: decider.by(),
        }),
        Status::Approved => Err(AppError::Conflict("It was sent already.".to_owned())),
        Status::Rejected => Err(AppError::Conflict("It was rejected already.".to_owned())),
        Status::Expired => Err(AppError::Conflict(
            "Its time is over. If it is still true, it is suggested anew.".to_owned(),
        )),
    }
}

/// Whether the actor says how suggestions are made.
///
/// # Errors
/// As [`may_look`]; [`Denied`] for coaches.
pub fn may_set_up(actor: &Actor) -> Result<Keeping, AppError> {
    let decider = may_look(actor)?;
    match actor.roles().any(KEEPERS) {
        true => Ok(Keeping(decider.by())),
        false => Err(Denied::because("How suggestions are made is decided by admins.").into()),
    }
}
