//! Who decides how long messages are kept, and what may be deleted. Pure.

use chrono::{DateTime, Utc};

use crate::kernel::actor::{Member, Role};
use crate::kernel::error::{AppError, Denied};

use super::model::Kept;

/// Proof that the actor sets the rules of retention.
pub struct Governing(());

/// Proof that messages of a channel from before a moment may be deleted for good.
pub struct Purgeable<'a> {
    channel: &'a Kept,
    cutoff: DateTime<Utc>,
}

impl Purgeable<'_> {
    /// The channel.
    pub fn channel(&self) -> &Kept {
        self.channel
    }

    /// Messages written before this are due.
    pub fn cutoff(&self) -> DateTime<Utc> {
        self.cutoff
    }
}

/// Whether the actor sets the rules: admins and privacy officers, in the channel or not.
///
/// # Errors
/// [`AppError::Denied`] for others.
pub fn may_govern(me: &Member) -> Result<Governing, AppError> {
    if me.roles.any(&[Role::Admin, Role::PrivacyOfficer]) {
        return Ok(Governing(()));
    }
    Err(Denied::because("How long messages are kept is decided by admins and privacy officers.").into())
}

/// What may be deleted of a channel now: nothing under a legal hold or when messages are kept for ever.
pub fn may_purge(channel: &Kept, now: DateTime<Utc>) -> Option<Purgeable<'_>> {
    match channel.retention_days {
        Some(days) if !channel.legal_hold => Some(Purgeable {
            channel,
            cutoff: Kept::cutoff(days, now),
        }),
        _ => None,
    }
}
