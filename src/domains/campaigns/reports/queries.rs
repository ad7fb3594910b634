//! Reports and what they are about, in the database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::campaigns::model::EventKind;
use crate::kernel::ids::{CampaignId, DeliveryId, EventId, MemberId, PhoneReplyId, ProviderId};
use crate::platform::db::schema::phone_replies;
use crate::platform::db::{TenantTx, statement};

/// Characters of a text that are kept: ten parts of a long one.
const LONGEST_TEXT: usize = 1_600;
/// Characters of a number.
const LONGEST_NUMBER: usize = 34;

#[derive(QueryableByName)]
struct Noted {
    #[diesel(sql_type = BigInt)]
    fresh: i64,
}

/// Notes that a report came; answers whether for the first time.
#[expect(clippy::disallowed_methods, reason = "answers whether a row was new")]
pub(super) fn note(tx: &mut TenantTx<'_>, provider: ProviderId, report: &str) -> QueryResult<bool> {
    let now = tx.now();
    let report: String = report.chars().take(200).collect();
    let noted: Noted = statement(
        "WITH n AS (INSERT INTO provider_reports (provider_id, report_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1) \
         SELECT count(*) AS fresh FROM n",
    )
    .bind::<SqlUuid, _>(provider)
    .bind::<Text, _>(report)
    .bind::<Timestamptz, _>(now)
    .get_result(tx.conn())?;
    Ok(noted.fresh > 0)
}

/// A message that a report is about.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub(super) struct About {
    #[diesel(sql_type = SqlUuid)]
    pub id: DeliveryId,
    #[diesel(sql_type = SqlUuid)]
    pub campaign_id: CampaignId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    /// With which variant it takes part in a test; nothing when it does not.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub variant: Option<i16>,
}

/// The message of this id, in whatever month.
#[expect(clippy::disallowed_methods, reason = "a row of any partition")]
pub(super) fn about(tx: &mut TenantTx<'_>, id: uuid::Uuid) -> QueryResult<Option<About>> {
    statement("SELECT id, campaign_id, member_id, variant FROM deliveries WHERE org_id = (SELECT app.current_org()) AND id = $1")
        .bind::<SqlUuid, _>(id)
        .get_result(tx.conn())
        .optional()
}

#[derive(QueryableByName)]
struct Address {
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

/// The keyed hash of the address that a message went to.
#[expect(clippy::disallowed_methods, reason = "a row of any partition")]
pub(super) fn address_hash(tx: &mut TenantTx<'_>, id: uuid::Uuid) -> QueryResult<Vec<u8>> {
    let found: Address = statement(
        "SELECT address_hash AS hash FROM deliveries WHERE org_id = (SELECT app.current_org()) AND id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())?;
    Ok(found.hash)
}

/// Writes down what a report says, and counts it.
#[expect(
    clippy::disallowed_methods,
    reason = "the log and its counts in one statement"
)]
pub(super) fn happened(
    tx: &mut TenantTx<'_>,
    about: About,
    kind: EventKind,
    detail: &str,
    reference: Option<&str>,
) -> QueryResult<()> {
    let (now, id) = (tx.now(), tx.new_id::<EventId>().0);
    let detail: String = detail.chars().take(500).collect();
    statement(
        "WITH told AS (INSERT INTO delivery_events (at, id, delivery_id, campaign_id, kind, detail, provider_ref, variant) \
           VALUES ($1, $2, $3, $4, $5::delivery_event_kind, $6, $7, $8)) \
         INSERT INTO campaign_counts (campaign_id, what, amount) SELECT $4, w.what, 1 FROM (VALUES ($5), ($5 || '_' || $8)) w(what) WHERE w.what IS NOT NULL \
           ON CONFLICT (org_id, campaign_id, what) DO UPDATE SET amount = campaign_counts.amount + excluded.amount",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(about.id)
    .bind::<SqlUuid, _>(about.campaign_id)
    .bind::<Text, _>(kind.as_str())
    .bind::<Text, _>(detail)
    .bind::<Nullable<Text>, _>(reference)
    .bind::<Nullable<SmallInt>, _>(about.variant)
    .execute(tx.conn())
    .map(|_| ())
}

/// Takes a message out of the queue that may have left: a report shows that it has.
#[expect(clippy::disallowed_methods, reason = "by the id of the delivery")]
pub(super) fn no_longer_in_doubt(tx: &mut TenantTx<'_>, about: About) -> QueryResult<()> {
    statement(
        "DELETE FROM send_queue WHERE org_id = (SELECT app.current_org()) AND delivery_id = $1 AND lease_owner IS NULL \
           AND (is_held OR EXISTS (SELECT 1 FROM delivery_events e WHERE e.org_id = (SELECT app.current_org()) AND e.delivery_id = $1 AND e.kind = 'in_doubt'))",
    )
    .bind::<SqlUuid, _>(about.id)
    .execute(tx.conn())
    .map(|_| ())
}

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = SqlUuid)]
    id: MemberId,
}

/// Everybody who has this number.
#[expect(clippy::disallowed_methods, reason = "by the index of contact points")]
pub(in crate::domains::campaigns) fn by_number(
    tx: &mut TenantTx<'_>,
    number: &str,
) -> QueryResult<Vec<MemberId>> {
    let found: Vec<Person> = statement(
        "SELECT DISTINCT member_id AS id FROM contact_points WHERE org_id = (SELECT app.current_org()) AND kind = 'phone' AND value = $1 LIMIT 50",
    )
    .bind::<Text, _>(number.to_owned())
    .load(tx.conn())?;
    Ok(found.into_iter().map(|one| one.id).collect())
}

/// What somebody texted that is for a person to read.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = phone_replies)]
pub(in crate::domains::campaigns) struct Texted {
    pub number: String,
    pub body: String,
    pub at: DateTime<Utc>,
}

/// Keeps what a number texted, as long as what is said on the outbox's phones. What has no words, as a picture, is not kept.
pub(super) fn keep_words(tx: &mut TenantTx<'_>, number: &str, body: &str) -> QueryResult<()> {
    let body: String = body.trim().chars().take(LONGEST_TEXT).collect();
    let is_number = (2..=LONGEST_NUMBER).contains(&number.chars().count());
    if body.is_empty() || !is_number {
        return Ok(());
    }
    let (id, now) = (tx.new_id::<PhoneReplyId>(), tx.now());
    diesel::insert_into(phone_replies::table)
        .values((
            phone_replies::id.eq(id),
            phone_replies::number.eq(number),
            phone_replies::body.eq(body),
            phone_replies::at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// What these numbers texted, newest first.
pub(super) fn texted(tx: &mut TenantTx<'_>, numbers: &[String], limit: i64) -> QueryResult<Vec<Texted>> {
    Texted::query()
        .filter(phone_replies::number.eq_any(numbers))
        .order((phone_replies::at.desc(), phone_replies::id.desc()))
        .limit(limit)
        .load(tx.conn())
}
