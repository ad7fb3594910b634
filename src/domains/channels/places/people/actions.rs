//! What is done about who is in a channel.

use crate::domains::channels::model::{ChannelRole, Place};
use crate::domains::channels::places::actions::{my_place, other_owners};
use crate::domains::channels::places::belonging::{self, standing};
use crate::domains::channels::places::model::Candidate;
use crate::domains::channels::places::policy;
use crate::domains::channels::queries as channel_queries;
use crate::domains::tenancy::{self, PeopleFilter};
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::db::TenantTx;

use super::queries::{self, Inside};

/// Most people added at a time.
pub const ADDED_AT_ONCE: usize = 50;
/// People offered for a mention.
const OFFERED: usize = 8;
/// Hits looked at to find them: a person may be hit by several words.
const LOOKED_AT: i64 = 32;

/// Lets people in; answers how many were not in before.
///
/// # Errors
/// As [`policy::may_add`]; [`AppError::Invalid`] at `person` for nobody, too many, or people one may not know of.
pub fn add(tx: &mut TenantTx<'_>, channel: ChannelId, members: &[MemberId]) -> Result<usize, AppError> {
    let (place, standing) = my_place(tx, channel)?;
    policy::may_look_after(tx.me()?, &place, standing)?;
    let candidates = candidates(tx, &place, members)?;
    let admission = policy::may_add(tx.me()?, &place, standing, &candidates)?;
    Ok(belonging::let_in(tx, &admission)?.len())
}

fn candidates(
    tx: &mut TenantTx<'_>,
    place: &Place,
    members: &[MemberId],
) -> Result<Vec<Candidate>, AppError> {
    let mut wanted = members.to_vec();
    wanted.sort();
    wanted.dedup();
    if wanted.is_empty() {
        return Err(AppError::field("person", "Choose at least one person."));
    }
    if wanted.len() > ADDED_AT_ONCE {
        let words = format!(
            "At most {ADDED_AT_ONCE} people can be added at a time; you chose {}.",
            wanted.len()
        );
        return Err(AppError::field("person", words));
    }
    if tenancy::visible_among(tx, &wanted)?.len() != wanted.len() {
        let words = "One of these people can't be found any more. Take them out and try again.";
        return Err(AppError::field("person", words));
    }
    let mut candidates = Vec::with_capacity(wanted.len());
    for member in wanted {
        let roles = belonging::roles_of(tx, member)?.unwrap_or_default();
        let standing = standing(tx, member, place.channel.context_id)?;
        candidates.push(Candidate {
            member,
            roles,
            standing,
        });
    }
    Ok(candidates)
}

/// Puts somebody else out.
///
/// # Errors
/// [`AppError::NotFound`] when they are not in the channel; as [`policy::may_remove`].
pub fn remove(tx: &mut TenantTx<'_>, channel: ChannelId, member: MemberId) -> Result<(), AppError> {
    let (place, standing) = my_place(tx, channel)?;
    channel_queries::touch(tx, channel)?;
    let target = channel_queries::place_of(tx, channel, member)?.membership;
    let others = other_owners(tx, channel, member)?;
    let removal = policy::may_remove(tx.me()?, &place, standing, &target, others)?;
    belonging::put_out(tx, &removal)?;
    Ok(())
}

/// Gives somebody in the channel a channel role.
///
/// # Errors
/// [`AppError::NotFound`] when they are not in the channel; as [`policy::may_appoint`].
pub fn appoint(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    member: MemberId,
    role: ChannelRole,
) -> Result<(), AppError> {
    let (place, standing) = my_place(tx, channel)?;
    channel_queries::touch(tx, channel)?;
    let target = channel_queries::place_of(tx, channel, member)?.membership;
    let others = other_owners(tx, channel, member)?;
    let proof = policy::may_appoint(tx.me()?, &place, standing, &target, role, others)?;
    belonging::appoint(tx, &proof)?;
    Ok(())
}

/// People of the channel whom `text` begins to name, who wrote lately first: for a mention. Without text, those who wrote
/// lately and the first by name.
///
/// # Errors
/// When the database fails.
pub fn to_mention(tx: &mut TenantTx<'_>, channel: ChannelId, text: &str) -> Result<Vec<Inside>, AppError> {
    let me = tx.my_id()?;
    let words = PeopleFilter::search(text).words;
    let lately = queries::recent_authors(tx, channel)?;
    let mut order: Vec<MemberId> = Vec::new();
    match words.first() {
        None => {
            order.extend(&lately);
            if order.len() <= OFFERED {
                let first = queries::page(tx, channel, &queries::After::default())?;
                order.extend(first.into_iter().map(|person| person.id));
            }
        }
        Some(first) => {
            order.extend(queries::matching_among(tx, &lately, &words)?);
            order.extend(queries::matching(tx, channel, &words, LOOKED_AT)?);
            let called = queries::called(tx, &order, first)?;
            order.sort_by_key(|member| !called.contains(member));
        }
    }
    let mut found = queries::these(tx, channel, &order)?;
    found.retain(|person| person.active && person.id != me);
    let place_in_order = |person: &Inside| order.iter().position(|member| *member == person.id);
    found.sort_by_key(place_in_order);
    found.truncate(OFFERED);
    Ok(found)
}

/// People of the channel matching a search, by name.
///
/// # Errors
/// When the database fails.
pub fn search(tx: &mut TenantTx<'_>, channel: ChannelId, text: &str) -> Result<Vec<Inside>, AppError> {
    let words = PeopleFilter::search(text).words;
    let hits = queries::matching(tx, channel, &words, queries::PAGE * 3)?;
    let mut found = queries::these(tx, channel, &hits)?;
    found.sort_by(|one, other| (&one.sort_name, one.id).cmp(&(&other.sort_name, other.id)));
    Ok(found)
}
