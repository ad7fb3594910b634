//! Who decides what other programs are told. Pure; writers demand the proof made here.

use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::Denied;
use crate::kernel::ids::MemberId;

/// Who keeps webhooks.
pub const KEEPERS: &[Role] = &[Role::Admin];

/// That webhooks may be changed.
#[derive(Debug)]
pub struct Keeping(MemberId);

impl Keeping {
    /// By whom.
    pub fn by(&self) -> MemberId {
        self.0
    }
}

/// Whether the actor keeps webhooks.
///
/// # Errors
/// [`Denied`] for everyone but admins.
pub fn may_keep(actor: &Actor) -> Result<Keeping, Denied> {
    match actor.member_id() {
        Some(me) if actor.roles().any(KEEPERS) => Ok(Keeping(me)),
        _ => Err(Denied::because("Webhooks are set by admins.")),
    }
}
