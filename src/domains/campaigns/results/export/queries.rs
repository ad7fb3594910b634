//! Reading every message of a campaign, in pieces.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::campaigns::model::Campaign;
use crate::kernel::ids::{DeliveryId, MemberId};
use crate::platform::db::{TenantTx, statement};

/// A message of the campaign.
#[derive(QueryableByName, Debug, Clone)]
pub(super) struct Sent {
    #[diesel(sql_type = SqlUuid)]
    pub id: DeliveryId,
    #[diesel(sql_type = SqlUuid)]
    pub member: MemberId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub handle: String,
    #[diesel(sql_type = Timestamptz)]
    pub made_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub due_at: DateTime<Utc>,
}

/// The next messages of a campaign, in one pass over those of its month.
#[expect(clippy::disallowed_methods, reason = "a keyset over an index")]
pub(super) fn sent(
    tx: &mut TenantTx<'_>,
    campaign: &Campaign,
    after: Option<DeliveryId>,
    limit: i64,
) -> QueryResult<Vec<Sent>> {
    statement(
        "SELECT d.id, d.member_id AS member, m.display_name AS name, m.handle, d.made_at, d.due_at \
         FROM deliveries d JOIN members m ON m.org_id = d.org_id AND m.id = d.member_id \
         WHERE d.org_id = (SELECT app.current_org()) AND d.campaign_id = $1 \
           AND d.bucket = (SELECT date_trunc('month', c.launched_at AT TIME ZONE 'UTC')::date FROM campaigns c WHERE c.org_id = (SELECT app.current_org()) AND c.id = $1) \
           AND d.id > coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY d.id LIMIT $3",
    )
    .bind::<SqlUuid, _>(campaign.id)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// Something that happened to a message.
#[derive(QueryableByName, Debug, Clone)]
pub(super) struct Event {
    #[diesel(sql_type = SqlUuid)]
    pub delivery: DeliveryId,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Text)]
    pub detail: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub provider_ref: Option<String>,
}

/// What happened to these messages, the earliest first; what people did with them is left out.
#[expect(clippy::disallowed_methods, reason = "by an array, as the log is long")]
pub(super) fn events(
    tx: &mut TenantTx<'_>,
    campaign: &Campaign,
    of: &[DeliveryId],
) -> QueryResult<Vec<Event>> {
    statement(
        "SELECT e.delivery_id AS delivery, e.at, e.kind::text AS kind, e.detail, e.provider_ref FROM delivery_events e \
         WHERE e.org_id = (SELECT app.current_org()) AND e.delivery_id = ANY ($1) AND e.at >= $2 AND e.kind NOT IN ('opened', 'clicked') ORDER BY e.at, e.id",
    )
    .bind::<Array<SqlUuid>, _>(of.to_vec())
    .bind::<Timestamptz, _>(campaign.launched_at.unwrap_or(campaign.created_at))
    .load(tx.conn())
}

/// Somebody who got no message.
#[derive(QueryableByName, Debug, Clone)]
pub(super) struct LeftOut {
    #[diesel(sql_type = SqlUuid)]
    pub member: MemberId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub handle: String,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub reason: String,
}

/// The next people who were left out of a campaign.
#[expect(clippy::disallowed_methods, reason = "a keyset over an index")]
pub(super) fn left_out(
    tx: &mut TenantTx<'_>,
    campaign: &Campaign,
    after: Option<MemberId>,
    limit: i64,
) -> QueryResult<Vec<LeftOut>> {
    statement(
        "SELECT x.member_id AS member, m.display_name AS name, m.handle, x.at, x.reason::text AS reason \
         FROM campaign_exclusions x JOIN members m ON m.org_id = x.org_id AND m.id = x.member_id \
         WHERE x.org_id = (SELECT app.current_org()) AND x.campaign_id = $1 AND ($2 IS NULL OR x.member_id > $2) ORDER BY x.member_id LIMIT $3",
    )
    .bind::<SqlUuid, _>(campaign.id)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}
