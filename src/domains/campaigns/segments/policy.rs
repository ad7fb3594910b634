//! Who describes people by segments. Pure; writers demand the proof made here.

use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::Denied;
use crate::kernel::ids::MemberId;

/// Who looks at segments and changes them.
pub const KEEPERS: &[Role] = &[Role::Communicator, Role::Admin];

/// That segments may be made and changed.
#[derive(Debug)]
pub struct Segmenting(MemberId);

impl Segmenting {
    /// By whom.
    pub fn by(&self) -> MemberId {
        self.0
    }
}

/// Whether the actor makes segments.
///
/// # Errors
/// [`Denied`] for everyone but communicators and admins.
pub fn may_segment(actor: &Actor) -> Result<Segmenting, Denied> {
    match actor.member_id() {
        Some(me) if actor.roles().any(KEEPERS) => Ok(Segmenting(me)),
        _ => Err(Denied::because("Segments are for communicators and admins.")),
    }
}
