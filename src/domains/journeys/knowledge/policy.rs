//! Who reads the knowledge base and who keeps it. Pure; readers and writers demand the proofs made here.

use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::MemberId;

/// Who reads it.
pub const READERS: &[Role] = &[Role::Coach, Role::TeamLeader, Role::Admin];
/// Who adds to it and changes it.
pub const KEEPERS: &[Role] = &[Role::Coach, Role::Admin];

/// That somebody reads the knowledge base.
#[derive(Debug, Clone, Copy)]
pub struct Reader(MemberId);

/// That somebody keeps it.
#[derive(Debug, Clone, Copy)]
pub struct Keeping(MemberId);

impl Keeping {
    /// Who.
    pub fn by(&self) -> MemberId {
        self.0
    }
}

/// Whether the actor reads it. For everybody else it is not there.
///
/// # Errors
/// [`AppError::NotFound`] for who is neither coach, admin nor team leader.
pub fn may_read(actor: &Actor) -> Result<Reader, AppError> {
    match actor.member_id().filter(|_| actor.roles().any(READERS)) {
        Some(me) => Ok(Reader(me)),
        None => Err(AppError::NotFound),
    }
}

/// Whether the actor keeps it.
///
/// # Errors
/// As [`may_read`]; [`Denied`] for team leaders.
pub fn may_keep(actor: &Actor) -> Result<Keeping, AppError> {
    let Reader(me) = may_read(actor)?;
    match actor.roles().any(KEEPERS) {
        true => Ok(Keeping(me)),
        false => {
            Err(Denied::because("Coaches and admins keep the knowledge base. Team leaders read it.").into())
        }
    }
}

/// What the sample data brings along.
pub fn on_behalf_of(author: MemberId) -> Keeping {
    Keeping(author)
}
