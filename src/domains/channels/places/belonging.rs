//! Letting people in and putting them out. Every change of who is in a channel goes through here, so that none of them
//! forgets to move the revision: what an open page believed about its reader ends with it.

use crate::domains::channels::events::{ChannelMemberAdded, ChannelMemberRemoved, ChannelRoleChanged};
use crate::domains::channels::model::{Channel, ChannelType};
use crate::domains::channels::queries as channel_queries;
use crate::domains::tenancy::{self, PeopleFilter};
use crate::kernel::actor::{Role, Roles};
use crate::kernel::error::AppError;
use crate::kernel::ids::{ContextId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::model::{Candidate, Standing};
use super::policy::{self, Admission, Appointment, Removal};
use super::queries;

/// People named in one event and one audit row; more are told in several.
const TOLD_AT_ONCE: usize = 500;
/// Up to so many people are looked up one by one to learn whether they are sponsors.
const FEW: usize = 4;
/// Sponsors an organization may have before some are overlooked: far more than any has.
const MANY_SPONSORS: i64 = 10_000;

/// Lets people in; answers who was not in before.
///
/// # Errors
/// When the channel is gone.
pub fn let_in(tx: &mut TenantTx<'_>, proof: &Admission<'_>) -> Result<Vec<MemberId>, AppError> {
    let channel = proof.channel().id;
    channel_queries::touch(tx, channel)?;
    let new = queries::admit(tx, proof)?;
    queries::mark_following(tx, proof)?;
    for members in new.chunks(TOLD_AT_ONCE) {
        tx.emit(&ChannelMemberAdded {
            channel,
            members: members.to_vec(),
        })?;
        let entry = Entry::of("channels.member.added", "channel", channel);
        tx.audit(entry.after(serde_json::json!({ "members": members })))?;
    }
    Ok(new)
}

/// Puts people out; answers who was in. A channel that loses its last owner gets another.
///
/// # Errors
/// When the channel is gone.
pub fn put_out(tx: &mut TenantTx<'_>, proof: &Removal<'_>) -> Result<Vec<MemberId>, AppError> {
    let channel = proof.channel().id;
    channel_queries::touch(tx, channel)?;
    let gone = queries::expel(tx, proof)?;
    for members in gone.chunks(TOLD_AT_ONCE) {
        tx.emit(&ChannelMemberRemoved {
            channel,
            members: members.to_vec(),
        })?;
        let entry = Entry::of("channels.member.removed", "channel", channel);
        tx.audit(entry.before(serde_json::json!({ "members": members })))?;
    }
    if !gone.is_empty() && proof.channel().kind != ChannelType::Direct {
        keep_an_owner(tx, proof.channel())?;
    }
    Ok(gone)
}

/// Gives somebody a channel role; answers whether that changed anything.
///
/// # Errors
/// When the channel is gone.
pub fn appoint(tx: &mut TenantTx<'_>, proof: &Appointment<'_>) -> Result<bool, AppError> {
    let (channel, member, role) = (proof.channel().id, proof.member(), proof.role());
    if !queries::appoint(tx, proof)? {
        return Ok(false);
    }
    channel_queries::touch(tx, channel)?;
    tx.emit(&ChannelRoleChanged {
        channel,
        member,
        role,
    })?;
    let entry = Entry::of("channels.member.appointed", "channel", channel);
    tx.audit(entry.after(serde_json::json!({ "member": member, "role": role })))?;
    Ok(true)
}

/// Makes the moderator, or else the member, who has been in longest the owner of a channel that has none; never a sponsor
/// while there is anyone else.
fn keep_an_owner(tx: &mut TenantTx<'_>, channel: &Channel) -> Result<(), AppError> {
    let nobody = MemberId(uuid::Uuid::nil());
    if queries::other_owners(tx, channel.id, nobody)? > 0 {
        return Ok(());
    }
    let candidates = queries::successors(tx, channel.id)?;
    let sponsors = sponsors_among(tx, &candidates)?;
    let heir = candidates
        .iter()
        .find(|member| !sponsors.contains(member))
        .or(candidates.first());
    match heir {
        Some(heir) => appoint(tx, &policy::succession(channel, *heir)).map(|_| ()),
        None => Ok(()),
    }
}

/// How a member stands to a channel's context; outside for conversations, which have none.
///
/// # Errors
/// When the database fails.
pub fn standing(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    context: Option<ContextId>,
) -> Result<Standing, AppError> {
    let Some(context) = context else {
        return Ok(Standing::Outside);
    };
    if tenancy::leads(tx, member, context)? {
        return Ok(Standing::Leader);
    }
    let belongs = tenancy::contexts_of(tx, member)?
        .iter()
        .any(|belonging| belonging.context.id == context);
    Ok(if belongs {
        Standing::Inside
    } else {
        Standing::Outside
    })
}

/// Those of `members` who are only sponsors.
///
/// # Errors
/// When the database fails.
pub fn sponsors_among(tx: &mut TenantTx<'_>, members: &[MemberId]) -> Result<Vec<MemberId>, AppError> {
    let suspects: Vec<MemberId> = if members.len() <= FEW {
        members.to_vec()
    } else {
        let sponsors = PeopleFilter {
            role: Some(Role::Sponsor),
            ..PeopleFilter::search("")
        };
        let sponsors = tenancy::search_people(tx, &sponsors, MANY_SPONSORS)?;
        let sponsors: std::collections::HashSet<MemberId> =
            sponsors.into_iter().map(|card| card.id).collect();
        members
            .iter()
            .filter(|member| sponsors.contains(member))
            .copied()
            .collect()
    };
    let mut found = Vec::new();
    for member in suspects {
        if roles_of(tx, member)?.is_some_and(Roles::sponsor_only) {
            found.push(member);
        }
    }
    Ok(found)
}

/// What an active member may do in the organization; `None` for those who can't use the portal now.
///
/// # Errors
/// When the database fails.
pub fn roles_of(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Option<Roles>, AppError> {
    match tenancy::person(tx, member) {
        Ok(person) => Ok(Some(person.roles)),
        Err(AppError::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Everyone of a context as candidates for its channels.
///
/// # Errors
/// When the database fails.
pub fn candidates_of(tx: &mut TenantTx<'_>, context: ContextId) -> Result<Vec<Candidate>, AppError> {
    let belonging = tenancy::members_of_context(tx, context)?;
    let ids: Vec<MemberId> = belonging.iter().map(|one| one.member).collect();
    let sponsors = sponsors_among(tx, &ids)?;
    let candidates = belonging.into_iter().map(|one| Candidate {
        member: one.member,
        roles: if sponsors.contains(&one.member) {
            Roles::from_iter([Role::Sponsor])
        } else {
            Roles::default()
        },
        standing: if one.is_leader {
            Standing::Leader
        } else {
            Standing::Inside
        },
    });
    Ok(candidates.collect())
}
