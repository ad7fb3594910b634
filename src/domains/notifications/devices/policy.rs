//! Who decides about devices: everybody about their own. Pure; writers demand the proof made here.

use crate::kernel::actor::Actor;
use crate::kernel::error::Denied;
use crate::kernel::ids::MemberId;

/// That somebody decides about their own devices.
#[derive(Debug)]
pub struct Owning(MemberId);

impl Owning {
    /// Whose they are.
    pub fn member(&self) -> MemberId {
        self.0
    }
}

/// Whether the actor has devices: every person.
///
/// # Errors
/// [`Denied`] for the portal itself.
pub fn owns(actor: &Actor) -> Result<Owning, Denied> {
    actor
        .member_id()
        .map(Owning)
        .ok_or_else(|| Denied::because("Only a person is told by push."))
}
