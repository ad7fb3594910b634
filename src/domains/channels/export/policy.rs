//! Who may export a channel. Pure.

use crate::domains::channels::model::{ChannelRole, ChannelType, Place};
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::{AppError, Denied};

/// Proof that the messages of a place may be exported, as far back as the actor may read.
pub struct Exportable<'a>(&'a Place);

impl Exportable<'_> {
    /// The place.
    pub fn place(&self) -> &Place {
        self.0
    }
}

/// Whether a channel may be exported: by its owners, and by admins and privacy officers who are in it; a conversation by everyone
/// in it.
///
/// # Errors
/// [`AppError::Denied`] for others.
pub fn may_export<'a>(me: &Member, place: &'a Place) -> Result<Exportable<'a>, AppError> {
    // A conversation belongs to the people in it.
    let theirs = place.channel.kind == ChannelType::Direct || place.membership.role == ChannelRole::Owner;
    if theirs || me.roles.any(&[Role::Admin, Role::PrivacyOfficer]) {
        return Ok(Exportable(place));
    }
    Err(Denied::because(
        "A channel is exported by its owners, or by an admin or privacy officer who is in it.",
    )
    .into())
}
