//! What became of a broadcast with each person it was sent to: seen, confirmed, asked again.

mod actions;
mod export;
mod pages;
pub mod queries;
pub mod routes;

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{BroadcastId, MemberId};
use crate::kernel::markup;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::broadcast_recipients;

pub use actions::{acknowledge, mark_seen, nudge, see_plain, unsee};
pub use queries::Figures;

/// One person's copy of a broadcast.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = broadcast_recipients)]
pub struct Receipt {
    /// Who.
    pub member_id: MemberId,
    /// When it was sent to them.
    pub delivered_at: DateTime<Utc>,
    /// When they saw it since it last came up; none: it waits in their inbox.
    pub seen_at: Option<DateTime<Utc>>,
    /// When they saw it first.
    pub first_seen_at: Option<DateTime<Utc>>,
    /// When they said that they have read it.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When they were last asked again.
    pub nudged_at: Option<DateTime<Utc>>,
}

/// A broadcast as the inbox shows it.
#[derive(Debug, Clone)]
pub struct InboxItem {
    /// Which.
    pub id: BroadcastId,
    /// Its page.
    pub href: String,
    /// Its title.
    pub title: String,
    /// The beginning of its text.
    pub excerpt: String,
    /// Who sent it.
    pub from: String,
    /// Their initials.
    pub initials: String,
    /// Colour of their avatar, 0 to 11.
    pub hue: u16,
    /// When it was sent, or this person was last asked again.
    pub when: DateTime<Utc>,
    /// Whether it was seen since.
    pub seen: bool,
    /// Whether a confirmation is asked for and still missing.
    pub needs_ack: bool,
    /// Where a page of older ones goes on.
    pub cursor: InboxCursor,
}

/// A place in the inbox's list of broadcasts; prints into an address and reads from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InboxCursor {
    /// When the broadcast came up.
    pub when: DateTime<Utc>,
    /// Which one.
    pub id: BroadcastId,
}

impl fmt::Display for InboxCursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.when.timestamp_micros(), self.id)
    }
}

/// An address that holds no place in the list.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("that is not a place in the inbox")]
pub struct NoCursor;

impl FromStr for InboxCursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (when, id) = text.split_once('.').ok_or(NoCursor)?;
        let when = when
            .parse()
            .ok()
            .and_then(DateTime::from_timestamp_micros)
            .ok_or(NoCursor)?;
        Ok(Self {
            when,
            id: id.parse().map_err(|_| NoCursor)?,
        })
    }
}

/// The acting member's broadcasts, the ones that came up last first, before `before`; at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn inbox_items(
    tx: &mut TenantTx<'_>,
    before: Option<InboxCursor>,
    limit: i64,
) -> Result<Vec<InboxItem>, AppError> {
    let rows = queries::inbox(tx, before, limit)?;
    let authors: Vec<MemberId> = rows.iter().map(|row| row.author_id).collect();
    let cards = tenancy::member_cards(tx, &authors)?;
    let item = |row: queries::InboxRow| {
        let from = cards.get(&row.author_id);
        InboxItem {
            id: row.id,
            href: format!("/broadcasts/{}", row.id),
            excerpt: markup::excerpt(&row.body_text, 160),
            from: from.map(|card| card.name.clone()).unwrap_or_default(),
            initials: from.map(|card| card.initials.clone()).unwrap_or_default(),
            hue: from.map_or(0, |card| card.hue),
            when: row.surfaced_at,
            seen: row.seen_at.is_some(),
            needs_ack: row.requires_ack && row.acknowledged_at.is_none(),
            cursor: InboxCursor {
                when: row.surfaced_at,
                id: row.id,
            },
            title: row.title,
        }
    };
    Ok(rows.into_iter().map(item).collect())
}

/// What the acting member has of a broadcast that a message carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy {
    /// Nothing is asked of them.
    Plain,
    /// They are asked to confirm it and have not.
    Asks,
}

/// Which of these broadcasts the acting member was sent, and whether each still asks them for something.
///
/// # Errors
/// When the database fails.
pub fn mine_among(
    tx: &mut TenantTx<'_>,
    broadcasts: &[BroadcastId],
) -> Result<HashMap<BroadcastId, Copy>, AppError> {
    if broadcasts.is_empty() {
        return Ok(HashMap::new());
    }
    let copies = queries::mine_among(tx, broadcasts)?.into_iter();
    Ok(copies
        .map(|(id, asks)| (id, if asks { Copy::Asks } else { Copy::Plain }))
        .collect())
}

/// How many broadcasts wait for the acting member.
///
/// # Errors
/// When the database fails.
pub fn unseen_count(tx: &mut TenantTx<'_>) -> Result<i64, AppError> {
    let me = tx.my_id()?;
    Ok(queries::unseen(tx, me)?)
}
