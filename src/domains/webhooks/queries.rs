//! Webhooks in the database.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};

use crate::kernel::ids::{EventId, OrgId, WebhookAttemptId, WebhookId, WebhookNoticeId};
use crate::platform::db::schema::{webhook_attempts, webhook_notices, webhooks};
use crate::platform::db::{SystemTx, TenantTx, statement};

use super::model::{Attempt, Notice, NoticeState, PATIENCE, Webhook};
use super::policy::Keeping;

/// Webhooks of an organization at most: more than anybody looks after.
pub const MOST: i64 = 20;

/// Those that were not put away, the oldest first.
pub fn all(tx: &mut TenantTx<'_>) -> QueryResult<Vec<Webhook>> {
    Webhook::query()
        .filter(webhooks::archived_at.is_null())
        .order(webhooks::id)
        .limit(MOST)
        .load(tx.conn())
}

/// One that was not put away.
pub fn webhook(tx: &mut TenantTx<'_>, id: WebhookId) -> QueryResult<Webhook> {
    Webhook::query()
        .filter(webhooks::id.eq(id))
        .filter(webhooks::archived_at.is_null())
        .first(tx.conn())
}

/// One that was not put away, held until the end of the transaction.
pub fn lock(tx: &mut TenantTx<'_>, id: WebhookId) -> QueryResult<Webhook> {
    webhooks::table
        .filter(webhooks::id.eq(id))
        .select(webhooks::id)
        .for_no_key_update()
        .first::<WebhookId>(tx.conn())?;
    webhook(tx, id)
}

/// What an admin decides about one.
#[derive(Debug, Clone)]
pub struct Facts {
    pub name: String,
    pub url: String,
    pub kinds: Vec<String>,
}

/// Adds one.
pub fn insert(tx: &mut TenantTx<'_>, by: &Keeping, facts: &Facts, secret: &[u8]) -> QueryResult<WebhookId> {
    let (id, now) = (tx.new_id::<WebhookId>(), tx.now());
    diesel::insert_into(webhooks::table)
        .values((
            webhooks::id.eq(id),
            webhooks::name.eq(&facts.name),
            webhooks::url.eq(&facts.url),
            webhooks::kinds.eq(&facts.kinds),
            webhooks::secret.eq(secret),
            webhooks::created_by.eq(by.by()),
            webhooks::created_at.eq(now),
            webhooks::changed_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Changes one.
pub fn update(tx: &mut TenantTx<'_>, _: &Keeping, id: WebhookId, facts: &Facts) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(webhooks::table.filter(webhooks::id.eq(id)))
        .set((
            webhooks::name.eq(&facts.name),
            webhooks::url.eq(&facts.url),
            webhooks::kinds.eq(&facts.kinds),
            webhooks::rests_until.eq(None::<DateTime<Utc>>),
            webhooks::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Gives one a new secret; the former one signs as well until a moment.
pub fn set_secret(
    tx: &mut TenantTx<'_>,
    _: &Keeping,
    webhook: &Webhook,
    secret: &[u8],
    former_until: DateTime<Utc>,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(webhooks::table.filter(webhooks::id.eq(webhook.id)))
        .set((
            webhooks::secret.eq(secret),
            webhooks::former_secret.eq(webhook.sealed_secret()),
            webhooks::former_until.eq(former_until),
            webhooks::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Stops one and holds what it was still to be told.
pub fn stop(tx: &mut TenantTx<'_>, id: WebhookId, why: &str) -> QueryResult<()> {
    let now = tx.now();
    let why: String = why.chars().take(300).collect();
    diesel::update(webhooks::table.filter(webhooks::id.eq(id)))
        .set((webhooks::stopped_at.eq(now), webhooks::stopped_because.eq(why)))
        .execute(tx.conn())?;
    set_due(tx, id, None)
}

/// Starts one again, with what it was still to be told.
pub fn start(tx: &mut TenantTx<'_>, _: &Keeping, id: WebhookId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(webhooks::table.filter(webhooks::id.eq(id)))
        .set((
            webhooks::stopped_at.eq(None::<DateTime<Utc>>),
            webhooks::stopped_because.eq(""),
            webhooks::failing_since.eq(None::<DateTime<Utc>>),
            webhooks::failures.eq(0),
            webhooks::rests_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn())?;
    set_due(tx, id, Some(now))
}

fn set_due(tx: &mut TenantTx<'_>, id: WebhookId, at: Option<DateTime<Utc>>) -> QueryResult<()> {
    let waiting = webhook_notices::table
        .filter(webhook_notices::webhook_id.eq(id))
        .filter(webhook_notices::state.eq(NoticeState::Waiting));
    diesel::update(waiting)
        .set(webhook_notices::due_at.eq(at))
        .execute(tx.conn())
        .map(|_| ())
}

/// Puts one away: its secrets are forgotten, and what it was to be told will not be.
pub fn archive(tx: &mut TenantTx<'_>, _: &Keeping, id: WebhookId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(webhooks::table.filter(webhooks::id.eq(id)))
        .set((
            webhooks::archived_at.eq(now),
            webhooks::secret.eq(None::<Vec<u8>>),
            webhooks::former_secret.eq(None::<Vec<u8>>),
        ))
        .execute(tx.conn())?;
    let waiting = webhook_notices::table
        .filter(webhook_notices::webhook_id.eq(id))
        .filter(webhook_notices::state.eq(NoticeState::Waiting));
    diesel::update(waiting)
        .set((
            webhook_notices::state.eq(NoticeState::Failed),
            webhook_notices::finished_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Writes down what an address is to be told; an event is told once.
pub fn tell(
    tx: &mut TenantTx<'_>,
    webhook: WebhookId,
    kind: &str,
    event: Option<EventId>,
    body: &str,
) -> QueryResult<WebhookNoticeId> {
    let (id, now) = (tx.new_id::<WebhookNoticeId>(), tx.now());
    diesel::insert_into(webhook_notices::table)
        .values((
            webhook_notices::id.eq(id),
            webhook_notices::webhook_id.eq(webhook),
            webhook_notices::kind.eq(kind),
            webhook_notices::event_id.eq(event),
            webhook_notices::body.eq(body),
            webhook_notices::due_at.eq(now),
            webhook_notices::give_up_at.eq(now + PATIENCE),
            webhook_notices::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(id)
}

/// What one address was told last, the newest first.
pub fn newest(tx: &mut TenantTx<'_>, webhook: WebhookId, limit: i64) -> QueryResult<Vec<Notice>> {
    Notice::query()
        .filter(webhook_notices::webhook_id.eq(webhook))
        .order(webhook_notices::id.desc())
        .limit(limit)
        .load(tx.conn())
}

/// One thing that an address is told.
pub fn notice(tx: &mut TenantTx<'_>, webhook: WebhookId, id: WebhookNoticeId) -> QueryResult<Notice> {
    Notice::query()
        .filter(webhook_notices::webhook_id.eq(webhook))
        .filter(webhook_notices::id.eq(id))
        .first(tx.conn())
}

/// One thing that whatever address is told.
pub fn notice_by_id(tx: &mut TenantTx<'_>, id: WebhookNoticeId) -> QueryResult<Notice> {
    Notice::query()
        .filter(webhook_notices::id.eq(id))
        .first(tx.conn())
}

/// The attempts to tell some things, the latest first.
pub fn attempts(tx: &mut TenantTx<'_>, notices: &[WebhookNoticeId], limit: i64) -> QueryResult<Vec<Attempt>> {
    Attempt::query()
        .filter(webhook_attempts::notice_id.eq_any(notices))
        .order(webhook_attempts::id.desc())
        .limit(limit)
        .load(tx.conn())
}

/// Makes something due now, for as long as something new.
pub fn again(tx: &mut TenantTx<'_>, _: &Keeping, id: WebhookNoticeId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(webhook_notices::table.filter(webhook_notices::id.eq(id)))
        .set((
            webhook_notices::state.eq(NoticeState::Waiting),
            webhook_notices::attempts.eq(0),
            webhook_notices::due_at.eq(now),
            webhook_notices::lease_until.eq(None::<DateTime<Utc>>),
            webhook_notices::give_up_at.eq(now + PATIENCE),
            webhook_notices::finished_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Something that is due, taken in hand.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Due {
    #[diesel(sql_type = SqlUuid)]
    pub org_id: OrgId,
    #[diesel(sql_type = SqlUuid)]
    pub id: WebhookNoticeId,
}

/// Takes what is due in hand, under a lease: it comes back by itself when this process dies.
#[expect(clippy::disallowed_methods, reason = "taken and marked in one statement")]
pub fn claim(tx: &mut SystemTx<'_>, limit: i64, lease: TimeDelta) -> QueryResult<Vec<Due>> {
    let now = tx.now();
    statement(
        "UPDATE webhook_notices SET lease_until = $2 WHERE (org_id, id) IN ( \
           SELECT n.org_id, n.id FROM webhook_notices n WHERE n.state = 'waiting' AND n.due_at <= $1 AND (n.lease_until IS NULL OR n.lease_until <= $1) \
           ORDER BY n.due_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING org_id, id",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now + lease)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// Gives something back that was taken in hand, to be taken again at a moment; without one when its address is started again.
pub fn put_off(tx: &mut TenantTx<'_>, id: WebhookNoticeId, due_at: Option<DateTime<Utc>>) -> QueryResult<()> {
    diesel::update(webhook_notices::table.filter(webhook_notices::id.eq(id)))
        .set((
            webhook_notices::due_at.eq(due_at),
            webhook_notices::lease_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Writes an attempt down.
pub fn note_attempt(
    tx: &mut TenantTx<'_>,
    notice: WebhookNoticeId,
    status: Option<i16>,
    said: &str,
    took_ms: i32,
) -> QueryResult<()> {
    let (id, now) = (tx.new_id::<WebhookAttemptId>(), tx.now());
    let said: String = said.replace('\0', "").chars().take(500).collect();
    diesel::insert_into(webhook_attempts::table)
        .values((
            webhook_attempts::id.eq(id),
            webhook_attempts::notice_id.eq(notice),
            webhook_attempts::at.eq(now),
            webhook_attempts::took_ms.eq(took_ms),
            webhook_attempts::status.eq(status),
            webhook_attempts::said.eq(said),
        ))
        .execute(tx.conn())?;
    diesel::update(webhook_notices::table.filter(webhook_notices::id.eq(notice)))
        .set(webhook_notices::attempts.eq(webhook_notices::attempts + 1))
        .execute(tx.conn())
        .map(|_| ())
}

/// Ends something that was told, or will not be.
pub fn finish(tx: &mut TenantTx<'_>, id: WebhookNoticeId, state: NoticeState) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(webhook_notices::table.filter(webhook_notices::id.eq(id)))
        .set((
            webhook_notices::state.eq(state),
            webhook_notices::lease_until.eq(None::<DateTime<Utc>>),
            webhook_notices::finished_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes that something arrived.
pub fn arrived(tx: &mut TenantTx<'_>, id: WebhookId) -> QueryResult<()> {
    diesel::update(
        webhooks::table.filter(
            webhooks::id
                .eq(id)
                .and(webhooks::failures.gt(0).or(webhooks::failing_since.is_not_null())),
        ),
    )
    .set((
        webhooks::failing_since.eq(None::<DateTime<Utc>>),
        webhooks::failures.eq(0),
        webhooks::rests_until.eq(None::<DateTime<Utc>>),
    ))
    .execute(tx.conn())
    .map(|_| ())
}

/// Notes that something did not arrive, and until when the address is left in peace.
pub fn missed(
    tx: &mut TenantTx<'_>,
    webhook: &Webhook,
    rests_until: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(webhooks::table.filter(webhooks::id.eq(webhook.id)))
        .set((
            webhooks::failing_since.eq(webhook.failing_since.unwrap_or(now)),
            webhooks::failures.eq(webhooks::failures + 1),
            webhooks::rests_until.eq(rests_until),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Forgets what came to an end before a moment, with its attempts; answers how much.
pub fn forget(tx: &mut TenantTx<'_>, before: DateTime<Utc>) -> QueryResult<usize> {
    diesel::delete(webhook_notices::table.filter(webhook_notices::finished_at.lt(before))).execute(tx.conn())
}
