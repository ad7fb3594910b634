//! Who may do what in a channel. Pure: a place and the actor in, a proof or a refusal out.

use chrono::{DateTime, Utc};

use crate::kernel::actor::{Member, Role};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::time::local_date_time;

use super::messages::model::Message;
use super::model::{Channel, Place, PostPolicy};
use super::moderation::policy::Handling;
use super::moderation::silence::FOREVER;

/// Proof that a message may be posted at this place.
pub struct Postable<'a>(&'a Place);

/// Proof that a message's text may be changed.
pub struct Editable<'a>(&'a Message);

/// Proof that a message may be deleted, and in which capacity.
pub struct Deletable<'a> {
    message: &'a Message,
    /// Whether a moderator removes someone else's message.
    pub as_moderator: bool,
}

/// Proof that reactions and pins of a place may be changed.
pub struct Reactable<'a>(&'a Place);

/// Proof that the actor looks after this place.
pub struct Moderated<'a>(&'a Place);

impl Postable<'_> {
    /// The place.
    pub fn place(&self) -> &Place {
        self.0
    }
}

impl Editable<'_> {
    /// The message.
    pub fn message(&self) -> &Message {
        self.0
    }
}

impl Deletable<'_> {
    /// The message.
    pub fn message(&self) -> &Message {
        self.message
    }
}

impl Reactable<'_> {
    /// The place.
    pub fn place(&self) -> &Place {
        self.0
    }
}

impl Moderated<'_> {
    /// The place.
    pub fn place(&self) -> &Place {
        self.0
    }
}

/// Whether a message may be posted here now.
///
/// # Errors
/// [`AppError::Conflict`] when archived; [`AppError::Denied`] when silenced or only leaders write here.
pub fn may_post<'a>(me: &Member, place: &'a Place, now: DateTime<Utc>) -> Result<Postable<'a>, AppError> {
    refuse_archived(place)?;
    if let Some(until) = place.membership.silenced_until.filter(|until| *until > now) {
        return Err(Denied::because(silenced(me, until, &place.membership.silence_reason)).into());
    }
    let leads = place.moderates() || me.roles.any(&[Role::Admin, Role::Communicator]);
    match place.channel.post_policy {
        PostPolicy::Everyone => Ok(Postable(place)),
        PostPolicy::Leaders if leads => Ok(Postable(place)),
        PostPolicy::Leaders => {
            Err(Denied::because("Only leaders write in this channel. You can read and react.").into())
        }
    }
}

/// Whether the text may be changed: by its author, while it stands.
///
/// # Errors
/// As [`may_post`]; [`AppError::Gone`] for a deleted message.
pub fn may_edit<'a>(
    me: &Member,
    place: &Place,
    message: &'a Message,
    now: DateTime<Utc>,
) -> Result<Editable<'a>, AppError> {
    may_post(me, place, now)?;
    if message.deleted_at.is_some() {
        return Err(AppError::Conflict(
            "This message was deleted and can't be changed any more.".to_owned(),
        ));
    }
    if message.author_id != me.member {
        return Err(Denied::because("Only the author can change a message.").into());
    }
    if message.broadcast_id.is_some() {
        return Err(Denied::because(
            "A broadcast stays as it was sent. Send another one to put something right.",
        )
        .into());
    }
    Ok(Editable(message))
}

/// Whether it may be deleted: by its author, or by a moderator; one that carries a broadcast by moderators only.
///
/// # Errors
/// [`AppError::Denied`] for others; [`AppError::Conflict`] when it is gone already, the channel is archived or under a legal hold.
pub fn may_delete<'a>(me: &Member, place: &Place, message: &'a Message) -> Result<Deletable<'a>, AppError> {
    refuse_archived(place)?;
    if message.deleted_at.is_some() {
        return Err(AppError::Conflict("This message was already deleted.".to_owned()));
    }
    // What went out as a broadcast is not its author's alone any more: taking it away is a moderator's decision.
    let as_moderator = message.author_id != me.member || message.broadcast_id.is_some();
    if as_moderator {
        may_moderate(me, place)?;
    }
    refuse_held(&place.channel)?;
    Ok(Deletable {
        message,
        as_moderator,
    })
}

/// Whether reactions may be given to a message.
///
/// # Errors
/// [`AppError::Conflict`] when the channel is archived or the message deleted.
pub fn may_react<'a>(place: &'a Place, message: &Message) -> Result<Reactable<'a>, AppError> {
    refuse_archived(place)?;
    refuse_deleted(message)?;
    Ok(Reactable(place))
}

/// Whether the actor looks after the channel: its moderators and owners, and admins and stewards who are in it.
///
/// # Errors
/// [`AppError::Denied`] for others, and for everyone in direct conversations.
pub fn may_moderate<'a>(me: &Member, place: &'a Place) -> Result<Moderated<'a>, AppError> {
    let direct = place.channel.context_id.is_none();
    if !direct && (place.moderates() || me.roles.any(&[Role::Admin, Role::Steward])) {
        return Ok(Moderated(place));
    }
    Err(Denied::because("Only moderators of this channel can do that.").into())
}

/// Whether a reported message may be removed by whoever handles its reports, in the channel or not, archived or not: what
/// must go has to go.
///
/// # Errors
/// [`AppError::Conflict`] when it is gone already or the channel is under a legal hold.
pub fn may_remove_reported<'a>(
    _handling: &Handling<'_>,
    channel: &Channel,
    message: &'a Message,
) -> Result<Deletable<'a>, AppError> {
    if message.deleted_at.is_some() {
        return Err(AppError::Conflict(
            "This message was already deleted. Warn its author or dismiss the reports instead.".to_owned(),
        ));
    }
    refuse_held(channel)?;
    Ok(Deletable {
        message,
        as_moderator: true,
    })
}

/// Whether a message may be pinned: by anyone in a direct conversation, else by moderators.
///
/// # Errors
/// [`AppError::Denied`] for others; [`AppError::Conflict`] when the channel is archived or the message deleted.
pub fn may_pin<'a>(me: &Member, place: &'a Place, message: &Message) -> Result<Reactable<'a>, AppError> {
    refuse_archived(place)?;
    refuse_deleted(message)?;
    if place.channel.context_id.is_some() {
        may_moderate(me, place)?;
    }
    Ok(Reactable(place))
}

fn silenced(me: &Member, until: DateTime<Utc>, reason: &str) -> String {
    let end = match until >= FOREVER {
        true => "until they lift the pause".to_owned(),
        false => format!("until {}", local_date_time(until, me.zone)),
    };
    let why = if reason.is_empty() {
        String::new()
    } else {
        format!(" Reason: {reason}")
    };
    format!("A moderator has paused your writing in this channel {end}.{why}")
}

fn refuse_deleted(message: &Message) -> Result<(), AppError> {
    match message.deleted_at {
        Some(_) => Err(AppError::Conflict("This message was deleted.".to_owned())),
        None => Ok(()),
    }
}

fn refuse_held(channel: &Channel) -> Result<(), AppError> {
    match channel.legal_hold {
        true => Err(AppError::Conflict(
            "This channel is under a legal hold: nothing in it can be deleted.".to_owned(),
        )),
        false => Ok(()),
    }
}

fn refuse_archived(place: &Place) -> Result<(), AppError> {
    match place.channel.archived_at {
        Some(_) => Err(AppError::Conflict(
            "This channel is archived. It can be read but not changed.".to_owned(),
        )),
        None => Ok(()),
    }
}
