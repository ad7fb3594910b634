//! Deliveries and their numbers, by ids alone.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bytea, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domains::campaigns::model::{EventKind, Reason};
use crate::kernel::ids::{CampaignId, DeliveryId, MemberId};
use crate::platform::db::schema::campaign_exclusions;
use crate::platform::db::{TenantTx, statement};

/// A message to one person.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub id: DeliveryId,
    pub member: MemberId,
    pub due_at: DateTime<Utc>,
    pub address_hash: Vec<u8>,
    /// What happened last, or what was asked for; nothing while it waits.
    pub outcome: Option<EventKind>,
    pub outcome_at: Option<DateTime<Utc>>,
    pub detail: String,
    /// The event by which it was found.
    pub event: Option<(DateTime<Utc>, Uuid)>,
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = SqlUuid)]
    id: DeliveryId,
    #[diesel(sql_type = SqlUuid)]
    member_id: MemberId,
    #[diesel(sql_type = Timestamptz)]
    due_at: DateTime<Utc>,
    #[diesel(sql_type = Bytea)]
    address_hash: Vec<u8>,
}

#[derive(QueryableByName)]
struct Happened {
    #[diesel(sql_type = SqlUuid)]
    delivery_id: DeliveryId,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    detail: String,
}

impl Made {
    fn with(self, happened: Option<&Happened>) -> Delivery {
        Delivery {
            id: self.id,
            member: self.member_id,
            due_at: self.due_at,
            address_hash: self.address_hash,
            outcome: happened.and_then(|event| event.kind.parse().ok()),
            outcome_at: happened.map(|event| event.at),
            detail: happened.map(|event| event.detail.clone()).unwrap_or_default(),
            event: happened.map(|event| (event.at, event.id)),
        }
    }
}

/// Deliveries of a campaign with the last of what happened to each, in the order of keyed hashes. What people did with them is not told.
#[expect(clippy::disallowed_methods, reason = "a keyset over partitions")]
pub(super) fn deliveries(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    after: Option<Vec<u8>>,
    limit: i64,
) -> QueryResult<Vec<Delivery>> {
    let made: Vec<Made> = statement(
        "SELECT d.id, d.member_id, d.due_at, d.address_hash FROM deliveries d \
         WHERE d.org_id = (SELECT app.current_org()) AND d.campaign_id = $1 \
           AND d.bucket = (SELECT date_trunc('month', c.launched_at AT TIME ZONE 'UTC')::date FROM campaigns c WHERE c.id = $1) \
           AND ($2 IS NULL OR d.address_hash > $2) ORDER BY d.address_hash LIMIT $3",
    )
    .bind::<SqlUuid, _>(campaign)
    .bind::<Nullable<Bytea>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())?;
    let ids: Vec<DeliveryId> = made.iter().map(|one| one.id).collect();
    let last: Vec<Happened> = statement(
        "SELECT DISTINCT ON (e.delivery_id) e.delivery_id, e.id, e.kind::text AS kind, e.at, e.detail FROM delivery_events e \
         WHERE e.org_id = (SELECT app.current_org()) AND e.delivery_id = ANY($1) AND e.kind NOT IN ('opened', 'clicked') \
         ORDER BY e.delivery_id, e.at DESC, e.id DESC",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .load(tx.conn())?;
    let last: HashMap<DeliveryId, Happened> = last.into_iter().map(|one| (one.delivery_id, one)).collect();
    Ok(made
        .into_iter()
        .map(|one| {
            let event = last.get(&one.id);
            one.with(event)
        })
        .collect())
}

/// Deliveries to which something of a kind happened, the latest first.
#[expect(clippy::disallowed_methods, reason = "a keyset over partitions")]
pub(super) fn happened(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    kind: EventKind,
    before: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> QueryResult<Vec<Delivery>> {
    let (at, id) = before.unzip();
    let events: Vec<Happened> = statement(
        "SELECT e.delivery_id, e.id, e.kind::text AS kind, e.at, e.detail FROM delivery_events e \
         WHERE e.org_id = (SELECT app.current_org()) AND e.campaign_id = $1 AND e.kind = $2::delivery_event_kind \
           AND ($3 IS NULL OR (e.at, e.id) < ($3, $4)) ORDER BY e.at DESC, e.id DESC LIMIT $5",
    )
    .bind::<SqlUuid, _>(campaign)
    .bind::<Text, _>(kind.as_str())
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())?;
    let ids: Vec<DeliveryId> = events.iter().map(|one| one.delivery_id).collect();
    let made: Vec<Made> = statement(
        "SELECT d.id, d.member_id, d.due_at, d.address_hash FROM deliveries d \
         WHERE d.org_id = (SELECT app.current_org()) AND d.id = ANY($2) \
           AND d.bucket = (SELECT date_trunc('month', c.launched_at AT TIME ZONE 'UTC')::date FROM campaigns c WHERE c.id = $1)",
    )
    .bind::<SqlUuid, _>(campaign)
    .bind::<Array<SqlUuid>, _>(ids)
    .load(tx.conn())?;
    let made: HashMap<DeliveryId, Made> = made.into_iter().map(|one| (one.id, one)).collect();
    Ok(events
        .iter()
        .filter_map(|event| {
            let one = made.get(&event.delivery_id)?;
            let one = Made {
                id: one.id,
                member_id: one.member_id,
                due_at: one.due_at,
                address_hash: one.address_hash.clone(),
            };
            Some(one.with(Some(event)))
        })
        .collect())
}

/// How often something happened on a day.
#[derive(QueryableByName, Debug, Clone)]
pub(super) struct Counted {
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    #[diesel(sql_type = Text)]
    pub what: String,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
}

/// What happened between two moments, by day in a zone. Clicks are messages in which a person followed a link, on the day of the first;
/// what looks like a machine's doing is left out, the first links of a burst included.
#[expect(clippy::disallowed_methods, reason = "grouped by days and kinds")]
pub(super) fn by_day(
    tx: &mut TenantTx<'_>,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    zone: &str,
) -> QueryResult<Vec<Counted>> {
    statement(
        "SELECT (e.at AT TIME ZONE $3)::date AS day, e.kind::text AS what, count(*) AS amount FROM delivery_events e \
         WHERE e.org_id = (SELECT app.current_org()) AND e.at >= $1 AND e.at < $2 \
           AND e.kind IN ('accepted', 'delivered', 'bounced', 'complained', 'refused') GROUP BY 1, 2 \
         UNION ALL \
         SELECT (h.at AT TIME ZONE $3)::date AS day, 'clicked' AS what, count(*) AS amount FROM ( \
           SELECT min(e.at) AS at FROM delivery_events e \
           WHERE e.org_id = (SELECT app.current_org()) AND e.at >= $1 AND e.at < $2 AND e.kind = 'clicked' AND NOT e.is_machine \
             AND (SELECT count(DISTINCT n.link) FROM delivery_events n WHERE n.org_id = e.org_id AND n.delivery_id = e.delivery_id AND n.kind = 'clicked' \
               AND n.at BETWEEN e.at - interval '1 second' AND e.at + interval '1 second') < 3 \
           GROUP BY e.delivery_id) h GROUP BY 1 \
         ORDER BY 1, 2",
    )
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(to)
    .bind::<Text, _>(zone.to_owned())
    .load(tx.conn())
}

/// Somebody who was sent nothing, why, and when that was found.
pub(super) type Excluded = (MemberId, Reason, DateTime<Utc>);

/// Who of a campaign's audience was sent nothing, in the order of their ids.
pub(super) fn exclusions(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    reason: Option<Reason>,
    after: Option<MemberId>,
    limit: i64,
) -> QueryResult<Vec<Excluded>> {
    let mut found = campaign_exclusions::table
        .filter(campaign_exclusions::campaign_id.eq(campaign))
        .order(campaign_exclusions::member_id)
        .limit(limit)
        .select((
            campaign_exclusions::member_id,
            campaign_exclusions::reason,
            campaign_exclusions::at,
        ))
        .into_boxed();
    if let Some(reason) = reason {
        found = found.filter(campaign_exclusions::reason.eq(reason));
    }
    if let Some(after) = after {
        found = found.filter(campaign_exclusions::member_id.gt(after));
    }
    found.load(tx.conn())
}
