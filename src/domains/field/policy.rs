//! Who sends from the field. Pure; writers demand the proof made here.

use crate::domains::people::policy::can_be_steward;
use crate::kernel::actor::Actor;
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{MemberId, OrgId};

/// That this member sends from the field.
pub struct Sending {
    author: MemberId,
    org: OrgId,
}

impl Sending {
    /// Who.
    pub fn author(&self) -> MemberId {
        self.author
    }
}

/// Whether the actor sends from the field: who can look after people.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else.
pub fn may_send(actor: &Actor) -> Result<Sending, AppError> {
    match actor {
        Actor::Member(me) if can_be_steward(me.roles) => Ok(Sending {
            author: me.member,
            org: me.org,
        }),
        _ => Err(AppError::NotFound),
    }
}

/// Whether what was written by `author` in `org` is the sender's own: phones are shared.
///
/// # Errors
/// [`Denied`] when somebody else wrote it.
pub fn expect_own(sending: &Sending, org: OrgId, author: MemberId) -> Result<(), Denied> {
    if sending.author == author && sending.org == org {
        return Ok(());
    }
    Err(Denied::because(
        "Somebody else wrote this on the same device. It is sent when they sign in again.",
    ))
}
