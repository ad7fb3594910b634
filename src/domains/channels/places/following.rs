//! What becomes of channels and places when contexts and members change. Each function looks at how things are now and makes
//! the channels agree, so hearing a fact twice, late or out of order changes nothing.

use std::collections::HashMap;

use crate::domains::channels::model::{Channel, ChannelType};
use crate::domains::channels::queries as channel_queries;
use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ContextId, MemberId};
use crate::platform::db::TenantTx;

use super::actions::{self, Archiving};
use super::belonging;
use super::model::{Candidate, NewChannel, Settings, Standing};
use super::{direct, policy, queries};

/// Makes the channel of a new context, unless it has one; who made the context owns it.
///
/// # Errors
/// When the database fails.
pub fn context_created(
    tx: &mut TenantTx<'_>,
    context: ContextId,
    creator: Option<MemberId>,
) -> Result<(), AppError> {
    queries::lock_context(tx, context)?;
    if queries::has_channel(tx, context)? {
        return Ok(());
    }
    let context = tenancy::context(tx, context)?;
    if !context.is_open() {
        return Ok(());
    }
    let owner = match creator {
        Some(creator) => belonging::roles_of(tx, creator)?.map(|_| creator),
        None => None,
    };
    let mut settings = Settings::titled(&context.name);
    settings.description = context.description.clone();
    actions::create(
        tx,
        &NewChannel {
            context: context.id,
            settings,
            owner,
        },
    )?;
    Ok(())
}

/// Brings a member's places in the channels of one context in line with whether they belong to it.
///
/// # Errors
/// When the database fails.
pub fn settle(tx: &mut TenantTx<'_>, member: MemberId, context: ContextId) -> Result<(), AppError> {
    queries::lock_context(tx, context)?;
    let standing = standing_anywhere(tx, member, context)?;
    // Somebody suspended is settled like anyone: they can't look, and being back is settled anew.
    let roles = belonging::roles_of(tx, member)?.unwrap_or_default();
    let candidate = Candidate {
        member,
        roles,
        standing,
    };
    for channel in queries::followers_of(tx, &[context])? {
        settle_place(tx, &channel, &candidate)?;
    }
    Ok(())
}

/// As [`belonging::standing`], also for archived contexts, whose channels stay readable to those who belong to them.
fn standing_anywhere(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    context: ContextId,
) -> Result<Standing, AppError> {
    let standing = belonging::standing(tx, member, Some(context))?;
    if standing != Standing::Outside || tenancy::context(tx, context)?.is_open() {
        return Ok(standing);
    }
    let belongs = tenancy::members_of_context(tx, context)?
        .iter()
        .any(|one| one.member == member);
    Ok(if belongs {
        Standing::Inside
    } else {
        Standing::Outside
    })
}

fn settle_place(tx: &mut TenantTx<'_>, channel: &Channel, candidate: &Candidate) -> Result<(), AppError> {
    let admission = policy::following(channel, std::slice::from_ref(candidate));
    let place = channel_queries::place_of(tx, channel.id, candidate.member);
    match (admission.newcomers().is_empty(), place) {
        (false, Err(AppError::NotFound)) => belonging::let_in(tx, &admission).map(|_| ()),
        (false, Ok(place)) => {
            queries::mark_following(tx, &admission)?;
            match policy::leadership(channel, &place.membership, candidate.standing) {
                Some(appointment) => belonging::appoint(tx, &appointment).map(|_| ()),
                None => Ok(()),
            }
        }
        (true, Ok(place)) if place.membership.follows_context => {
            let removal = policy::consequence(channel, &[candidate.member]);
            belonging::put_out(tx, &removal).map(|_| ())
        }
        (_, Ok(_) | Err(AppError::NotFound)) => Ok(()),
        (_, Err(other)) => Err(other),
    }
}

/// Brings all places of a member in line: after their roles changed, or when they are back.
///
/// # Errors
/// When the database fails.
pub fn settle_everywhere(tx: &mut TenantTx<'_>, member: MemberId) -> Result<(), AppError> {
    let Some(roles) = belonging::roles_of(tx, member)? else {
        return Ok(());
    };
    let mut contexts: HashMap<ContextId, Standing> = HashMap::new();
    for belonging in tenancy::contexts_of(tx, member)? {
        let standing = if belonging.is_leader {
            Standing::Leader
        } else {
            Standing::Inside
        };
        contexts.insert(belonging.context.id, standing);
    }
    let mut ids: Vec<ContextId> = contexts.keys().copied().collect();
    ids.sort();
    for context in &ids {
        queries::lock_context(tx, *context)?;
    }
    for channel in queries::followers_of(tx, &ids)? {
        let standing = channel
            .context_id
            .and_then(|context| contexts.get(&context).copied());
        let candidate = Candidate {
            member,
            roles,
            standing: standing.unwrap_or(Standing::Outside),
        };
        settle_place(tx, &channel, &candidate)?;
    }
    match roles.sponsor_only() {
        true => put_sponsor_out(tx, member, &contexts),
        false => Ok(()),
    }
}

/// Who is only a sponsor from now on leaves everything that is not theirs, even where somebody had added them, and every
/// conversation with people they share nothing with any more.
fn put_sponsor_out(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    contexts: &HashMap<ContextId, Standing>,
) -> Result<(), AppError> {
    let places = queries::places_of(tx, member)?;
    let (conversations, channels): (Vec<Channel>, Vec<Channel>) = places
        .into_iter()
        .map(|(channel, _)| channel)
        .partition(|channel| channel.kind == ChannelType::Direct);
    let is_theirs = |channel: &Channel| {
        let context = channel
            .context_id
            .filter(|context| contexts.contains_key(context));
        channel.kind == ChannelType::Sponsor && context.is_some()
    };
    let (theirs, others): (Vec<Channel>, Vec<Channel>) = channels.into_iter().partition(is_theirs);
    for channel in &others {
        belonging::put_out(tx, &policy::consequence(channel, &[member]))?;
    }
    for conversation in &conversations {
        if !knows_everyone(tx, member, conversation, contexts, &theirs)? {
            leave_conversation(tx, conversation, member)?;
        }
    }
    Ok(())
}

/// Whether everyone else in a conversation shares a context or one of these channels with a member.
fn knows_everyone(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    conversation: &Channel,
    contexts: &HashMap<ContextId, Standing>,
    channels: &[Channel],
) -> Result<bool, AppError> {
    let others = queries::others_in(tx, member, &[conversation.id])?;
    let mut strangers: Vec<MemberId> = others.into_iter().map(|(_, other)| other).collect();
    for channel in channels {
        let inside = channel_queries::those_inside(tx, channel.id, &strangers)?;
        strangers.retain(|other| !inside.contains(other));
    }
    for other in strangers {
        let shared = tenancy::contexts_of(tx, other)?;
        if !shared.iter().any(|one| contexts.contains_key(&one.context.id)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes somebody out of a conversation. The others keep it, under the name of who is gone.
fn leave_conversation(tx: &mut TenantTx<'_>, channel: &Channel, member: MemberId) -> Result<(), AppError> {
    let removal = policy::consequence(channel, &[member]);
    direct::queries::forget_key(tx, &removal)?;
    direct::actions::keep_a_name(tx, channel, member)?;
    belonging::put_out(tx, &removal).map(|_| ())
}

/// Archives the channels of an archived context with it.
///
/// # Errors
/// When the database fails.
pub fn context_archived(tx: &mut TenantTx<'_>, context: ContextId) -> Result<(), AppError> {
    queries::lock_context(tx, context)?;
    if tenancy::context(tx, context)?.is_open() {
        return Ok(());
    }
    for channel in queries::archive_with_context(tx, context)? {
        actions::tell_of_archiving(tx, channel, Archiving::Archive)?;
    }
    Ok(())
}

/// Opens the channels that were archived with a context which is open again.
///
/// # Errors
/// When the database fails.
pub fn context_restored(tx: &mut TenantTx<'_>, context: ContextId) -> Result<(), AppError> {
    queries::lock_context(tx, context)?;
    if !tenancy::context(tx, context)?.is_open() {
        return Ok(());
    }
    for channel in queries::unarchive_with_context(tx, context)? {
        actions::tell_of_archiving(tx, channel, Archiving::Reopen)?;
    }
    Ok(())
}

/// Ends what open pages believe about a member who can no longer sign in. Their places wait for them.
///
/// # Errors
/// When the database fails.
pub fn member_suspended(tx: &mut TenantTx<'_>, member: MemberId) -> Result<(), AppError> {
    for (channel, _) in queries::places_of(tx, member)? {
        channel_queries::touch(tx, channel.id)?;
    }
    Ok(())
}

/// Takes a person who is no longer a member out of every channel and conversation.
///
/// # Errors
/// When the database fails.
pub fn member_left(tx: &mut TenantTx<'_>, member: MemberId) -> Result<(), AppError> {
    if belonging::roles_of(tx, member)?.is_some() {
        // They are back already; what they belong to now is settled by that fact.
        return Ok(());
    }
    for (channel, _) in queries::places_of(tx, member)? {
        match channel.kind {
            ChannelType::Direct => leave_conversation(tx, &channel, member)?,
            _ => belonging::put_out(tx, &policy::consequence(&channel, &[member])).map(|_| ())?,
        }
    }
    Ok(())
}
