//! Unread counts and read pointers in SQL.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde::{Deserialize, Serialize};

use crate::domains::channels::model::{ChannelType, NotifyLevel};
use crate::kernel::ids::{BroadcastId, ChannelId, MemberId};
use crate::kernel::sql_types;
use crate::platform::db::schema::{channel_memberships, reading_undos};
use crate::platform::db::{TenantTx, statement};

/// As [`COUNT_CAP`], for statements that are put together when the portal is built.
macro_rules! count_cap {
    () => {
        100
    };
}

/// Counting stops here: nobody reads the difference between 100 and 4,000.
pub const COUNT_CAP: i64 = count_cap!();

/// One of the acting member's channels with what is unread.
#[derive(QueryableByName, Debug, Clone)]
pub struct ListedChannel {
    /// The channel.
    #[diesel(sql_type = SqlUuid)]
    pub id: ChannelId,
    /// Its kind.
    #[diesel(sql_type = sql_types::ChannelType)]
    pub kind: ChannelType,
    /// Its title, or the names of the others in a direct conversation.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// How many others a direct conversation has.
    #[diesel(sql_type = BigInt)]
    pub others: i64,
    /// The other person of a conversation between two.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub other_id: Option<MemberId>,
    /// Number of the newest message.
    #[diesel(sql_type = BigInt)]
    pub last_seq: i64,
    /// When the newest message was written.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_message_at: Option<DateTime<Utc>>,
    /// How far the member has read.
    #[diesel(sql_type = BigInt)]
    pub last_read_seq: i64,
    /// What it may call attention for.
    #[diesel(sql_type = sql_types::NotifyLevel)]
    pub notify: NotifyLevel,
    /// No badges until then.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub muted_until: Option<DateTime<Utc>>,
    /// Unread messages, capped at [`COUNT_CAP`].
    #[diesel(sql_type = BigInt)]
    pub unread: i64,
    /// Unread mentions, by name or of everyone.
    #[diesel(sql_type = BigInt)]
    pub mentions: i64,
}

impl ListedChannel {
    /// Whether plain messages in it show no badge now.
    pub fn is_quiet(&self, now: DateTime<Utc>) -> bool {
        self.notify != NotifyLevel::All || self.muted_until.is_some_and(|until| until > now)
    }
}

/// What waits for a member over all channels.
#[derive(QueryableByName, Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Unread messages in channels that may call attention, capped at [`COUNT_CAP`].
    #[diesel(sql_type = BigInt)]
    pub unread: i64,
    /// Unread mentions in channels that may call attention for them.
    #[diesel(sql_type = BigInt)]
    pub mentions: i64,
    /// Broadcasts not seen.
    #[diesel(sql_type = BigInt)]
    pub broadcasts: i64,
}

impl Totals {
    /// The one number of the inbox badge.
    pub fn waiting(self) -> i64 {
        self.unread.max(self.mentions) + self.broadcasts
    }
}

/// Whether message `s` waits for the member of place `p`: it follows both the pointer and the point from which they may see,
/// is not their own, stands, and was not hidden by them; and it carries no broadcast that they were sent, which waits in the
/// inbox already. One place, used by every count. Two plain comparisons and not `greatest(…)`: only leakproof conditions may
/// use an index under row-level security, and that function is none.
macro_rules! waits {
    () => {
        "s.seq > p.last_read_seq AND s.seq >= p.visible_from_seq AND s.deleted_at IS NULL AND s.author_id <> p.member_id \
         AND NOT EXISTS (SELECT FROM hidden_messages h WHERE h.org_id = s.org_id AND h.member_id = p.member_id AND h.channel_id = s.channel_id AND h.seq = s.seq) \
         AND (s.broadcast_id IS NULL OR NOT EXISTS (SELECT FROM broadcast_recipients b WHERE b.org_id = s.org_id AND b.broadcast_id = s.broadcast_id AND b.member_id = p.member_id))"
    };
}

/// The messages of place `p` that wait, with what the list of columns names.
macro_rules! waiting_messages {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM messages s WHERE s.org_id = p.org_id AND s.channel_id = p.channel_id AND ",
            $crate::domains::channels::reading::queries::waits!()
        )
    };
}

/// The messages of place `p` that wait and call its member by name.
macro_rules! waiting_names {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM mentions n JOIN messages s ON s.org_id = n.org_id AND s.channel_id = n.channel_id AND s.seq = n.seq \
              WHERE n.org_id = p.org_id AND n.member_id = p.member_id AND n.channel_id = p.channel_id \
                AND n.seq > p.last_read_seq AND n.seq >= p.visible_from_seq AND ",
            $crate::domains::channels::reading::queries::waits!()
        )
    };
}

pub(in crate::domains::channels) use {count_cap, waiting_messages, waiting_names, waits};

/// The acting member's channels, the most recently active first; hidden and archived ones left out.
/// What concerns direct conversations only is asked inside its part: a condition on the join would gather everybody's names in
/// every channel first. Likewise nothing is counted in a channel without news, and no mentions where nothing is unread.
///
/// # Errors
/// When the database fails.
#[expect(clippy::disallowed_methods, reason = "lateral joins have no typed form")]
pub fn my_channels(tx: &mut TenantTx<'_>) -> Result<Vec<ListedChannel>, crate::kernel::error::AppError> {
    let me = tx.my_id()?;
    let rows = statement(concat!(
        "SELECT c.id, c.type AS kind, coalesce(nullif(c.title, ''), d.names, 'Only you') AS name, coalesce(d.others, 0) AS others, d.other_id, \
                c.last_seq, c.last_message_at, p.last_read_seq, p.notify, p.muted_until, u.unread, e.everyone + n.named AS mentions \
         FROM channel_memberships p JOIN channels c ON c.org_id = p.org_id AND c.id = p.channel_id \
         CROSS JOIN LATERAL (SELECT count(*) AS unread FROM (",
        waiting_messages!("1"),
        " AND c.last_seq > p.last_read_seq ORDER BY s.seq LIMIT ",
        count_cap!(),
        ") q) u CROSS JOIN LATERAL (",
        waiting_messages!("count(*) AS everyone"),
        " AND s.mentions_all AND u.unread > 0) e CROSS JOIN LATERAL (",
        waiting_names!("count(*) AS named"),
        " AND u.unread > 0) n \
         LEFT JOIN LATERAL ( \
           SELECT string_agg(m.display_name, ', ' ORDER BY m.display_name) AS names, count(*) AS others, (array_agg(m.id))[1] AS other_id \
           FROM channel_memberships o JOIN members m ON m.org_id = o.org_id AND m.id = o.member_id \
           WHERE c.type = 'direct' AND o.org_id = c.org_id AND o.channel_id = c.id AND o.member_id <> p.member_id \
         ) d ON true \
         WHERE p.member_id = $1 AND c.archived_at IS NULL AND p.notify <> 'hidden' \
         ORDER BY c.last_message_at DESC NULLS LAST, c.id LIMIT 200"
    ))
    .bind::<SqlUuid, _>(me)
    .load(tx.conn())?;
    Ok(rows)
}

/// What waits for a member in one channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Messages, capped at [`COUNT_CAP`].
    pub unread: i64,
    /// Mentions among what waits, by name or of everyone.
    pub mentions: i64,
}

#[derive(QueryableByName)]
struct WaitingRow {
    #[diesel(sql_type = SqlUuid)]
    channel_id: ChannelId,
    #[diesel(sql_type = BigInt)]
    unread: i64,
    #[diesel(sql_type = BigInt)]
    mentions: i64,
}

/// What waits for the acting member in these channels; those in which nothing can wait are absent.
///
/// # Errors
/// When the database fails.
#[expect(clippy::disallowed_methods, reason = "lateral joins have no typed form")]
pub fn waiting_in(
    tx: &mut TenantTx<'_>,
    channels: &[ChannelId],
) -> Result<HashMap<ChannelId, Waiting>, crate::kernel::error::AppError> {
    let me = tx.my_id()?;
    let rows: Vec<WaitingRow> = statement(concat!(
        "SELECT p.channel_id, u.unread, e.calls + n.named AS mentions \
         FROM channel_memberships p JOIN channels c ON c.org_id = p.org_id AND c.id = p.channel_id \
         CROSS JOIN LATERAL (SELECT count(*) AS unread FROM (",
        waiting_messages!("1"),
        " LIMIT ",
        count_cap!(),
        ") q) u CROSS JOIN LATERAL (",
        waiting_messages!("count(*) AS calls"),
        " AND s.mentions_all) e CROSS JOIN LATERAL (",
        waiting_names!("count(*) AS named"),
        ") n WHERE p.member_id = $1 AND p.channel_id = ANY ($2) AND c.last_seq > p.last_read_seq",
    ))
    .bind::<SqlUuid, _>(me)
    .bind::<Array<SqlUuid>, _>(channels)
    .load(tx.conn())?;
    let told = rows.into_iter().map(|row| {
        let WaitingRow { unread, mentions, .. } = row;
        (row.channel_id, Waiting { unread, mentions })
    });
    Ok(told.collect())
}

/// What waits for the acting member: for badges on every page. Stops counting at [`COUNT_CAP`], whatever waits in four hundred
/// channels.
///
/// # Errors
/// When the database fails.
#[expect(clippy::disallowed_methods, reason = "lateral joins have no typed form")]
pub fn totals(tx: &mut TenantTx<'_>) -> Result<Totals, crate::kernel::error::AppError> {
    let (me, now) = (tx.my_id()?, tx.now());
    let totals = statement(concat!(
        "SELECT (SELECT count(*) FROM ( \
           SELECT 1 FROM channel_memberships p JOIN channels c ON c.org_id = p.org_id AND c.id = p.channel_id \
             JOIN LATERAL (",
        waiting_messages!("1"),
        " LIMIT ",
        count_cap!(),
        ") u ON true \
           WHERE p.member_id = $1 AND c.archived_at IS NULL AND p.notify = 'all' AND (p.muted_until IS NULL OR p.muted_until <= $2) AND c.last_seq > p.last_read_seq \
           LIMIT ",
        count_cap!(),
        ") q) AS unread, \
         (SELECT count(*) FROM channel_memberships p JOIN channels c ON c.org_id = p.org_id AND c.id = p.channel_id \
             JOIN LATERAL (",
        waiting_messages!("1"),
        " AND s.mentions_all UNION ALL ",
        waiting_names!("1"),
        ") u ON true \
           WHERE p.member_id = $1 AND c.archived_at IS NULL AND p.notify IN ('all', 'mentions') AND c.last_seq > p.last_read_seq) AS mentions, \
         (SELECT count(*) FROM broadcast_recipients b WHERE b.member_id = $1 AND b.seen_at IS NULL) AS broadcasts",
    ))
    .bind::<SqlUuid, _>(me)
    .bind::<Timestamptz, _>(now)
    .get_result(tx.conn())?;
    Ok(totals)
}

/// Moves the pointer forward; answers whether it moved. Reading never moves it back.
pub fn read_to(tx: &mut TenantTx<'_>, member: MemberId, channel: ChannelId, seq: i64) -> QueryResult<bool> {
    let behind = channel_memberships::table
        .filter(channel_memberships::member_id.eq(member))
        .filter(channel_memberships::channel_id.eq(channel))
        .filter(channel_memberships::last_read_seq.lt(seq));
    let moved = diesel::update(behind)
        .set(channel_memberships::last_read_seq.eq(seq))
        .execute(tx.conn())?;
    Ok(moved == 1)
}

/// Puts the pointer just before `seq`: everything from there on is unread again.
pub fn unread_from(tx: &mut TenantTx<'_>, member: MemberId, channel: ChannelId, seq: i64) -> QueryResult<()> {
    let place = channel_memberships::table
        .filter(channel_memberships::member_id.eq(member))
        .filter(channel_memberships::channel_id.eq(channel));
    diesel::update(place)
        .set(channel_memberships::last_read_seq.eq((seq - 1).max(0)))
        .execute(tx.conn())
        .map(|_| ())
}

#[derive(QueryableByName)]
struct OldPointer {
    #[diesel(sql_type = SqlUuid)]
    channel_id: ChannelId,
    #[diesel(sql_type = BigInt)]
    last_read_seq: i64,
}

/// Where a person was before "mark all read".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// How far they had read, where that changed.
    pub pointers: Vec<(ChannelId, i64)>,
    /// Broadcasts they had not seen.
    pub unseen: Vec<BroadcastId>,
}

/// Reads everything in every channel in one statement; answers where each pointer was.
#[expect(
    clippy::disallowed_methods,
    reason = "UPDATE … FROM with the old values has no typed form"
)]
pub fn read_all(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<(ChannelId, i64)>> {
    let old: Vec<OldPointer> = statement(
        "UPDATE channel_memberships p SET last_read_seq = c.last_seq \
         FROM channels c, channel_memberships o \
         WHERE c.org_id = p.org_id AND c.id = p.channel_id AND p.member_id = $1 AND c.last_seq > p.last_read_seq \
           AND o.org_id = p.org_id AND o.member_id = p.member_id AND o.channel_id = p.channel_id \
         RETURNING p.channel_id, o.last_read_seq",
    )
    .bind::<SqlUuid, _>(member)
    .load(tx.conn())?;
    let pointers = old
        .iter()
        .map(|pointer| (pointer.channel_id, pointer.last_read_seq));
    Ok(pointers.collect())
}

/// Keeps where a person was, so that it can be taken back.
pub fn keep_undo(tx: &mut TenantTx<'_>, member: MemberId, before: &Before) -> QueryResult<()> {
    let (value, now) = (serde_json::to_value(before).unwrap_or_default(), tx.now());
    diesel::insert_into(reading_undos::table)
        .values((
            reading_undos::member_id.eq(member),
            reading_undos::pointers.eq(&value),
            reading_undos::at.eq(now),
        ))
        .on_conflict((reading_undos::org_id, reading_undos::member_id))
        .do_update()
        .set((reading_undos::pointers.eq(&value), reading_undos::at.eq(now)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes what was kept by the last "mark all read", when it was after `since`.
pub fn take_undo(tx: &mut TenantTx<'_>, member: MemberId, since: DateTime<Utc>) -> QueryResult<Before> {
    let kept: Option<serde_json::Value> = diesel::delete(
        reading_undos::table
            .filter(reading_undos::member_id.eq(member))
            .filter(reading_undos::at.gt(since)),
    )
    .returning(reading_undos::pointers)
    .get_result(tx.conn())
    .optional()?;
    Ok(kept
        .and_then(|value| serde_json::from_value(value).ok())
        .unwrap_or_default())
}

/// Puts pointers back.
#[expect(clippy::disallowed_methods, reason = "UPDATE … FROM unnest has no typed form")]
pub fn restore(tx: &mut TenantTx<'_>, member: MemberId, pointers: &[(ChannelId, i64)]) -> QueryResult<usize> {
    let (channels, seqs): (Vec<ChannelId>, Vec<i64>) = pointers.iter().copied().unzip();
    statement(
        "UPDATE channel_memberships p SET last_read_seq = least(p.last_read_seq, v.seq) \
         FROM unnest($2::uuid[], $3::bigint[]) AS v(channel_id, seq) WHERE p.member_id = $1 AND p.channel_id = v.channel_id",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<Array<SqlUuid>, _>(channels)
    .bind::<Array<BigInt>, _>(seqs)
    .execute(tx.conn())
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Integer)]
    count: i32,
}

/// Unread messages of one channel for the acting member, capped: for the divider.
///
/// # Errors
/// When the database fails.
#[expect(clippy::disallowed_methods, reason = "a capped count has no typed form")]
pub fn unread_in(tx: &mut TenantTx<'_>, channel: ChannelId, member: MemberId) -> QueryResult<i32> {
    let count: Number = statement(concat!(
        "SELECT count(*)::int AS count FROM (SELECT 1 FROM channel_memberships p JOIN LATERAL (",
        waiting_messages!("1"),
        ") s ON true WHERE p.channel_id = $1 AND p.member_id = $2 LIMIT ",
        count_cap!(),
        ") q",
    ))
    .bind::<SqlUuid, _>(channel)
    .bind::<SqlUuid, _>(member)
    .get_result(tx.conn())?;
    Ok(count.count)
}
