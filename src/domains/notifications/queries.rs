//! Notifications in the database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domains::tenancy::Gathered;
use crate::kernel::ids::{BroadcastId, ChannelId, MemberId, MessageId, NotificationId};
use crate::kernel::sql_types;
use crate::kernel::time::utc;
use crate::platform::db::schema::notifications;
use crate::platform::db::{TenantTx, statement};

use super::model::{Kind, PushState, Reason, State};
use super::notices::Notice;

/// Rows that are forgotten in one transaction.
const FORGOTTEN: i64 = 2_000;

/// Notes a message for those of its channel it concerns: who is named, else everybody there who lets the channel call them.
#[expect(
    clippy::disallowed_methods,
    reason = "rows for everybody in a channel, in one statement"
)]
pub fn note_message(
    tx: &mut TenantTx<'_>,
    kind: Kind,
    message: MessageId,
    named: Option<&[MemberId]>,
    due: DateTime<Utc>,
) -> QueryResult<usize> {
    statement(
        "INSERT INTO notifications (id, member_id, kind, channel_id, about_id, at, due_at, push_state, push_due_at) \
         SELECT app.fresh_id(), p.member_id, $2, s.channel_id, s.id, s.created_at, $4, d.state, CASE WHEN d.state IS NOT NULL THEN $4 END \
         FROM messages s JOIN channel_memberships p ON p.org_id = s.org_id AND p.channel_id = s.channel_id \
           LEFT JOIN LATERAL (SELECT 'waiting'::notification_push_state AS state FROM push_tokens d \
             WHERE d.org_id = p.org_id AND d.member_id = p.member_id AND d.auth IS NOT NULL LIMIT 1) d ON true \
         WHERE s.org_id = (SELECT app.current_org()) AND s.id = $1 AND s.deleted_at IS NULL AND p.member_id <> s.author_id AND s.seq >= p.visible_from_seq \
           AND p.notify <> 'hidden' AND ($3::uuid[] IS NULL AND p.notify <> 'none' OR p.member_id = ANY($3)) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(message)
    .bind::<sql_types::NotificationKind, _>(kind)
    .bind::<Nullable<Array<SqlUuid>>, _>(named)
    .bind::<Timestamptz, _>(due)
    .execute(tx.conn())
}

/// Notes a broadcast for everybody it was sent to.
#[expect(
    clippy::disallowed_methods,
    reason = "rows for everybody who got it, in one statement"
)]
pub fn note_broadcast(
    tx: &mut TenantTx<'_>,
    broadcast: BroadcastId,
    due: DateTime<Utc>,
) -> QueryResult<usize> {
    statement(
        "INSERT INTO notifications (id, member_id, kind, about_id, at, due_at, push_state, push_due_at) \
         SELECT app.fresh_id(), r.member_id, 'broadcast', r.broadcast_id, r.delivered_at, $2, d.state, CASE WHEN d.state IS NOT NULL THEN $2 END \
         FROM broadcast_recipients r \
           LEFT JOIN LATERAL (SELECT 'waiting'::notification_push_state AS state FROM push_tokens d \
             WHERE d.org_id = r.org_id AND d.member_id = r.member_id AND d.auth IS NOT NULL LIMIT 1) d ON true \
         WHERE r.org_id = (SELECT app.current_org()) AND r.broadcast_id = $1 AND r.seen_at IS NULL \
           AND r.member_id <> (SELECT b.author_id FROM broadcasts b WHERE b.org_id = (SELECT app.current_org()) AND b.id = $1) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(broadcast)
    .bind::<Timestamptz, _>(due)
    .execute(tx.conn())
}

/// Notes what another part of the portal has to tell somebody.
#[expect(
    clippy::disallowed_methods,
    reason = "whether they have a device is asked in the same statement"
)]
pub fn note(tx: &mut TenantTx<'_>, notice: &Notice, due: DateTime<Utc>) -> QueryResult<usize> {
    let now = tx.now();
    statement(
        "INSERT INTO notifications (id, member_id, kind, about_id, title, path, at, due_at, push_state, push_due_at) \
         SELECT app.fresh_id(), $1, $2, $3, $4, $5, $6, $7, d.state, CASE WHEN d.state IS NOT NULL THEN $7 END \
         FROM (SELECT (SELECT 'waiting'::notification_push_state FROM push_tokens t \
           WHERE t.org_id = app.current_org() AND t.member_id = $1 AND t.auth IS NOT NULL LIMIT 1) AS state) d ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(notice.member)
    .bind::<sql_types::NotificationKind, _>(notice.kind)
    .bind::<SqlUuid, _>(notice.about)
    .bind::<Text, _>(&notice.title)
    .bind::<Text, _>(&notice.path)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(due)
    .execute(tx.conn())
}

/// Notes that somebody saw what a notice is about.
pub fn see(tx: &mut TenantTx<'_>, member: MemberId, about: Uuid) -> QueryResult<()> {
    let now = tx.now();
    let unseen = of(member, about).filter(notifications::seen_at.is_null());
    diesel::update(unseen)
        .set(notifications::seen_at.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes that what a notice is about was taken back.
pub fn take_back(tx: &mut TenantTx<'_>, member: MemberId, about: Uuid) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(of(member, about))
        .set(notifications::gone_at.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn of(member: MemberId, about: Uuid) -> _ {
    notifications::table
        .filter(notifications::member_id.eq(member))
        .filter(notifications::about_id.eq(about))
}

/// The next people for whom something is due, after one.
pub fn people_with_due(
    tx: &mut TenantTx<'_>,
    after: Option<MemberId>,
    limit: i64,
) -> QueryResult<Vec<MemberId>> {
    let now = tx.now();
    let mut found = notifications::table
        .filter(
            notifications::settled_at
                .is_null()
                .and(notifications::due_at.le(now))
                .or(notifications::push_state
                    .eq(PushState::Waiting)
                    .and(notifications::push_due_at.le(now))),
        )
        .select(notifications::member_id)
        .distinct()
        .order(notifications::member_id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        found = found.filter(notifications::member_id.gt(after));
    }
    found.load(tx.conn())
}

/// A notification with what it is about as it stands now.
#[derive(QueryableByName, Debug, Clone)]
pub struct Due {
    #[diesel(sql_type = SqlUuid)]
    pub id: NotificationId,
    #[diesel(sql_type = sql_types::NotificationKind)]
    pub kind: Kind,
    #[diesel(sql_type = sql_types::NotificationState)]
    pub state: State,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub channel_id: Option<ChannelId>,
    #[diesel(sql_type = SqlUuid)]
    pub about_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub due_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub settled_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    pub reason: String,
    /// Nothing where push was switched on nowhere.
    #[diesel(sql_type = Nullable<sql_types::NotificationPushState>)]
    pub push_state: Option<PushState>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub push_due_at: Option<DateTime<Utc>>,
    /// When it was set on its way.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub pushed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub push_settled_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    pub push_reason: String,
    /// Number of the message in its channel.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub seq: Option<i64>,
    /// Who wrote it; empty when it is gone.
    #[diesel(sql_type = Text)]
    pub author: String,
    /// Where; empty for a direct conversation or a broadcast.
    #[diesel(sql_type = Text)]
    pub channel: String,
    /// The title of a broadcast or certificate.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// Where it is; empty for messages and broadcasts.
    #[diesel(sql_type = Text)]
    pub place: String,
    #[diesel(sql_type = Bool)]
    pub is_gone: bool,
    #[diesel(sql_type = Bool)]
    pub is_read: bool,
    #[diesel(sql_type = Bool)]
    pub is_muted: bool,
}

impl Due {
    /// Where it is in the portal.
    pub fn path(&self) -> String {
        if !self.place.is_empty() {
            return self.place.clone();
        }
        match (self.channel_id, self.seq) {
            (Some(channel), Some(seq)) => format!("/channels/{channel}?at={seq}#m-{}", self.about_id),
            (Some(channel), None) => format!("/channels/{channel}"),
            (None, _) => "/inbox/broadcasts".to_owned(),
        }
    }
}

/// What is shown and asked of a notification `n` at `$2`. Names are asked for one by one: a person has few.
const FACTS: &str = "SELECT n.id, n.kind, n.state, n.channel_id, n.about_id, n.at, n.due_at, n.settled_at, n.reason, \
       n.push_state, n.push_due_at, n.pushed_at, n.push_settled_at, n.push_reason, s.seq, \
       coalesce((SELECT a.display_name FROM members a WHERE a.org_id = n.org_id AND a.id = coalesce(s.author_id, b.author_id)), '') AS author, \
       coalesce((SELECT c.title FROM channels c WHERE c.org_id = n.org_id AND c.id = n.channel_id), '') AS channel, \
       coalesce(b.title, n.title) AS title, n.path AS place, \
       CASE WHEN n.path <> '' THEN n.gone_at IS NOT NULL WHEN n.kind = 'broadcast' THEN b.id IS NULL OR r.member_id IS NULL \
         ELSE s.id IS NULL OR s.deleted_at IS NOT NULL OR p.member_id IS NULL OR EXISTS (SELECT 1 FROM hidden_messages h \
           WHERE h.org_id = n.org_id AND h.member_id = n.member_id AND h.channel_id = n.channel_id AND h.seq = s.seq) END AS is_gone, \
       CASE WHEN n.path <> '' THEN n.seen_at IS NOT NULL WHEN n.kind = 'broadcast' THEN r.seen_at IS NOT NULL ELSE coalesce(s.seq <= p.last_read_seq, false) END AS is_read, \
       CASE n.kind WHEN 'broadcast' THEN false WHEN 'mention' THEN coalesce(p.notify = 'hidden', false) \
         ELSE coalesce(p.notify IN ('none', 'hidden') OR p.muted_until > $2 OR (n.kind = 'direct' AND p.notify = 'mentions'), false) END AS is_muted \
     FROM notifications n \
       LEFT JOIN messages s ON n.kind <> 'broadcast' AND s.org_id = n.org_id AND s.id = n.about_id \
       LEFT JOIN channel_memberships p ON p.org_id = n.org_id AND p.channel_id = n.channel_id AND p.member_id = n.member_id \
       LEFT JOIN broadcasts b ON n.kind = 'broadcast' AND b.org_id = n.org_id AND b.id = n.about_id \
       LEFT JOIN broadcast_recipients r ON n.kind = 'broadcast' AND r.org_id = n.org_id AND r.broadcast_id = n.about_id AND r.member_id = n.member_id \
     WHERE n.org_id = (SELECT app.current_org()) AND n.member_id = $1";

/// What is due for somebody, the oldest first; nobody else decides it meanwhile.
#[expect(clippy::disallowed_methods, reason = "facts of several tables at once")]
pub fn due(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Due>> {
    let now = tx.now();
    statement(format!(
        "{FACTS} AND n.settled_at IS NULL AND n.due_at <= $2 ORDER BY n.at, n.id LIMIT 500 FOR UPDATE OF n"
    ))
    .bind::<SqlUuid, _>(member)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())
}

/// What is due to be pushed to somebody, the oldest first; nobody else decides it meanwhile.
#[expect(clippy::disallowed_methods, reason = "facts of several tables at once")]
pub fn push_due(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Due>> {
    let now = tx.now();
    statement(format!(
        "{FACTS} AND n.push_state = 'waiting' AND n.push_due_at <= $2 ORDER BY n.at, n.id LIMIT 500 FOR UPDATE OF n"
    ))
    .bind::<SqlUuid, _>(member)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())
}

/// Some of what somebody is told of, the oldest first.
#[expect(clippy::disallowed_methods, reason = "facts of several tables at once")]
pub fn some(tx: &mut TenantTx<'_>, member: MemberId, ids: &[NotificationId]) -> QueryResult<Vec<Due>> {
    let now = tx.now();
    statement(format!("{FACTS} AND n.id = ANY($3) ORDER BY n.at, n.id"))
        .bind::<SqlUuid, _>(member)
        .bind::<Timestamptz, _>(now)
        .bind::<Array<SqlUuid>, _>(ids)
        .load(tx.conn())
}

/// What somebody was to be told of, the newest first, before one.
#[expect(clippy::disallowed_methods, reason = "facts of several tables at once")]
pub fn page(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    before: Option<NotificationId>,
    limit: i64,
) -> QueryResult<Vec<Due>> {
    let now = tx.now();
    statement(format!(
        "{FACTS} AND ($3::uuid IS NULL OR n.id < $3) ORDER BY n.id DESC LIMIT $4"
    ))
    .bind::<SqlUuid, _>(member)
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<SqlUuid>, _>(before)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// Writes down what was decided.
pub fn settle(
    tx: &mut TenantTx<'_>,
    id: NotificationId,
    state: State,
    reason: Option<Reason>,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(notifications::table.filter(notifications::id.eq(id)))
        .set((
            notifications::state.eq(state),
            notifications::settled_at.eq(now),
            notifications::reason.eq(reason.map_or("", Reason::as_str)),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Decides it later.
pub fn put_off(
    tx: &mut TenantTx<'_>,
    id: NotificationId,
    state: State,
    until: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(notifications::table.filter(notifications::id.eq(id)))
        .set((notifications::state.eq(state), notifications::due_at.eq(until)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Writes down what was decided about pushing it.
pub fn settle_push(
    tx: &mut TenantTx<'_>,
    ids: &[NotificationId],
    state: PushState,
    reason: Option<Reason>,
) -> QueryResult<()> {
    let now = tx.now();
    let open = [PushState::Waiting, PushState::OnItsWay];
    let undecided = notifications::table
        .filter(notifications::id.eq_any(ids))
        .filter(notifications::push_state.eq_any(open));
    diesel::update(undecided)
        .set((
            notifications::push_state.eq(state),
            notifications::push_settled_at.eq(now),
            notifications::push_reason.eq(reason.map_or("", Reason::as_str)),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Decides later about pushing it.
pub fn put_off_push(tx: &mut TenantTx<'_>, id: NotificationId, until: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(notifications::table.filter(notifications::id.eq(id)))
        .set(notifications::push_due_at.eq(until))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes that some were set on their way.
pub fn set_out(tx: &mut TenantTx<'_>, ids: &[NotificationId]) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(notifications::table.filter(notifications::id.eq_any(ids)))
        .set((
            notifications::push_state.eq(PushState::OnItsWay),
            notifications::pushed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Settles those of some for which no push is on its way any more. They are held first, so that of two last pushes that fail at the
/// same time the second sees the first.
#[expect(clippy::disallowed_methods, reason = "asks about other rows that wait")]
pub fn settle_undelivered(tx: &mut TenantTx<'_>, ids: &[NotificationId], reason: Reason) -> QueryResult<()> {
    let now = tx.now();
    notifications::table
        .filter(notifications::id.eq_any(ids))
        .select(notifications::id)
        .order(notifications::id)
        .for_update()
        .load::<NotificationId>(tx.conn())?;
    statement(
        "UPDATE notifications n SET push_state = 'not_told', push_settled_at = $2, push_reason = $3 \
         WHERE n.org_id = (SELECT app.current_org()) AND n.id = ANY($1) AND n.push_state = 'on_its_way' AND NOT EXISTS ( \
           SELECT 1 FROM pushes p JOIN push_tokens d ON d.org_id = p.org_id AND d.id = p.device_id \
           WHERE d.org_id = n.org_id AND d.member_id = n.member_id AND p.state = 'waiting' AND n.id = ANY(p.about))",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(reason.as_str())
    .execute(tx.conn())
    .map(|_| ())
}

/// Takes away everything of somebody.
pub fn forget(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<()> {
    diesel::delete(notifications::table.filter(notifications::member_id.eq(member)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes away some of what was decided before a moment; answers how many.
pub fn forget_settled(tx: &mut TenantTx<'_>, before: DateTime<Utc>) -> QueryResult<usize> {
    let old: Vec<NotificationId> = notifications::table
        .filter(notifications::settled_at.lt(before))
        .select(notifications::id)
        .limit(FORGOTTEN)
        .load(tx.conn())?;
    diesel::delete(notifications::table.filter(notifications::id.eq_any(old))).execute(tx.conn())
}

/// What somebody was to be told of, for the person themselves.
///
/// # Errors
/// When the database fails.
pub fn gathered(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Gathered>> {
    let all = page(tx, member, None, i64::MAX)?;
    let gather = |one: Due| Gathered {
        title: format!("Notification: {}", one.kind.label()),
        when: utc(one.at),
        text: [in_words(&one), in_words_of_push(&one)].join(""),
        by: one.author,
        note: None,
        needs_review: false,
    };
    Ok(all.into_iter().map(gather).collect())
}

fn in_words(one: &Due) -> String {
    match Reason::of(&one.reason) {
        Some(reason) => format!("{}: {}", one.state.label(), reason.label()),
        None => one.state.label().to_owned(),
    }
}

/// Empty where push was switched on nowhere.
fn in_words_of_push(one: &Due) -> String {
    let Some(state) = one.push_state else {
        return String::new();
    };
    match Reason::of(&one.push_reason) {
        Some(reason) => format!(". {}: {}", state.label(), reason.label_of_push()),
        None => format!(". {}", state.label()),
    }
}
