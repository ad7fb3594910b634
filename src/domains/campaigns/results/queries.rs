//! Reading what became of deliveries.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Bytea, Date, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};

use crate::domains::campaigns::model::{EventKind, Reason};
use crate::domains::campaigns::single;
use crate::domains::consent::proof::{Message, MessageEvent};
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignId, DeliveryId, MemberId};
use crate::platform::db::{TenantTx, statement};

/// Messages handed over in one span of time.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Span {
    #[diesel(sql_type = Timestamptz)]
    pub begins: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

/// How many were handed over in each span of `seconds`, between two moments; spans without any are left out.
#[expect(clippy::disallowed_methods, reason = "grouped by spans of time")]
pub fn pace(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    seconds: i64,
) -> QueryResult<Vec<Span>> {
    statement(
        "SELECT to_timestamp(floor(extract(epoch FROM at) / $4) * $4) AS begins, count(*) AS count FROM delivery_events \
         WHERE org_id = (SELECT app.current_org()) AND campaign_id = $1 AND kind = 'accepted' AND at BETWEEN $2 AND $3 GROUP BY 1 ORDER BY 1",
    )
    .bind::<SqlUuid, _>(campaign)
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(to)
    .bind::<BigInt, _>(seconds)
    .load(tx.conn())
}

/// Somebody of the audience, with what became of their message.
#[derive(QueryableByName, Debug, Clone)]
pub struct Person {
    #[diesel(sql_type = SqlUuid)]
    pub member: MemberId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub delivery: Option<DeliveryId>,
    #[diesel(sql_type = Text)]
    pub words: String,
    /// Where the next page begins.
    #[diesel(sql_type = Text)]
    pub cursor: String,
}

/// Whoever was left out for a reason.
#[expect(clippy::disallowed_methods, reason = "a keyset over an index")]
pub fn excluded(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    reason: Reason,
    after: Option<MemberId>,
    limit: i64,
) -> QueryResult<Vec<Person>> {
    statement(
        "SELECT x.member_id AS member, m.display_name AS name, NULL::uuid AS delivery, '' AS words, x.member_id::text AS cursor \
         FROM campaign_exclusions x JOIN members m ON m.org_id = x.org_id AND m.id = x.member_id \
         WHERE x.org_id = (SELECT app.current_org()) AND x.campaign_id = $1 AND x.reason = $2::exclusion_reason \
           AND ($3 IS NULL OR x.member_id > $3) ORDER BY x.member_id LIMIT $4",
    )
    .bind::<SqlUuid, _>(campaign)
    .bind::<Text, _>(reason.as_str())
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// Whoever it was for, each with the last of what happened to their message.
#[expect(clippy::disallowed_methods, reason = "a keyset over an index")]
pub fn recipients(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    after: Option<Vec<u8>>,
    limit: i64,
) -> QueryResult<Vec<Person>> {
    // One address gets one message of a campaign, which is what its index is made of, and any number of single messages.
    let (place, which) = match single::is_one(tx, campaign)? {
        true => ("uuid_send(d.id)", "d.is_single"),
        false => ("d.address_hash", "NOT d.is_single"),
    };
    statement(format!(
        "SELECT d.member_id AS member, m.display_name AS name, d.id AS delivery, coalesce(e.kind::text, 'queued') AS words, \
           encode({place}, 'hex') AS cursor \
         FROM deliveries d JOIN members m ON m.org_id = d.org_id AND m.id = d.member_id \
         LEFT JOIN LATERAL (SELECT kind FROM delivery_events e WHERE e.org_id = d.org_id AND e.delivery_id = d.id AND e.kind NOT IN ('opened', 'clicked') ORDER BY e.at DESC, e.id DESC LIMIT 1) e ON true \
         WHERE d.org_id = (SELECT app.current_org()) AND d.campaign_id = $1 \
           AND d.bucket = (SELECT date_trunc('month', c.launched_at AT TIME ZONE 'UTC')::date FROM campaigns c WHERE c.id = $1) \
           AND {which} AND ($2 IS NULL OR {place} > $2) ORDER BY {place} LIMIT $3"
    ))
    .bind::<SqlUuid, _>(campaign)
    .bind::<Nullable<Bytea>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// What became of a campaign for these people: of each message the last that happened to it, or why they were left out. Whoever it was not
/// for is absent.
#[expect(clippy::disallowed_methods, reason = "two indexes by person")]
pub fn of_members(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    members: &[MemberId],
) -> QueryResult<Vec<Person>> {
    statement(
        "SELECT d.member_id AS member, m.display_name AS name, d.id AS delivery, coalesce(e.kind::text, 'queued') AS words, '' AS cursor \
         FROM deliveries d JOIN members m ON m.org_id = d.org_id AND m.id = d.member_id \
         LEFT JOIN LATERAL (SELECT kind FROM delivery_events e WHERE e.org_id = d.org_id AND e.delivery_id = d.id AND e.kind NOT IN ('opened', 'clicked') ORDER BY e.at DESC, e.id DESC LIMIT 1) e ON true \
         WHERE d.org_id = (SELECT app.current_org()) AND d.member_id = ANY ($2) AND d.campaign_id = $1 \
         UNION ALL \
         SELECT x.member_id, m.display_name, NULL::uuid, x.reason::text, '' FROM campaign_exclusions x JOIN members m ON m.org_id = x.org_id AND m.id = x.member_id \
         WHERE x.org_id = (SELECT app.current_org()) AND x.member_id = ANY ($2) AND x.campaign_id = $1",
    )
    .bind::<SqlUuid, _>(campaign)
    .bind::<Array<SqlUuid>, _>(members)
    .load(tx.conn())
}

/// What of a campaign has not left and waits for nobody's decision.
#[derive(QueryableByName, Debug, Clone, Copy, Default)]
pub struct Waiting {
    #[diesel(sql_type = BigInt)]
    pub people: i64,
    /// Of these, how many are not due yet. Those who wait for the winner of a test are not among them.
    #[diesel(sql_type = BigInt)]
    pub later: i64,
    /// When the first and the last of those is due.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub first: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last: Option<DateTime<Utc>>,
}

/// How many of a campaign wait, and until when.
#[expect(clippy::disallowed_methods, reason = "counted over an index")]
pub fn waiting(tx: &mut TenantTx<'_>, campaign: CampaignId, now: DateTime<Utc>) -> QueryResult<Waiting> {
    statement(
        "SELECT count(*) AS people, count(*) FILTER (WHERE q.due_at > $2 AND q.due_at < 'infinity') AS later, \
           min(q.due_at) FILTER (WHERE q.due_at > $2 AND q.due_at < 'infinity') AS first, \
           max(q.due_at) FILTER (WHERE q.due_at > $2 AND q.due_at < 'infinity') AS last \
         FROM send_queue q WHERE q.org_id = (SELECT app.current_org()) AND q.campaign_id = $1 AND NOT q.is_held",
    )
    .bind::<SqlUuid, _>(campaign)
    .bind::<Timestamptz, _>(now)
    .get_result(tx.conn())
}

/// Somebody whose message has not left.
#[derive(QueryableByName, Debug, Clone)]
pub struct InQueue {
    #[diesel(sql_type = SqlUuid)]
    pub member: MemberId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = SqlUuid)]
    pub delivery: DeliveryId,
    /// When it is due; nothing when it waits for the winner of a test.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub due_at: Option<DateTime<Utc>>,
}

/// Whose messages of a campaign have not left, and wait for nobody's decision.
#[expect(clippy::disallowed_methods, reason = "joined with the queue")]
pub fn who_waits(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    after: Option<DeliveryId>,
    limit: i64,
) -> QueryResult<Vec<InQueue>> {
    statement(
        "SELECT q.member_id AS member, m.display_name AS name, q.delivery_id AS delivery, nullif(q.due_at, 'infinity') AS due_at \
         FROM send_queue q JOIN members m ON m.org_id = q.org_id AND m.id = q.member_id \
         WHERE q.org_id = (SELECT app.current_org()) AND q.campaign_id = $1 AND NOT q.is_held AND ($2 IS NULL OR q.delivery_id > $2) \
         ORDER BY q.delivery_id LIMIT $3",
    )
    .bind::<SqlUuid, _>(campaign)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// Whoever something happened to, the latest first.
#[expect(clippy::disallowed_methods, reason = "a keyset over an index")]
pub fn happened(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    kind: EventKind,
    before: Option<(DateTime<Utc>, uuid::Uuid)>,
    limit: i64,
) -> QueryResult<Vec<Person>> {
    let (at, id) = before.unzip();
    statement(
        "SELECT d.member_id AS member, m.display_name AS name, e.delivery_id AS delivery, e.detail AS words, \
           extract(epoch FROM e.at)::text || '_' || e.id AS cursor \
         FROM delivery_events e JOIN deliveries d ON d.org_id = e.org_id AND d.id = e.delivery_id \
           AND d.bucket = (SELECT date_trunc('month', c.launched_at AT TIME ZONE 'UTC')::date FROM campaigns c WHERE c.id = $1) \
         JOIN members m ON m.org_id = d.org_id AND m.id = d.member_id \
         WHERE e.org_id = (SELECT app.current_org()) AND e.campaign_id = $1 AND e.kind = $2::delivery_event_kind \
           AND ($3 IS NULL OR (e.at, e.id) < ($3, $4)) ORDER BY e.at DESC, e.id DESC LIMIT $5",
    )
    .bind::<SqlUuid, _>(campaign)
    .bind::<Text, _>(kind.as_str())
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// One message.
#[derive(QueryableByName, Debug, Clone)]
pub struct Delivery {
    #[diesel(sql_type = SqlUuid)]
    pub id: DeliveryId,
    #[diesel(sql_type = SqlUuid)]
    pub campaign_id: CampaignId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Date)]
    pub bucket: chrono::NaiveDate,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Timestamptz)]
    pub made_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub due_at: DateTime<Utc>,
    /// Whether it waits for a person to decide.
    #[diesel(sql_type = Bool)]
    pub is_held: bool,
    /// Whether it is still to be sent, and when.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub next_at: Option<DateTime<Utc>>,
    /// Whether it waits for the winner of a test.
    #[diesel(sql_type = Bool)]
    pub waits: bool,
    /// Whether its campaign tries several variants.
    #[diesel(sql_type = Bool)]
    pub is_of_test: bool,
    /// With which variant it takes part in the test; nothing when it does not.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub variant: Option<i16>,
    /// What was decided for those who take no part.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub winner: Option<i16>,
}

impl Delivery {
    /// Which variant it says; 0 is A.
    pub fn told(&self) -> i16 {
        self.variant.or(self.winner).unwrap_or_default()
    }
}

/// One message of a campaign.
#[expect(clippy::disallowed_methods, reason = "joined with the queue")]
pub fn delivery(tx: &mut TenantTx<'_>, campaign: CampaignId, id: DeliveryId) -> QueryResult<Delivery> {
    statement(
        "SELECT d.id, d.campaign_id, d.member_id, d.bucket, m.display_name AS name, d.made_at, d.due_at, coalesce(q.is_held, false) AS is_held, \
           nullif(q.due_at, 'infinity') AS next_at, coalesce(q.due_at = 'infinity', false) AS waits, d.variant, t.winner, t.share IS NOT NULL AS is_of_test \
         FROM deliveries d JOIN members m ON m.org_id = d.org_id AND m.id = d.member_id \
         LEFT JOIN send_queue q ON q.org_id = d.org_id AND q.delivery_id = d.id \
         LEFT JOIN campaign_tests t ON t.org_id = d.org_id AND t.campaign_id = d.campaign_id \
         WHERE d.org_id = (SELECT app.current_org()) AND d.campaign_id = $1 AND d.id = $2 \
           AND d.bucket = (SELECT date_trunc('month', c.launched_at AT TIME ZONE 'UTC')::date FROM campaigns c WHERE c.id = $1)",
    )
    .bind::<SqlUuid, _>(campaign)
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())
}

/// Something that happened to a message.
#[derive(QueryableByName, Debug, Clone)]
pub struct Event {
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Text)]
    pub detail: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub provider_ref: Option<String>,
    #[diesel(sql_type = Nullable<Bytea>)]
    pub sha256: Option<Vec<u8>>,
    #[diesel(sql_type = Bool)]
    pub is_machine: bool,
}

impl Event {
    /// See [`EventKind::is_watched`].
    pub fn is_watched(&self) -> bool {
        self.kind.parse::<EventKind>().is_ok_and(EventKind::is_watched)
    }
}

/// What happened to a message, in order.
#[expect(clippy::disallowed_methods, reason = "of a table that is only read so")]
pub fn events(tx: &mut TenantTx<'_>, delivery: DeliveryId) -> QueryResult<Vec<Event>> {
    statement(
        "SELECT at, kind::text AS kind, detail, provider_ref, sha256, is_machine FROM delivery_events \
         WHERE org_id = (SELECT app.current_org()) AND delivery_id = $1 ORDER BY at, id LIMIT 500",
    )
    .bind::<SqlUuid, _>(delivery)
    .load(tx.conn())
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = SqlUuid)]
    id: uuid::Uuid,
    #[diesel(sql_type = Timestamptz)]
    made_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    channel: String,
    #[diesel(sql_type = Text)]
    category: String,
    #[diesel(sql_type = Text)]
    campaign: String,
    #[diesel(sql_type = Bytea)]
    digest: Vec<u8>,
}

/// Messages of one person that a proof tells at most: the newest of so many that nobody reads them by hand.
const MOST: i64 = 2_000;

/// Every message that somebody was sent or was to be sent, the newest first, with what happened to each.
///
/// # Errors
/// When the database fails.
pub fn messages_of(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Vec<Message>, AppError> {
    told(tx, member, |event| !event.is_watched())
}

/// The same with what they did with their messages, for themselves.
///
/// # Errors
/// When the database fails.
pub fn everything_of(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Vec<Message>, AppError> {
    told(tx, member, |_| true)
}

#[expect(clippy::disallowed_methods, reason = "joined over four tables")]
fn told(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    is_told: impl Fn(&Event) -> bool,
) -> Result<Vec<Message>, AppError> {
    let told: Vec<Told> = statement(
        "SELECT d.id, d.made_at, d.channel::text AS channel, t.category, c.name AS campaign, v.digest FROM deliveries d \
         JOIN campaigns c ON c.org_id = d.org_id AND c.id = d.campaign_id JOIN message_templates t ON t.org_id = c.org_id AND t.id = c.template_id \
         JOIN template_versions v ON v.org_id = c.org_id AND v.id = coalesce((SELECT o.version_id FROM campaign_variants o WHERE o.org_id = c.org_id AND o.campaign_id = c.id \
           AND o.number = coalesce(d.variant, (SELECT w.winner FROM campaign_tests w WHERE w.org_id = c.org_id AND w.campaign_id = c.id))), c.version_id) \
         WHERE d.org_id = (SELECT app.current_org()) AND d.member_id = $1 ORDER BY d.made_at DESC, d.id DESC LIMIT $2",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<BigInt, _>(MOST)
    .load(tx.conn())?;
    let mut messages = Vec::with_capacity(told.len());
    for one in told {
        let events = events(tx, DeliveryId(one.id))?;
        messages.push(Message {
            id: one.id,
            gathered_at: one.made_at,
            channel: one.channel,
            category: one.category,
            campaign: one.campaign,
            version_sha256: hex::encode(one.digest),
            events: events
                .into_iter()
                .filter(&is_told)
                .map(|event| MessageEvent {
                    at: event.at,
                    what: event.kind,
                    detail: event.detail,
                    sha256: event.sha256.map(hex::encode),
                })
                .collect(),
        });
    }
    Ok(messages)
}

/// One campaign as it went for one person.
#[derive(QueryableByName, Debug, Clone)]
pub struct Line {
    #[diesel(sql_type = SqlUuid)]
    pub campaign: CampaignId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub delivery: Option<DeliveryId>,
    /// The last of what happened, or why they were left out.
    #[diesel(sql_type = Text)]
    pub words: String,
}

impl Line {
    /// What it is ordered by.
    pub fn place(&self) -> uuid::Uuid {
        self.delivery.map_or(self.campaign.0, |delivery| delivery.0)
    }
}

/// What became of campaigns for one person, the newest first.
#[expect(clippy::disallowed_methods, reason = "of two tables")]
pub fn of_person(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    before: Option<uuid::Uuid>,
    limit: i64,
) -> QueryResult<Vec<Line>> {
    statement(
        "SELECT c.id AS campaign, c.name, x.at, x.delivery, x.words FROM ( \
           SELECT d.campaign_id, d.made_at AS at, d.id AS delivery, coalesce((SELECT e.kind::text FROM delivery_events e \
             WHERE e.org_id = d.org_id AND e.delivery_id = d.id AND e.kind NOT IN ('opened', 'clicked') ORDER BY e.at DESC, e.id DESC LIMIT 1), 'queued') AS words \
           FROM deliveries d WHERE d.org_id = (SELECT app.current_org()) AND d.member_id = $1 \
           UNION ALL SELECT x.campaign_id, x.at, NULL, x.reason::text FROM campaign_exclusions x \
           WHERE x.org_id = (SELECT app.current_org()) AND x.member_id = $1) x \
         JOIN campaigns c ON c.org_id = (SELECT app.current_org()) AND c.id = x.campaign_id \
         WHERE $2 IS NULL OR coalesce(x.delivery, c.id) < $2 ORDER BY coalesce(x.delivery, c.id) DESC LIMIT $3",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<Nullable<SqlUuid>, _>(before)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}
