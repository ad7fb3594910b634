//! Who decides for whom. Pure; writers demand the proofs made here.

use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::MemberId;

use super::links::{Link, Opens};

/// Who looks after consent.
pub const KEEPERS: &[Role] = &[Role::Communicator, Role::PrivacyOfficer, Role::Admin];

/// That something about this person's messages may be decided, by themselves or by who notes what they said.
#[derive(Debug)]
pub struct Deciding {
    member: MemberId,
    noted_by: Option<MemberId>,
}

impl Deciding {
    /// For whom.
    pub fn member(&self) -> MemberId {
        self.member
    }

    /// Who notes it for them; nobody when they do it themselves.
    pub fn noted_by(&self) -> Option<MemberId> {
        self.noted_by
    }
}

/// Whether the acting member decides about their own messages: everybody does.
///
/// # Errors
/// [`Denied`] for the portal itself.
pub fn for_oneself(actor: &Actor) -> Result<Deciding, Denied> {
    let member = actor
        .member_id()
        .ok_or_else(|| Denied::because("Only a person decides about their messages."))?;
    Ok(Deciding {
        member,
        noted_by: None,
    })
}

/// What a link lets whoever has it decide.
pub fn by_link(link: &Link) -> Deciding {
    Deciding {
        member: link.member,
        noted_by: None,
    }
}

/// Whether a link opens the preferences page, on which everything about one's messages is decided.
///
/// # Errors
/// [`AppError::NotFound`] for links that open something else.
pub fn opens_preferences(link: &Link) -> Result<Deciding, AppError> {
    match link.opens {
        Opens::Preferences => Ok(by_link(link)),
        _ => Err(AppError::NotFound),
    }
}

/// What the portal itself decides about somebody: that a dead address or a complaint ends it, that what a given-up record said counts.
pub fn by_portal(member: MemberId) -> Deciding {
    Deciding {
        member,
        noted_by: None,
    }
}

/// That the consent of people is looked after.
pub struct Keeping(MemberId);

impl Keeping {
    /// What is noted about this person, for whom they spoke.
    pub fn about(&self, member: MemberId) -> Deciding {
        Deciding {
            member,
            noted_by: Some(self.0),
        }
    }

    /// Who keeps it.
    pub fn keeper(&self) -> MemberId {
        self.0
    }
}

/// Whether the actor looks after consent.
///
/// # Errors
/// [`Denied`] for everyone but communicators, privacy officers and admins.
pub fn may_keep(actor: &Actor) -> Result<Keeping, Denied> {
    match actor.member_id() {
        Some(me) if actor.roles().any(KEEPERS) => Ok(Keeping(me)),
        _ => Err(Denied::because(
            "Consent is looked after by communicators, privacy officers and admins.",
        )),
    }
}
