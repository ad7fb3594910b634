//! Who may make channels, come in, go out and change them. Pure: standing and place in, a proof or a refusal out.

use crate::domains::channels::model::{Channel, ChannelRole, ChannelType, JoinRule, Membership, Place};
use crate::domains::tenancy::Context;
use crate::kernel::actor::{Actor, Member, Role};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::MemberId;

use super::model::{Candidate, Newcomer, Standing};

/// Proof that a channel may be made for a context.
pub struct Creatable<'a>(&'a Context);

/// Proof that these people may come into a channel.
pub struct Admission<'a> {
    channel: &'a Channel,
    newcomers: Vec<Newcomer>,
}

/// Proof that these people are to be out of a channel.
pub struct Removal<'a> {
    channel: &'a Channel,
    members: Vec<MemberId>,
}

/// Proof that the actor may change what a channel is and who looks after it.
pub struct Managed<'a>(&'a Place);

/// Proof that a member may be given a channel role.
pub struct Appointment<'a> {
    channel: &'a Channel,
    member: MemberId,
    role: ChannelRole,
    by: AppointedBy,
}

/// What a channel role comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppointedBy {
    /// Somebody who decided so, or the channel's need for an owner: it stays.
    Hand,
    /// Leading the channel's context: it ends with that.
    Leadership,
}

impl Creatable<'_> {
    /// The context.
    pub fn context(&self) -> &Context {
        self.0
    }
}

impl Admission<'_> {
    /// The channel.
    pub fn channel(&self) -> &Channel {
        self.channel
    }

    /// Who comes in, as what.
    pub fn newcomers(&self) -> &[Newcomer] {
        &self.newcomers
    }
}

impl Removal<'_> {
    /// The channel.
    pub fn channel(&self) -> &Channel {
        self.channel
    }

    /// Who goes.
    pub fn members(&self) -> &[MemberId] {
        &self.members
    }
}

impl Managed<'_> {
    /// The place.
    pub fn place(&self) -> &Place {
        self.0
    }
}

impl Appointment<'_> {
    /// The channel.
    pub fn channel(&self) -> &Channel {
        self.channel
    }

    /// Who.
    pub fn member(&self) -> MemberId {
        self.member
    }

    /// The role they are given.
    pub fn role(&self) -> ChannelRole {
        self.role
    }

    /// What it comes from.
    pub fn by(&self) -> AppointedBy {
        self.by
    }
}

/// Whether the actor may make a channel for this context: who leads it, admins, and the portal itself.
///
/// # Errors
/// [`AppError::Denied`] for others; [`AppError::Conflict`] when the context is archived.
pub fn may_create<'a>(
    actor: &Actor,
    context: &'a Context,
    standing: Standing,
) -> Result<Creatable<'a>, AppError> {
    if !context.is_open() {
        return Err(AppError::Conflict(format!(
            "{} is archived. Restore it before you make a channel for it.",
            context.name
        )));
    }
    let allowed = match actor {
        Actor::Portal(_) => true,
        Actor::Member(me) => {
            me.roles.has(Role::Admin) || (standing == Standing::Leader && !me.roles.sponsor_only())
        }
    };
    match allowed {
        true => Ok(Creatable(context)),
        false => Err(Denied::because(format!(
            "Only its leaders and admins make channels for {}.",
            context.name
        ))
        .into()),
    }
}

/// The one rule about sponsors: they only ever come into `sponsor` channels of contexts they belong to.
pub fn is_admissible(kind: ChannelType, candidate: &Candidate) -> bool {
    !candidate.roles.sponsor_only()
        || (kind == ChannelType::Sponsor && candidate.standing != Standing::Outside)
}

/// The people a channel starts with: its owner, and everyone of its context when it follows that.
pub fn found<'a>(
    channel: &'a Channel,
    owner: Option<MemberId>,
    context_members: &[Candidate],
) -> Admission<'a> {
    let mut newcomers = match channel.join_rule {
        JoinRule::Context => following(channel, context_members).newcomers,
        JoinRule::Open | JoinRule::Invitation => Vec::new(),
    };
    if let Some(owner) = owner {
        match newcomers.iter_mut().find(|newcomer| newcomer.member == owner) {
            Some(newcomer) => newcomer.role = ChannelRole::Owner,
            None => newcomers.push(Newcomer {
                member: owner,
                role: ChannelRole::Owner,
                follows_context: false,
            }),
        }
    } else {
        newcomers
            .iter_mut()
            .filter(|newcomer| newcomer.role == ChannelRole::Moderator)
            .for_each(|leader| leader.role = ChannelRole::Owner);
    }
    Admission { channel, newcomers }
}

/// Those who are in a channel because they belong to its context; who leads that moderates the channel.
pub fn following<'a>(channel: &'a Channel, candidates: &[Candidate]) -> Admission<'a> {
    let newcomers = candidates
        .iter()
        .filter(|candidate| candidate.standing != Standing::Outside && is_admissible(channel.kind, candidate))
        .map(|candidate| Newcomer {
            member: candidate.member,
            role: role_of_follower(candidate.standing),
            follows_context: true,
        })
        .collect();
    Admission { channel, newcomers }
}

/// What somebody is in a channel that follows their context.
pub const fn role_of_follower(standing: Standing) -> ChannelRole {
    match standing {
        Standing::Leader => ChannelRole::Moderator,
        Standing::Inside | Standing::Outside => ChannelRole::Member,
    }
}

/// The people of a new conversation.
pub fn in_conversation<'a>(channel: &'a Channel, members: &[MemberId]) -> Admission<'a> {
    let newcomers = members.iter().map(|member| Newcomer {
        member: *member,
        role: ChannelRole::Member,
        follows_context: false,
    });
    Admission {
        channel,
        newcomers: newcomers.collect(),
    }
}

/// Whether the actor may come in by themselves: into open channels, and into those that follow a context of theirs.
///
/// # Errors
/// [`AppError::NotFound`] for what they may not know of; [`AppError::Conflict`] when it is archived.
pub fn may_join<'a>(
    me: &Member,
    channel: &'a Channel,
    standing: Standing,
) -> Result<Admission<'a>, AppError> {
    let candidate = Candidate {
        member: me.member,
        roles: me.roles,
        standing,
    };
    let follows_context = match (channel.kind, channel.join_rule, standing) {
        (ChannelType::Direct, ..) | (_, JoinRule::Invitation, _) => return Err(AppError::NotFound),
        (_, JoinRule::Context, Standing::Outside) => return Err(AppError::NotFound),
        (_, JoinRule::Context, _) => true,
        (_, JoinRule::Open, _) => false,
    };
    if !is_admissible(channel.kind, &candidate) {
        return Err(AppError::NotFound);
    }
    refuse_archived(channel)?;
    let role = match follows_context {
        true => role_of_follower(standing),
        false => ChannelRole::Member,
    };
    Ok(Admission {
        channel,
        newcomers: vec![Newcomer {
            member: me.member,
            role,
            follows_context,
        }],
    })
}

/// Whether the actor looks after who is in the channel: its moderators and owners, and, when they are in it, leaders of its
/// context and admins.
///
/// # Errors
/// [`AppError::Denied`] for others and in direct conversations; [`AppError::Conflict`] when it is archived.
pub fn may_look_after(me: &Member, place: &Place, standing: Standing) -> Result<(), AppError> {
    if place.channel.kind == ChannelType::Direct {
        return Err(Denied::because(
            "The people of a conversation stay as they are. Start a new one to talk with others.",
        )
        .into());
    }
    if !(place.moderates() || standing == Standing::Leader || me.roles.has(Role::Admin)) {
        return Err(
            Denied::because("Only moderators and owners of this channel decide who is in it.").into(),
        );
    }
    refuse_archived(&place.channel)
}

/// Whether the actor may let these people in.
///
/// # Errors
/// As [`may_look_after`]; [`AppError::Conflict`] when the channel follows its context; [`AppError::Invalid`] for sponsors
/// who have no place in it.
pub fn may_add<'a>(
    me: &Member,
    place: &'a Place,
    standing: Standing,
    candidates: &[Candidate],
) -> Result<Admission<'a>, AppError> {
    may_look_after(me, place, standing)?;
    if place.channel.join_rule == JoinRule::Context {
        return Err(AppError::Conflict(
            "This channel follows its group: add people to the group, and they are in the channel."
                .to_owned(),
        ));
    }
    if !candidates
        .iter()
        .all(|candidate| is_admissible(place.channel.kind, candidate))
    {
        return Err(AppError::field(
            "person",
            "Sponsors can only be in channels of what they sponsor. Take them out of the list.",
        ));
    }
    let newcomers = candidates.iter().map(|candidate| Newcomer {
        member: candidate.member,
        role: ChannelRole::Member,
        follows_context: false,
    });
    Ok(Admission {
        channel: &place.channel,
        newcomers: newcomers.collect(),
    })
}

/// How many owners a channel has beside the member in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherOwners {
    /// At least one.
    Some,
    /// None.
    None,
}

/// Whether the actor may put somebody else out.
///
/// # Errors
/// As [`may_look_after`]; [`AppError::Conflict`] for those who follow the context and for the last owner;
/// [`AppError::Denied`] when a moderator would remove an owner.
pub fn may_remove<'a>(
    me: &Member,
    place: &'a Place,
    standing: Standing,
    target: &Membership,
    others: OtherOwners,
) -> Result<Removal<'a>, AppError> {
    may_look_after(me, place, standing)?;
    if target.follows_context {
        return Err(AppError::Conflict(
            "They are in this channel because they belong to its group. Take them out of the group instead."
                .to_owned(),
        ));
    }
    if target.role == ChannelRole::Owner {
        may_manage(me, place, standing)?;
        refuse_last_owner(target, others)?;
    }
    Ok(Removal {
        channel: &place.channel,
        members: vec![target.member_id],
    })
}

/// What a conversation is, for leaving it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversation {
    /// A channel of a context.
    Channel,
    /// Between two people.
    OneToOne,
    /// A direct conversation of more.
    Group,
}

/// Whether the actor may leave.
///
/// # Errors
/// [`AppError::Conflict`] when they are in it with their context, when it is between two, and for the last owner.
pub fn may_leave(
    place: &Place,
    conversation: Conversation,
    others: OtherOwners,
) -> Result<Removal<'_>, AppError> {
    if conversation == Conversation::OneToOne {
        return Err(AppError::Conflict(
            "A conversation between two people can't be left. You can mute or hide it.".to_owned(),
        ));
    }
    if place.membership.follows_context {
        return Err(AppError::Conflict(
            "You are in this channel because you belong to its group. You can mute or hide it.".to_owned(),
        ));
    }
    if conversation == Conversation::Channel {
        refuse_last_owner(&place.membership, others)?;
    }
    Ok(Removal {
        channel: &place.channel,
        members: vec![place.membership.member_id],
    })
}

/// What follows when people no longer belong to the context, or to the organization: they are out, whatever they were.
pub fn consequence<'a>(channel: &'a Channel, members: &[MemberId]) -> Removal<'a> {
    Removal {
        channel,
        members: members.to_vec(),
    }
}

/// Whether the actor may change what the channel is: its owners, and, when they are in it, leaders of its context and
/// admins. Everyone in a group conversation may name it.
///
/// # Errors
/// [`AppError::Denied`] for others.
pub fn may_manage<'a>(me: &Member, place: &'a Place, standing: Standing) -> Result<Managed<'a>, AppError> {
    let direct = place.channel.kind == ChannelType::Direct;
    let owns = place.membership.role == ChannelRole::Owner;
    if direct || owns || standing == Standing::Leader || me.roles.has(Role::Admin) {
        return Ok(Managed(place));
    }
    Err(Denied::because("Only owners of this channel can change it.").into())
}

/// Whether the settings may be changed now.
///
/// # Errors
/// As [`may_manage`]; [`AppError::Conflict`] when it is archived.
pub fn may_change<'a>(me: &Member, place: &'a Place, standing: Standing) -> Result<Managed<'a>, AppError> {
    let managed = may_manage(me, place, standing)?;
    refuse_archived(&place.channel)?;
    Ok(managed)
}

/// Whether the channel may be archived.
///
/// # Errors
/// As [`may_manage`]; [`AppError::Conflict`] when it is archived already; [`AppError::Denied`] for conversations.
pub fn may_archive<'a>(me: &Member, place: &'a Place, standing: Standing) -> Result<Managed<'a>, AppError> {
    if place.channel.kind == ChannelType::Direct {
        return Err(
            Denied::because("Conversations can't be archived. You can mute or hide this one.").into(),
        );
    }
    may_change(me, place, standing)
}

/// Whether an archived channel may be opened again.
///
/// # Errors
/// As [`may_manage`]; [`AppError::Conflict`] when it is open, or its context is archived.
pub fn may_unarchive<'a>(
    me: &Member,
    place: &'a Place,
    standing: Standing,
    context: &Context,
) -> Result<Managed<'a>, AppError> {
    let managed = may_manage(me, place, standing)?;
    if place.channel.archived_at.is_none() {
        return Err(AppError::Conflict("This channel is not archived.".to_owned()));
    }
    if !context.is_open() {
        return Err(AppError::Conflict(format!(
            "{} is archived. Restore it first.",
            context.name
        )));
    }
    Ok(managed)
}

/// Whether the actor may give somebody this channel role.
///
/// # Errors
/// As [`may_change`]; [`AppError::Conflict`] for the last owner.
pub fn may_appoint<'a>(
    me: &Member,
    place: &'a Place,
    standing: Standing,
    target: &Membership,
    role: ChannelRole,
    others: OtherOwners,
) -> Result<Appointment<'a>, AppError> {
    may_look_after(me, place, standing)?;
    may_change(me, place, standing)?;
    if role < ChannelRole::Owner {
        refuse_last_owner(target, others)?;
    }
    Ok(Appointment {
        channel: &place.channel,
        member: target.member_id,
        role,
        by: AppointedBy::Hand,
    })
}

/// Who looks after a channel that lost its last owner: decided by the portal.
pub fn succession(channel: &Channel, member: MemberId) -> Appointment<'_> {
    Appointment {
        channel,
        member,
        role: ChannelRole::Owner,
        by: AppointedBy::Hand,
    }
}

/// What becomes of a role when the leadership of the context changes: leaders moderate its channel while they lead. Owners
/// stay owners, and whoever was made a moderator by hand stays one.
pub fn leadership<'a>(
    channel: &'a Channel,
    membership: &Membership,
    standing: Standing,
) -> Option<Appointment<'a>> {
    let role = role_of_follower(standing);
    let by_hand = membership.role > ChannelRole::Member && !membership.role_follows_context;
    if membership.role == ChannelRole::Owner || membership.role == role || by_hand {
        return None;
    }
    Some(Appointment {
        channel,
        member: membership.member_id,
        role,
        by: AppointedBy::Leadership,
    })
}

fn refuse_last_owner(target: &Membership, others: OtherOwners) -> Result<(), AppError> {
    match (target.role, others) {
        (ChannelRole::Owner, OtherOwners::None) => Err(AppError::Conflict(
            "A channel needs an owner. Make somebody else an owner first.".to_owned(),
        )),
        _ => Ok(()),
    }
}

fn refuse_archived(channel: &Channel) -> Result<(), AppError> {
    match channel.archived_at {
        Some(_) => Err(AppError::Conflict(
            "This channel is archived. It can be read but not changed.".to_owned(),
        )),
        None => Ok(()),
    }
}
