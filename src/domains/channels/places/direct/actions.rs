//! Beginning conversations.

use crate::domains::channels::events::ChannelCreated;
use crate::domains::channels::model::{Channel, DIRECT_LIMIT};
use crate::domains::channels::places::belonging;
use crate::domains::channels::places::model::TITLE_LENGTH;
use crate::domains::channels::places::policy;
use crate::domains::channels::queries as channel_queries;
use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::queries::{self, Party};

/// Whether a conversation was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It is new.
    New(ChannelId),
    /// It was there.
    Found(ChannelId),
}

impl Begun {
    /// The conversation.
    pub fn channel(self) -> ChannelId {
        match self {
            Self::New(channel) | Self::Found(channel) => channel,
        }
    }
}

/// Finds the conversation of exactly these people, who include the acting member, or begins it.
///
/// # Errors
/// [`AppError::Invalid`] at `person` for fewer than two, more than twelve, or people the actor may not know of.
pub fn find_or_create(tx: &mut TenantTx<'_>, members: &[MemberId], title: &str) -> Result<Begun, AppError> {
    let party = party(tx, members)?;
    if let Some(channel) = queries::find(tx, &party)? {
        return Ok(Begun::Found(channel.id));
    }
    let id = tx.new_id();
    match queries::insert(tx, &party, id, title)? {
        Some(channel) => {
            tell(tx, &channel, &party)?;
            belonging::let_in(tx, &policy::in_conversation(&channel, party.members()))?;
            Ok(Begun::New(id))
        }
        // Another request was faster, and has committed by now.
        None => queries::find(tx, &party)?
            .map(|channel| Begun::Found(channel.id))
            .ok_or(AppError::NotFound),
    }
}

/// The conversation of exactly these people, when there is one.
///
/// # Errors
/// As [`find_or_create`].
pub fn find(tx: &mut TenantTx<'_>, members: &[MemberId]) -> Result<Option<ChannelId>, AppError> {
    let party = party(tx, members)?;
    Ok(queries::find(tx, &party)?.map(|channel| channel.id))
}

fn party(tx: &mut TenantTx<'_>, members: &[MemberId]) -> Result<Party, AppError> {
    let party = Party::of(members.to_vec());
    let count = party.members().len();
    if count < 2 {
        return Err(AppError::field("person", "Choose at least one other person."));
    }
    if count > DIRECT_LIMIT {
        let words = format!(
            "A conversation holds at most {DIRECT_LIMIT} people with you; you chose {}. A channel holds more.",
            count - 1
        );
        return Err(AppError::field("person", words));
    }
    if tenancy::visible_among(tx, party.members())?.len() != count {
        return Err(AppError::field(
            "person",
            "One of these people can't be found any more. Take them out and try again.",
        ));
    }
    Ok(party)
}

fn tell(tx: &mut TenantTx<'_>, channel: &Channel, party: &Party) -> Result<(), AppError> {
    tx.emit(&ChannelCreated {
        channel: channel.id,
        channel_type: channel.kind,
        context: None,
    })?;
    let entry = Entry::of("channels.channel.created", "channel", channel.id);
    tx.audit(entry.after(serde_json::json!({ "type": channel.kind, "people": party.members().len() })))
}

/// When somebody leaves the organization, the only one who stays in their conversation still reads whose it was.
///
/// # Errors
/// When the database fails.
pub fn keep_a_name(tx: &mut TenantTx<'_>, channel: &Channel, leaving: MemberId) -> Result<(), AppError> {
    if channel_queries::member_count(tx, channel.id)? != 2 {
        return Ok(());
    }
    let cards = tenancy::member_cards(tx, &[leaving])?;
    let Some(card) = cards.get(&leaving) else {
        return Ok(());
    };
    let title: String = card.name.chars().take(TITLE_LENGTH).collect();
    Ok(queries::name(tx, channel, &title)?)
}
