//! The inbox in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::channels::cursor::Cursor;
use crate::domains::channels::reading::queries::{count_cap, waiting_messages, waiting_names};
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MemberId, MessageId};
use crate::platform::db::{TenantTx, statement};

/// Lines on one page.
pub const PAGE: i64 = 30;

/// Which channels the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Those that may call attention, and any in which the member is mentioned.
    Loud,
    /// Muted ones too.
    All,
}

/// A channel with something unread, and the newest of it.
#[derive(QueryableByName, Debug, Clone)]
pub struct UnreadChannel {
    /// The channel.
    #[diesel(sql_type = SqlUuid)]
    pub channel_id: ChannelId,
    /// Number of its newest message.
    #[diesel(sql_type = BigInt)]
    pub last_seq: i64,
    /// When its newest message was written: what the list is ordered by.
    #[diesel(sql_type = Timestamptz)]
    pub last_message_at: DateTime<Utc>,
    /// Whether it is muted or shows no badge for plain messages.
    #[diesel(sql_type = Bool)]
    pub quiet: bool,
    /// Who wrote the newest unread message.
    #[diesel(sql_type = SqlUuid)]
    pub author_id: MemberId,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// The beginning of its text; empty when it is only files.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// Unread messages, capped at 100.
    #[diesel(sql_type = BigInt)]
    pub unread: i64,
    /// Unread mentions, by name or of everyone.
    #[diesel(sql_type = BigInt)]
    pub mentions: i64,
}

/// Whether place `p` shows in the list by itself at `$2`: it may call attention, or somebody calls its member in it. What is set
/// to "nothing" listens to names only.
macro_rules! is_loud {
    () => {
        concat!(
            "(p.notify = 'all' AND (p.muted_until IS NULL OR p.muted_until <= $2)) OR EXISTS (",
            waiting_names!("1"),
            ") OR (p.notify <> 'none' AND EXISTS (",
            waiting_messages!("1"),
            " AND s.mentions_all))"
        )
    };
}

/// The acting member's channels with something unread, the most recently active first; one more than [`PAGE`] when there
/// are more. Counts are made for the lines of this page only.
///
/// # Errors
/// When the database fails.
#[expect(clippy::disallowed_methods, reason = "lateral joins have no typed form")]
pub fn unread(
    tx: &mut TenantTx<'_>,
    listed: Listed,
    after: Option<Cursor>,
) -> Result<Vec<UnreadChannel>, AppError> {
    let (me, now) = (tx.my_id()?, tx.now());
    let rows = statement(concat!(
        "SELECT p.*, u.unread, e.calls + n.named AS mentions FROM ( \
           SELECT p.org_id, p.member_id, p.last_read_seq, p.visible_from_seq, c.id AS channel_id, c.last_seq, c.last_message_at, \
                  (p.notify <> 'all' OR coalesce(p.muted_until > $2, false)) AS quiet, x.author_id, x.created_at, x.text \
           FROM channel_memberships p JOIN channels c ON c.org_id = p.org_id AND c.id = p.channel_id \
             JOIN LATERAL (",
        waiting_messages!("s.author_id, s.created_at, left(s.body_text, 600) AS text"),
        " ORDER BY s.seq DESC LIMIT 1) x ON true \
           WHERE p.member_id = $1 AND c.archived_at IS NULL AND p.notify <> 'hidden' AND c.last_seq > p.last_read_seq AND c.last_message_at IS NOT NULL \
             AND ($4::timestamptz IS NULL OR (c.last_message_at, c.id) < ($4, $5)) \
             AND ($3 OR ",
        is_loud!(),
        ") ORDER BY c.last_message_at DESC, c.id DESC LIMIT $6 \
         ) p \
         CROSS JOIN LATERAL (SELECT count(*) AS unread FROM (",
        waiting_messages!("1"),
        " LIMIT ",
        count_cap!(),
        ") q) u \
         CROSS JOIN LATERAL (",
        waiting_messages!("count(*) AS calls"),
        " AND s.mentions_all) e \
         CROSS JOIN LATERAL (",
        waiting_names!("count(*) AS named"),
        ") n \
         ORDER BY p.last_message_at DESC, p.channel_id DESC",
    ))
    .bind::<SqlUuid, _>(me)
    .bind::<Timestamptz, _>(now)
    .bind::<Bool, _>(listed == Listed::All)
    .bind::<Nullable<Timestamptz>, _>(after.map(|cursor| cursor.at))
    .bind::<Nullable<SqlUuid>, _>(after.map(|cursor| cursor.id))
    .bind::<BigInt, _>(PAGE + 1)
    .load(tx.conn())?;
    Ok(rows)
}

#[derive(QueryableByName)]
struct Answered {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// Whether a muted channel, in which nobody calls the acting member, holds something unread.
///
/// # Errors
/// When the database fails.
#[expect(clippy::disallowed_methods, reason = "lateral joins have no typed form")]
pub fn has_quiet_unread(tx: &mut TenantTx<'_>) -> Result<bool, AppError> {
    let (me, now) = (tx.my_id()?, tx.now());
    let answered: Answered = statement(concat!(
        "SELECT EXISTS (SELECT FROM channel_memberships p JOIN channels c ON c.org_id = p.org_id AND c.id = p.channel_id \
           JOIN LATERAL (",
        waiting_messages!("1"),
        " LIMIT 1) x ON true \
           WHERE p.member_id = $1 AND c.archived_at IS NULL AND p.notify <> 'hidden' AND c.last_seq > p.last_read_seq AND c.last_message_at IS NOT NULL \
             AND NOT (",
        is_loud!(),
        ")) AS yes",
    ))
    .bind::<SqlUuid, _>(me)
    .bind::<Timestamptz, _>(now)
    .get_result(tx.conn())?;
    Ok(answered.yes)
}

/// A message that calls the acting member.
#[derive(QueryableByName, Debug, Clone)]
pub struct Mention {
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
    /// The beginning of its text.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// Whether it calls everyone, and not this member by name.
    #[diesel(sql_type = Bool)]
    pub everyone: bool,
    /// Whether it was not read yet.
    #[diesel(sql_type = Bool)]
    pub unread: bool,
}

/// Messages that call the acting member by name or call everyone, read and unread, the newest first; one more than [`PAGE`]
/// when there are more. Messages they hid are left out.
///
/// # Errors
/// When the database fails.
#[expect(
    clippy::disallowed_methods,
    reason = "a union of two ordered parts has no typed form"
)]
pub fn mentions(tx: &mut TenantTx<'_>, after: Option<Cursor>) -> Result<Vec<Mention>, AppError> {
    let me = tx.my_id()?;
    let rows = statement(
        "SELECT * FROM ( \
           (SELECT s.channel_id, s.seq, s.id, s.author_id, s.created_at, left(s.body_text, 600) AS text, false AS everyone, s.seq > p.last_read_seq AS unread \
            FROM mentions n JOIN channel_memberships p ON p.org_id = n.org_id AND p.member_id = n.member_id AND p.channel_id = n.channel_id \
              JOIN messages s ON s.org_id = n.org_id AND s.channel_id = n.channel_id AND s.seq = n.seq \
            WHERE n.member_id = $1 AND n.seq >= p.visible_from_seq AND s.deleted_at IS NULL \
              AND ($2::timestamptz IS NULL OR (n.at <= $2 AND (s.created_at, s.id) < ($2, $3))) \
              AND NOT EXISTS (SELECT FROM hidden_messages h WHERE h.org_id = s.org_id AND h.member_id = $1 AND h.channel_id = s.channel_id AND h.seq = s.seq) \
            ORDER BY n.at DESC, s.id DESC LIMIT $4) \
           UNION ALL \
           (SELECT s.channel_id, s.seq, s.id, s.author_id, s.created_at, left(s.body_text, 600), true, s.seq > p.last_read_seq \
            FROM channel_memberships p JOIN messages s ON s.org_id = p.org_id AND s.channel_id = p.channel_id AND s.seq >= p.visible_from_seq \
            WHERE p.member_id = $1 AND s.mentions_all AND s.deleted_at IS NULL AND s.author_id <> p.member_id \
              AND ($2::timestamptz IS NULL OR (s.created_at, s.id) < ($2, $3)) \
              AND NOT EXISTS (SELECT FROM hidden_messages h WHERE h.org_id = s.org_id AND h.member_id = $1 AND h.channel_id = s.channel_id AND h.seq = s.seq) \
            ORDER BY s.created_at DESC, s.id DESC LIMIT $4) \
         ) called ORDER BY created_at DESC, id DESC LIMIT $4",
    )
    .bind::<SqlUuid, _>(me)
    .bind::<Nullable<Timestamptz>, _>(after.map(|cursor| cursor.at))
    .bind::<Nullable<SqlUuid>, _>(after.map(|cursor| cursor.id))
    .bind::<BigInt, _>(PAGE + 1)
    .load(tx.conn())?;
    Ok(rows)
}
