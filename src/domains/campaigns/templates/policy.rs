//! Who writes templates. Pure; writers demand the proof made here.

use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::Denied;
use crate::kernel::ids::MemberId;

/// Who writes what campaigns say.
pub const WRITERS: &[Role] = &[Role::Communicator, Role::Admin];

/// Roles whose holders may be sent a test: people who work with the portal, never somebody who is only written to.
pub const STAFF: &[Role] = &[
    Role::Steward,
    Role::Coach,
    Role::TeamLeader,
    Role::Communicator,
    Role::PrivacyOfficer,
    Role::Admin,
];

/// That templates are written: by this member, or by the portal itself for sample data.
#[derive(Debug)]
pub struct Writing(Option<MemberId>);

impl Writing {
    /// Who writes.
    pub fn author(&self) -> Option<MemberId> {
        self.0
    }
}

/// Whether the actor writes templates.
///
/// # Errors
/// [`Denied`] for everyone but communicators and admins.
pub fn may_write(actor: &Actor) -> Result<Writing, Denied> {
    match actor.member_id() {
        Some(me) if actor.roles().any(WRITERS) => Ok(Writing(Some(me))),
        _ => Err(Denied::because(
            "Templates are written by communicators and admins.",
        )),
    }
}

/// What the sample data brings along, in the name of somebody of it.
pub fn as_sample(author: MemberId) -> Writing {
    Writing(Some(author))
}
