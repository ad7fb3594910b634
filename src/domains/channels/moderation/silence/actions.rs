//! Pausing and resuming.

use crate::domains::channels::events::MemberSilenced;
use crate::domains::channels::model::{Membership, Place};
use crate::domains::channels::moderation::policy;
use crate::domains::channels::queries as channel_queries;
use crate::domains::tenancy;
use crate::kernel::actor::Roles;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::NewSilence;
use super::{FOREVER, queries};

/// Whose writing is to be paused, where.
pub struct Target {
    /// The moderator's place.
    pub place: Place,
    /// That person's place.
    pub membership: Membership,
    /// Their roles in the organization.
    pub roles: Roles,
    /// Their name.
    pub name: String,
}

/// Finds whose writing is to be paused, for someone who looks after the channel.
///
/// # Errors
/// [`AppError::NotFound`] when one of the two is not in the channel; refusals of [`policy::may_silence`].
pub fn target(tx: &mut TenantTx<'_>, channel: ChannelId, member: MemberId) -> Result<Target, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let membership = channel_queries::place_of(tx, channel, member)?.membership;
    let person = tenancy::person(tx, member)?;
    let target = Target {
        place,
        membership,
        roles: person.roles,
        name: person.card.name,
    };
    policy::may_silence(tx.me()?, &target.place, &target.membership, target.roles)?;
    Ok(target)
}

/// Pauses someone's writing; answers whose.
///
/// # Errors
/// As [`target`].
pub fn silence(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    member: MemberId,
    new: &NewSilence,
) -> Result<Target, AppError> {
    let target = target(tx, channel, member)?;
    let proof = policy::may_silence(tx.me()?, &target.place, &target.membership, target.roles)?;
    let until = new.length.end(tx.now());
    queries::set(tx, &proof, Some(until), &new.reason)?;
    tx.emit(&MemberSilenced {
        channel,
        member,
        silenced: true,
        until: Some(until).filter(|until| *until < FOREVER),
    })?;
    let before = serde_json::json!({ "silenced_until": target.membership.silenced_until });
    let after = serde_json::json!({ "channel": channel, "silenced_until": until, "reason": new.reason });
    tx.audit(
        Entry::of("channels.member.silenced", "member", member)
            .before(before)
            .after(after),
    )?;
    Ok(target)
}

/// Lets someone write again; lifting a pause that is over does nothing.
///
/// # Errors
/// As [`target`].
pub fn resume(tx: &mut TenantTx<'_>, channel: ChannelId, member: MemberId) -> Result<Target, AppError> {
    let target = target(tx, channel, member)?;
    let proof = policy::may_silence(tx.me()?, &target.place, &target.membership, target.roles)?;
    if target.membership.silenced_until.is_none() {
        return Ok(target);
    }
    queries::set(tx, &proof, None, "")?;
    tx.emit(&MemberSilenced {
        channel,
        member,
        silenced: false,
        until: None,
    })?;
    let before = serde_json::json!({ "silenced_until": target.membership.silenced_until });
    tx.audit(
        Entry::of("channels.member.unsilenced", "member", member)
            .before(before)
            .after(serde_json::json!({ "channel": channel })),
    )?;
    Ok(target)
}
