//! Places: making channels and conversations, finding them, coming in and going out, and what can be set about them.
//!
//! Invariants: every change of who is in a channel moves its revision ([`belonging`]); a channel of a context always has an
//! owner; sponsors come only into `sponsor` channels of contexts they belong to; a newcomer has read everything and sees
//! what the channel's rule gives newcomers; there is one conversation of exactly these people.

pub mod actions;
pub(in crate::domains::channels) mod belonging;
pub mod direct;
pub(in crate::domains::channels) mod following;
pub mod forms;
pub mod listing;
pub mod model;
pub mod pages;
pub mod people;
pub mod policy;
mod queries;
pub mod routes;

use chrono::{DateTime, Utc};

use crate::domains::channels::model::{Channel, ChannelType, Membership, Place};
use crate::domains::channels::queries as channel_queries;
use crate::domains::channels::reading::queries as reading;
use crate::domains::channels::sidebar;
use crate::domains::tenancy::ContextLink;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, ContextId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::web::RouteDef;

pub use model::{NewChannel, Settings};

/// The room's routes. They stand before those of messages: `/channels/{channel}` would take `/channels/new`.
pub fn all_routes() -> Vec<RouteDef> {
    [
        listing::routes::routes(),
        routes::routes(),
        people::routes::routes(),
        direct::routes::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Makes a channel for a context, with everyone of it when it follows it.
///
/// # Errors
/// As [`actions::create`].
pub fn create_channel(tx: &mut TenantTx<'_>, new: &NewChannel) -> Result<Channel, AppError> {
    actions::create(tx, new)
}

/// The channel in which the people of a context talk: the oldest that is in use.
///
/// # Errors
/// When the database fails.
pub fn channel_of_context(tx: &mut TenantTx<'_>, context: ContextId) -> Result<Option<Channel>, AppError> {
    Ok(queries::open_of_context(tx, context)?.into_iter().next())
}

/// The acting member's place in a channel; nothing outside of it.
///
/// # Errors
/// When the database fails.
pub fn place_in(tx: &mut TenantTx<'_>, channel: ChannelId) -> Result<Option<Place>, AppError> {
    match channel_queries::my_place(tx, channel) {
        Ok(place) => Ok(Some(place)),
        Err(AppError::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Which of these people are in a channel.
///
/// # Errors
/// When the database fails.
pub fn those_inside(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    members: &[MemberId],
) -> Result<Vec<MemberId>, AppError> {
    Ok(channel_queries::those_inside(tx, channel, members)?)
}

/// The one conversation of exactly these people, begun when there is none. `members` includes the acting member.
///
/// # Errors
/// As [`direct::actions::find_or_create`].
pub fn find_or_create_direct(tx: &mut TenantTx<'_>, members: &[MemberId]) -> Result<ChannelId, AppError> {
    Ok(direct::actions::find_or_create(tx, members, "")?.channel())
}

/// One of the acting member's channels, for programs.
#[derive(Debug, Clone)]
pub struct ApiChannel {
    /// The channel.
    pub channel: Channel,
    /// The member's place in it.
    pub membership: Membership,
    /// Its title, or the others' names.
    pub name: String,
    /// How many people are in it.
    pub member_count: i64,
    /// When the newest message was written.
    pub last_message_at: Option<DateTime<Utc>>,
    /// What waits in it.
    pub waiting: reading::Waiting,
}

/// A page of the acting member's channels in the order of their ids, and where the next begins.
///
/// # Errors
/// When the database fails.
pub fn list_for_api(
    tx: &mut TenantTx<'_>,
    after: Option<ChannelId>,
    limit: usize,
) -> Result<(Vec<ApiChannel>, Option<ChannelId>), AppError> {
    let me = tx.my_id()?;
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut rows = queries::page_of_places(tx, me, after, wanted)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let nameless = rows
        .iter()
        .filter(|(channel, ..)| channel.title.is_empty())
        .map(|(channel, ..)| channel.id);
    let names = listing::pages::conversation_names(tx, me, &nameless.collect::<Vec<_>>())?;
    let ids: Vec<ChannelId> = rows.iter().map(|(channel, ..)| channel.id).collect();
    let waiting = reading::waiting_in(tx, &ids)?;
    let page = rows
        .into_iter()
        .map(|(channel, membership, last_message_at)| ApiChannel {
            name: names
                .get(&channel.id)
                .cloned()
                .unwrap_or_else(|| channel.title.clone()),
            member_count: channel.member_count.into(),
            last_message_at,
            waiting: waiting.get(&channel.id).copied().unwrap_or_default(),
            channel,
            membership,
        });
    Ok((page.collect(), ids.last().filter(|_| more).copied()))
}

/// Takes somebody who no longer belongs to a context out of the channels that follow it, in the same transaction. What the
/// bus tells of it later finds this done.
///
/// # Errors
/// When the database fails.
pub fn end_with_context(tx: &mut TenantTx<'_>, member: MemberId, context: ContextId) -> Result<(), AppError> {
    following::settle(tx, member, context)
}

/// The channels of a context that the acting member is in, for the context's page.
///
/// # Errors
/// When the database fails.
pub fn links_of_context(tx: &mut TenantTx<'_>, context: ContextId) -> Result<Vec<ContextLink>, AppError> {
    let me = tx.my_id()?;
    let mut links: Vec<ContextLink> = queries::places_of(tx, me)?
        .into_iter()
        .filter(|(channel, _)| channel.context_id == Some(context) && channel.kind != ChannelType::Direct)
        .map(|(channel, _)| ContextLink {
            href: format!("/channels/{}", channel.id),
            icon: sidebar::icon(channel.kind),
            label: channel.title,
        })
        .collect();
    links.sort_by(|one, other| one.label.cmp(&other.label));
    Ok(links)
}
