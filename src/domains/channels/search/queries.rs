//! The one statement of search.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::channels::cursor::Cursor;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MemberId, MessageId};
use crate::platform::db::{TenantTx, statement};

/// Hits on one page.
pub const PAGE: usize = 20;

/// What is looked for, ready for SQL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Words and phrases that must be there.
    pub wanted: Vec<String>,
    /// The beginning of a word that must be there.
    pub beginning: Option<String>,
    /// Words and phrases that may not be there.
    pub excluded: Vec<String>,
    /// Handles of authors; any of them.
    pub handles: Vec<String>,
    /// Any of these channels; none for all.
    pub channels: Option<Vec<ChannelId>>,
    /// Not before this moment.
    pub since: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
    /// What it must have besides words; all of them.
    pub has: Vec<String>,
    /// Hits after this place.
    pub after: Option<Cursor>,
}

/// A message that was found.
#[derive(QueryableByName, Debug, Clone)]
pub struct Found {
    /// Its channel.
    #[diesel(sql_type = SqlUuid)]
    pub channel_id: ChannelId,
    /// Its number.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// The message.
    #[diesel(sql_type = SqlUuid)]
    pub id: MessageId,
    /// Who wrote it.
    #[diesel(sql_type = SqlUuid)]
    pub author_id: MemberId,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// Its text without marks.
    #[diesel(sql_type = Text)]
    pub body_text: String,
}

/// Messages the acting member may read, the newest first; one more than [`PAGE`] when there are more.
///
/// # Errors
/// When the database fails.
#[expect(
    clippy::disallowed_methods,
    reason = "the word index is reached through one SQL function"
)]
pub fn messages(tx: &mut TenantTx<'_>, asked: &Asked) -> Result<Vec<Found>, AppError> {
    let me = tx.my_id()?;
    let rows = statement(
        "SELECT channel_id, seq, id, author_id, created_at, body_text \
         FROM app.search_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind::<SqlUuid, _>(me)
    .bind::<Array<Text>, _>(&asked.wanted)
    .bind::<Nullable<Text>, _>(&asked.beginning)
    .bind::<Array<Text>, _>(&asked.excluded)
    .bind::<Array<Text>, _>(&asked.handles)
    .bind::<Nullable<Array<SqlUuid>>, _>(&asked.channels)
    .bind::<Nullable<Timestamptz>, _>(asked.since)
    .bind::<Nullable<Timestamptz>, _>(asked.until)
    .bind::<Array<Text>, _>(&asked.has)
    .bind::<Nullable<Timestamptz>, _>(asked.after.map(|cursor| cursor.at))
    .bind::<Nullable<SqlUuid>, _>(asked.after.map(|cursor| cursor.id))
    .bind::<Integer, _>(i32::try_from(PAGE + 1).unwrap_or(i32::MAX))
    .load(tx.conn())?;
    Ok(rows)
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = SqlUuid)]
    channel_id: ChannelId,
}

/// The acting member's channels that go by these names: a title, in which a hyphen may stand for a space, or the name or handle of
/// somebody in a direct conversation.
///
/// # Errors
/// When the database fails.
#[expect(
    clippy::disallowed_methods,
    reason = "names are compared as people write them, which has no typed form"
)]
pub fn called(tx: &mut TenantTx<'_>, names: &[String]) -> Result<Vec<(String, ChannelId)>, AppError> {
    let me = tx.my_id()?;
    let rows: Vec<Named> = statement(
        "SELECT n.name, c.id AS channel_id FROM unnest($2::text[]) AS n(name), \
           channel_memberships p JOIN channels c ON c.org_id = p.org_id AND c.id = p.channel_id \
         WHERE p.member_id = $1 AND (lower(replace(c.title, '-', ' ')) = lower(replace(n.name, '-', ' ')) \
           OR (c.type = 'direct' AND EXISTS ( \
             SELECT FROM channel_memberships o JOIN members m ON m.org_id = o.org_id AND m.id = o.member_id \
             WHERE o.org_id = c.org_id AND o.channel_id = c.id AND o.member_id <> $1 \
               AND (lower(m.display_name) = lower(n.name) OR m.handle = ltrim(lower(n.name), '@')))))",
    )
    .bind::<SqlUuid, _>(me)
    .bind::<Array<Text>, _>(names)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.name, row.channel_id)).collect())
}
