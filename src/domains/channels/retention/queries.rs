//! Retention in SQL. What is due is what stands before the oldest message that is not: messages are numbered in the order
//! they were written, so finding that costs what there is to delete and not what there is to keep.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::channels::model::ChannelType;
use crate::kernel::error::AppError;
use crate::kernel::ids::ChannelId;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{channels, messages};

use super::forms::{Position, Shown};
use super::model::{DueMonth, Kept};
use super::policy::{Governing, Purgeable};

/// Channels on one page.
pub const PAGE: i64 = 30;
/// Messages deleted in one transaction.
pub const BATCH: i64 = 1_000;

/// A channel's settings, for those who set the rules.
///
/// # Errors
/// [`AppError::NotFound`] when the organization has no such channel.
pub fn kept(tx: &mut TenantTx<'_>, _proof: &Governing, id: ChannelId) -> Result<Kept, AppError> {
    Ok(Kept::query().filter(channels::id.eq(id)).first(tx.conn())?)
}

/// A channel's settings, under its row lock until commit.
pub fn locked(tx: &mut TenantTx<'_>, id: ChannelId) -> QueryResult<Option<Kept>> {
    Kept::query()
        .filter(channels::id.eq(id))
        .for_update()
        .first(tx.conn())
        .optional()
}

/// A page of channels by title; one more than [`PAGE`] when there are more.
pub fn listed(tx: &mut TenantTx<'_>, _proof: &Governing, position: &Position) -> QueryResult<Vec<Kept>> {
    let mut query = Kept::query()
        .order((channels::title, channels::id))
        .limit(PAGE + 1)
        .into_boxed();
    query = match position.show {
        Shown::Channels => query.filter(channels::type_.ne(ChannelType::Direct)),
        Shown::Direct => query.filter(channels::type_.eq(ChannelType::Direct)),
        Shown::Held => query.filter(channels::legal_hold),
    };
    if let (Some(title), Some(id)) = (&position.after, position.id) {
        query = query.filter(
            channels::title
                .gt(title.clone())
                .or(channels::title.eq(title.clone()).and(channels::id.gt(id))),
        );
    }
    query.load(tx.conn())
}

/// Due messages of a channel `c` before the moment `$cutoff`: those before the oldest one that is not due, without those
/// whose report nobody has decided.
macro_rules! due {
    ($channel:literal, $cutoff:literal) => {
        concat!(
            "messages m WHERE m.org_id = app.current_org() AND m.channel_id = ",
            $channel,
            " AND m.seq < coalesce((SELECT k.seq FROM messages k WHERE k.org_id = app.current_org() AND k.channel_id = ",
            $channel,
            " AND k.created_at >= ",
            $cutoff,
            " ORDER BY k.seq LIMIT 1), 9223372036854775807) \
             AND NOT EXISTS (SELECT 1 FROM message_reports r WHERE r.org_id = m.org_id AND r.channel_id = m.channel_id AND r.seq = m.seq AND r.outcome = 'open') "
        )
    };
}

#[derive(QueryableByName)]
struct DueCount {
    #[diesel(sql_type = SqlUuid)]
    id: ChannelId,
    #[diesel(sql_type = BigInt)]
    messages: i64,
}

/// How many messages of each of these channels are due by its own rule; channels that keep or hold everything are absent.
#[expect(clippy::disallowed_methods, reason = "a lateral count has no typed form")]
pub fn due_counts(tx: &mut TenantTx<'_>, ids: &[ChannelId]) -> QueryResult<HashMap<ChannelId, i64>> {
    let now = tx.now();
    let rows: Vec<DueCount> = diesel::sql_query(concat!(
        "SELECT c.id, d.messages FROM channels c, LATERAL (SELECT count(*) AS messages FROM ",
        due!("c.id", "$2 - make_interval(days => c.retention_days)"),
        ") d WHERE c.id = ANY($1) AND c.retention_days IS NOT NULL AND NOT c.legal_hold"
    ))
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.id, row.messages)).collect())
}

#[derive(QueryableByName)]
struct MonthRow {
    #[diesel(sql_type = Text)]
    month: String,
    #[diesel(sql_type = BigInt)]
    messages: i64,
    #[diesel(sql_type = BigInt)]
    files: i64,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// What of a channel was written before `cutoff` and would be deleted, by month in a time zone, the oldest first.
#[expect(clippy::disallowed_methods, reason = "grouping by month has no typed form")]
pub fn due_by_month(
    tx: &mut TenantTx<'_>,
    _proof: &Governing,
    channel: ChannelId,
    cutoff: DateTime<Utc>,
    zone: &str,
) -> QueryResult<Vec<DueMonth>> {
    let rows: Vec<MonthRow> = diesel::sql_query(concat!(
        "SELECT to_char(q.created_at AT TIME ZONE $3, 'YYYY-MM') AS month, count(*) AS messages, \
                coalesce(sum(f.files), 0)::bigint AS files, coalesce(sum(f.bytes), 0)::bigint AS bytes \
         FROM (SELECT m.org_id, m.channel_id, m.seq, m.created_at, m.has_attachment FROM ",
        due!("$1", "$2"),
        ") q LEFT JOIN LATERAL (SELECT count(*) AS files, sum(a.size_bytes) AS bytes FROM attachments a \
             WHERE a.org_id = q.org_id AND a.channel_id = q.channel_id AND a.seq = q.seq) f ON q.has_attachment \
         GROUP BY 1 ORDER BY 1"
    ))
    .bind::<SqlUuid, _>(channel)
    .bind::<Timestamptz, _>(cutoff)
    .bind::<Text, _>(zone)
    .load(tx.conn())?;
    Ok(rows
        .into_iter()
        .map(|row| DueMonth {
            month: row.month,
            messages: row.messages,
            files: row.files,
            bytes: row.bytes,
        })
        .collect())
}

/// Channels whose rule may have something to delete.
pub fn with_rule(tx: &mut TenantTx<'_>) -> QueryResult<Vec<ChannelId>> {
    channels::table
        .filter(channels::retention_days.is_not_null())
        .filter(channels::legal_hold.eq(false))
        .order(channels::id)
        .select(channels::id)
        .load(tx.conn())
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// Numbers of the oldest due messages, at most a [`BATCH`].
#[expect(
    clippy::disallowed_methods,
    reason = "shares its condition with the counts above"
)]
pub fn due_batch(tx: &mut TenantTx<'_>, proof: &Purgeable<'_>) -> QueryResult<Vec<i64>> {
    let rows: Vec<Number> = diesel::sql_query(concat!(
        "SELECT m.seq FROM ",
        due!("$1", "$2"),
        "ORDER BY m.seq LIMIT $3"
    ))
    .bind::<SqlUuid, _>(proof.channel().id)
    .bind::<Timestamptz, _>(proof.cutoff())
    .bind::<BigInt, _>(BATCH)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.seq).collect())
}

/// Deletes messages, whose files are gone already, with their earlier texts, reactions, mentions and closed reports, and moves the
/// revision below which open pages are drawn anew. Answers to them stay and forget what they answered.
pub fn purge(tx: &mut TenantTx<'_>, proof: &Purgeable<'_>, seqs: &[i64], rev: i64) -> QueryResult<usize> {
    let channel = proof.channel().id;
    let answers = messages::table
        .filter(messages::channel_id.eq(channel))
        .filter(messages::reply_to_seq.eq_any(seqs.iter().map(|seq| Some(*seq)).collect::<Vec<_>>()));
    diesel::update(answers)
        .set(messages::reply_to_seq.eq(None::<i64>))
        .execute(tx.conn())?;
    let deleted = diesel::delete(
        messages::table
            .filter(messages::channel_id.eq(channel))
            .filter(messages::seq.eq_any(seqs)),
    )
    .execute(tx.conn())?;
    diesel::update(channels::table.filter(channels::id.eq(channel)))
        .set(channels::purged_rev.eq(rev))
        .execute(tx.conn())?;
    Ok(deleted)
}

/// Sets how many days messages are kept; none: for ever.
pub fn set_rule(
    tx: &mut TenantTx<'_>,
    _proof: &Governing,
    channel: ChannelId,
    days: Option<i32>,
) -> QueryResult<()> {
    diesel::update(channels::table.filter(channels::id.eq(channel)))
        .set(channels::retention_days.eq(days))
        .execute(tx.conn())
        .map(|_| ())
}

/// Puts a legal hold on a channel, or lifts it.
pub fn set_hold(
    tx: &mut TenantTx<'_>,
    _proof: &Governing,
    channel: ChannelId,
    reason: Option<&str>,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(channels::table.filter(channels::id.eq(channel)))
        .set((
            channels::legal_hold.eq(reason.is_some()),
            channels::legal_hold_reason.eq(reason.unwrap_or_default()),
            channels::legal_hold_since.eq(reason.map(|_| now)),
        ))
        .execute(tx.conn())
        .map(|_| ())
}
