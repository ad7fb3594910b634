//! Who may report, handle reports and pause someone's writing. Pure.

use crate::domains::channels::messages::model::Message;
use crate::domains::channels::model::{ChannelRole, ChannelType, Membership, Place};
use crate::domains::channels::policy;
use crate::kernel::actor::{Member, Role, Roles};
use crate::kernel::error::{AppError, Denied};

use super::model::Case;

/// Proof that a message may be reported.
pub struct Reportable<'a>(&'a Message);

/// Proof that the actor may read and decide a case.
pub struct Handling<'a>(&'a Case);

/// Proof that the actor may see a queue of reports at all.
pub struct Overseeing(());

/// Proof that a member's writing may be paused and resumed.
pub struct Silenceable<'a>(&'a Membership);

impl Reportable<'_> {
    /// The message.
    pub fn message(&self) -> &Message {
        self.0
    }
}

impl<'a> Handling<'a> {
    /// The case.
    pub fn case(&self) -> &'a Case {
        self.0
    }
}

impl Silenceable<'_> {
    /// Their place in the channel.
    pub fn membership(&self) -> &Membership {
        self.0
    }
}

/// Whether a message may be reported: anyone's but one's own, while it stands.
///
/// # Errors
/// [`AppError::Denied`] for one's own; [`AppError::Conflict`] for a deleted one.
pub fn may_report<'a>(me: &Member, message: &'a Message) -> Result<Reportable<'a>, AppError> {
    if message.author_id == me.member {
        return Err(
            Denied::because("This is your own message. You can delete it instead of reporting it.").into(),
        );
    }
    if message.deleted_at.is_some() {
        return Err(AppError::Conflict("This message was already deleted.".to_owned()));
    }
    Ok(Reportable(message))
}

/// Whether there is a queue for this person: for admins, stewards, and those who moderate a channel.
///
/// # Errors
/// [`AppError::Denied`] for others.
pub fn may_oversee(me: &Member, moderates_somewhere: Option<ChannelRole>) -> Result<Overseeing, AppError> {
    if me.roles.any(&[Role::Admin, Role::Steward]) || moderates_somewhere >= Some(ChannelRole::Moderator) {
        return Ok(Overseeing(()));
    }
    Err(
        Denied::because("Reports are looked after by stewards, admins and the moderators of a channel.")
            .into(),
    )
}

/// Whether the actor may read and decide a case: admins; in channels they are in, stewards and moderators. Never the author
/// of the message. `queue::queries` filters its lists by the same rule.
///
/// # Errors
/// [`AppError::NotFound`] for others: they are not to learn that there is a report.
pub fn may_handle<'a>(me: &Member, case: &'a Case) -> Result<Handling<'a>, AppError> {
    if case.message.author_id == me.member {
        return Err(AppError::NotFound);
    }
    let direct = case.channel.kind == ChannelType::Direct;
    let looks_after = case
        .role
        .is_some_and(|role| role >= ChannelRole::Moderator || me.roles.has(Role::Steward));
    if me.roles.has(Role::Admin) || (!direct && looks_after) {
        return Ok(Handling(case));
    }
    Err(AppError::NotFound)
}

/// Whether someone's writing in a channel may be paused: by those who look after it, except for its owners, for admins, and
/// for themselves.
///
/// # Errors
/// [`AppError::Denied`], with the reason.
pub fn may_silence<'a>(
    me: &Member,
    place: &Place,
    target: &'a Membership,
    target_roles: Roles,
) -> Result<Silenceable<'a>, AppError> {
    policy::may_moderate(me, place)?;
    let refusal = if target.member_id == me.member {
        "You can't pause your own writing."
    } else if target.role == ChannelRole::Owner {
        "The writing of a channel's owner can't be paused. Make them a member first."
    } else if target_roles.has(Role::Admin) {
        "The writing of an admin can't be paused."
    } else {
        return Ok(Silenceable(target));
    };
    Err(Denied::because(refusal).into())
}
