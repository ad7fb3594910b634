//! Broadcasts in SQL.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::IntervalDsl;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::Value;
use uuid::Uuid;

use crate::kernel::error::AppError;
use crate::kernel::ids::{BroadcastId, ChannelId, MemberId, MessageId};
use crate::kernel::markup::Rendered;
use crate::platform::db::schema::broadcast_log;
use crate::platform::db::schema::{broadcasts, channels, messages};
use crate::platform::db::{TenantTx, statement};

use super::audience::{Audience, Resolved};
use super::model::{AudienceKind, Broadcast, BroadcastState, NewBroadcast};
use super::policy::{Addressable, Cancellable, Due};
use super::throttle::DAY;

/// Broadcasts on one page of the list.
pub const PAGE: i64 = 20;

/// One broadcast.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there.
pub fn by_id(tx: &mut TenantTx<'_>, id: BroadcastId) -> Result<Broadcast, AppError> {
    Ok(Broadcast::query()
        .filter(broadcasts::id.eq(id))
        .first(tx.conn())?)
}

/// One broadcast, with its row locked until commit: cancelling and sending queue here, and the first one wins.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there.
pub fn lock(tx: &mut TenantTx<'_>, id: BroadcastId) -> Result<Broadcast, AppError> {
    Ok(Broadcast::query()
        .filter(broadcasts::id.eq(id))
        .for_update()
        .first(tx.conn())?)
}

/// The source text.
pub fn source(tx: &mut TenantTx<'_>, id: BroadcastId) -> QueryResult<String> {
    broadcasts::table
        .filter(broadcasts::id.eq(id))
        .select(broadcasts::body)
        .first(tx.conn())
}

/// Which broadcasts a list shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Of this author.
    pub author: Option<MemberId>,
    /// In this state.
    pub state: Option<BroadcastState>,
    /// Older than this one.
    pub before: Option<BroadcastId>,
}

/// A page of broadcasts, the newest first; one more than [`PAGE`] when there are more.
pub fn page(tx: &mut TenantTx<'_>, wanted: Wanted) -> QueryResult<Vec<Broadcast>> {
    let mut query = Broadcast::query()
        .order(broadcasts::id.desc())
        .limit(PAGE + 1)
        .into_boxed();
    if let Some(author) = wanted.author {
        query = query.filter(broadcasts::author_id.eq(author));
    }
    if let Some(state) = wanted.state {
        query = query.filter(broadcasts::state.eq(state));
    }
    if let Some(before) = wanted.before {
        query = query.filter(broadcasts::id.lt(before));
    }
    query.load(tx.conn())
}

/// Makes this actor's attempts to broadcast wait for each other until commit, in every process.
///
/// # Errors
/// When the database fails.
#[expect(clippy::disallowed_methods, reason = "an advisory lock has no typed form")]
pub fn queue_behind_own_attempts(tx: &mut TenantTx<'_>) -> Result<(), AppError> {
    let key = format!("broadcasts {} {}", tx.org(), tx.my_id()?);
    statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(key)
        .execute(tx.conn())?;
    Ok(())
}

/// When the actor made their last broadcasts of the day, the newest first. Those taken back within `grace` do not count.
pub fn made_lately(
    tx: &mut TenantTx<'_>,
    actor: MemberId,
    grace: TimeDelta,
    most: usize,
) -> QueryResult<Vec<DateTime<Utc>>> {
    let since = tx.now() - DAY;
    let kept = broadcasts::state
        .ne(BroadcastState::Cancelled)
        .or(broadcasts::cancelled_at
            .assume_not_null()
            .gt(broadcasts::created_at + i32::try_from(grace.num_seconds()).unwrap_or(i32::MAX).seconds()));
    broadcast_log::table
        .inner_join(
            broadcasts::table.on(broadcasts::id
                .eq(broadcast_log::broadcast_id)
                .and(broadcasts::org_id.eq(broadcast_log::org_id))),
        )
        .filter(broadcast_log::actor_id.eq(actor))
        .filter(broadcast_log::action.eq("created"))
        .filter(broadcast_log::at.gt(since))
        .filter(kept)
        .order(broadcast_log::at.desc())
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select(broadcast_log::at)
        .load(tx.conn())
}

#[derive(Insertable)]
#[diesel(table_name = broadcasts)]
struct NewRow<'a> {
    id: BroadcastId,
    author_id: MemberId,
    author_role: crate::kernel::actor::Role,
    title: &'a str,
    body: &'a str,
    body_html: &'a str,
    body_text: &'a str,
    audience_kind: AudienceKind,
    audience_id: Option<Uuid>,
    audience_role: Option<crate::kernel::actor::Role>,
    audience_filter: Option<Value>,
    audience_label: &'a str,
    requires_ack: bool,
    send_at: DateTime<Utc>,
    cancellable_until: DateTime<Utc>,
    recipient_count: i32,
    created_at: DateTime<Utc>,
}

/// Writes a scheduled broadcast.
///
/// # Errors
/// When the database fails.
pub fn insert(
    tx: &mut TenantTx<'_>,
    proof: Addressable,
    new: &NewBroadcast,
    to: &Resolved,
    rendered: &Rendered,
    plan: Plan,
) -> Result<BroadcastId, AppError> {
    let (kind, audience_id, audience_role, rule) = stored(&to.audience);
    let row = NewRow {
        id: tx.new_id(),
        author_id: tx.my_id()?,
        author_role: proof.role(),
        title: &new.title,
        body: &new.body,
        body_html: &rendered.html,
        body_text: &rendered.text,
        audience_kind: kind,
        audience_id,
        audience_role,
        audience_filter: rule,
        audience_label: &to.label,
        requires_ack: new.requires_ack,
        send_at: plan.send_at,
        cancellable_until: plan.send_at,
        recipient_count: i32::try_from(plan.recipients).unwrap_or(i32::MAX),
        created_at: tx.now(),
    };
    Ok(diesel::insert_into(broadcasts::table)
        .values(&row)
        .returning(broadcasts::id)
        .get_result(tx.conn())?)
}

/// When a broadcast goes out, and to how many as things stand.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// When.
    pub send_at: DateTime<Utc>,
    /// To how many.
    pub recipients: i64,
}

type Stored = (
    AudienceKind,
    Option<Uuid>,
    Option<crate::kernel::actor::Role>,
    Option<Value>,
);

fn stored(audience: &Audience) -> Stored {
    match audience {
        Audience::Channel(id) => (AudienceKind::Channel, Some(id.0), None, None),
        Audience::ChannelAnd(id, rule) => {
            let rule = serde_json::to_value(rule).ok();
            (AudienceKind::Channel, Some(id.0), None, rule)
        }
        Audience::Team(id) => (AudienceKind::Team, Some(id.0), None, None),
        Audience::Role(role) => (AudienceKind::Role, None, Some(*role), None),
        Audience::Everyone => (AudienceKind::Everyone, None, None, None),
        Audience::Filter(rule) => (AudienceKind::Filter, None, None, serde_json::to_value(rule).ok()),
        // Resolved before; what is left would be nobody.
        Audience::Saved(_) => (AudienceKind::Filter, None, None, None),
    }
}

/// Notes that it was taken back by a person.
pub fn set_cancelled(tx: &mut TenantTx<'_>, proof: &Cancellable<'_>) -> QueryResult<()> {
    close(tx, proof.broadcast().id)
}

/// Notes that it was called off because its time came and it may not go out.
pub fn set_called_off(tx: &mut TenantTx<'_>, proof: &Due<'_>) -> QueryResult<()> {
    close(tx, proof.broadcast().id)
}

fn close(tx: &mut TenantTx<'_>, id: BroadcastId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(broadcasts::table.filter(broadcasts::id.eq(id)))
        .set((
            broadcasts::state.eq(BroadcastState::Cancelled),
            broadcasts::cancelled_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes that it went out to so many.
pub fn set_sent(tx: &mut TenantTx<'_>, proof: &Due<'_>, recipients: i32) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(broadcasts::table.filter(broadcasts::id.eq(proof.broadcast().id)))
        .set((
            broadcasts::state.eq(BroadcastState::Sent),
            broadcasts::sent_at.eq(now),
            broadcasts::recipient_count.eq(recipients),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// What a channel shows of a broadcast sent to it.
pub struct Carried<'a> {
    /// Where.
    pub channel: ChannelId,
    /// The message's id.
    pub id: MessageId,
    /// Markdown.
    pub body: &'a str,
    /// The same, rendered.
    pub rendered: &'a Rendered,
}

/// Posts the message that carries a broadcast, as its author; answers the channel's new revision. The right to post comes
/// from the right to broadcast there and not from a place in the channel. Locks the channel's row as every post does, so
/// revision order stays commit order.
pub fn post_into_channel(tx: &mut TenantTx<'_>, proof: &Due<'_>, message: &Carried<'_>) -> QueryResult<i64> {
    let now = tx.now();
    let (seq, rev): (i64, i64) = diesel::update(channels::table.filter(channels::id.eq(message.channel)))
        .set((
            channels::last_seq.eq(channels::last_seq + 1),
            channels::rev.eq(channels::rev + 1),
            channels::last_message_at.eq(now),
            channels::changed_at.eq(now),
        ))
        .returning((channels::last_seq, channels::rev))
        .get_result(tx.conn())?;
    diesel::insert_into(messages::table)
        .values((
            messages::channel_id.eq(message.channel),
            messages::seq.eq(seq),
            messages::rev.eq(rev),
            messages::id.eq(message.id),
            messages::author_id.eq(proof.broadcast().author_id),
            messages::body.eq(message.body),
            messages::body_html.eq(&message.rendered.html),
            messages::body_text.eq(&message.rendered.text),
            messages::html_version.eq(message.rendered.version),
            messages::broadcast_id.eq(proof.broadcast().id),
            messages::has_link.eq(!message.rendered.links.is_empty()),
            messages::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(rev)
}
