//! Hits in the log.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};

use crate::kernel::ids::{CampaignId, DeliveryId, EventId, MemberId};
use crate::platform::db::{TenantTx, statement};

/// A message that was hit.
#[derive(QueryableByName, Debug, Clone)]
pub struct Target {
    #[diesel(sql_type = SqlUuid)]
    pub campaign_id: CampaignId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Date)]
    pub bucket: chrono::NaiveDate,
    /// When it was handed over.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub accepted_at: Option<DateTime<Utc>>,
    /// With which variant it takes part in a test; nothing when it does not.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub variant: Option<i16>,
    /// What was decided for those who waited for the test of its campaign.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub winner: Option<i16>,
}

impl Target {
    /// Which variant it says; 0 is A.
    pub fn told(&self) -> i16 {
        self.variant.or(self.winner).unwrap_or_default()
    }
}

/// The message of a token.
#[expect(
    clippy::disallowed_methods,
    reason = "one row of a partition, and when it was handed over"
)]
pub(super) fn target(
    tx: &mut TenantTx<'_>,
    bucket: chrono::NaiveDate,
    delivery: DeliveryId,
) -> QueryResult<Target> {
    statement(
        "SELECT d.campaign_id, d.member_id, d.bucket, (SELECT min(e.at) FROM delivery_events e WHERE e.org_id = d.org_id AND e.delivery_id = d.id AND e.kind = 'accepted') AS accepted_at, \
           d.variant, (SELECT t.winner FROM campaign_tests t WHERE t.org_id = d.org_id AND t.campaign_id = d.campaign_id) AS winner \
         FROM deliveries d WHERE d.org_id = (SELECT app.current_org()) AND d.bucket = $1 AND d.id = $2",
    )
    .bind::<Date, _>(bucket)
    .bind::<SqlUuid, _>(delivery)
    .get_result(tx.conn())
}

/// An earlier hit on the same message.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub(super) struct Earlier {
    #[diesel(sql_type = Bool)]
    pub is_click: bool,
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub link: Option<i16>,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// Hits on a message since a moment.
#[expect(clippy::disallowed_methods, reason = "of the log")]
pub(super) fn since(
    tx: &mut TenantTx<'_>,
    delivery: DeliveryId,
    moment: DateTime<Utc>,
) -> QueryResult<Vec<Earlier>> {
    statement(
        "SELECT kind = 'clicked' AS is_click, link, at FROM delivery_events WHERE org_id = (SELECT app.current_org()) AND delivery_id = $1 \
           AND kind IN ('opened', 'clicked') AND at >= $2 ORDER BY at DESC LIMIT 200",
    )
    .bind::<SqlUuid, _>(delivery)
    .bind::<Timestamptz, _>(moment)
    .load(tx.conn())
}

/// Writes a hit down. Hundreds of hits on one message are a machine's: those beyond are not kept.
#[expect(clippy::disallowed_methods, reason = "of the log")]
pub(super) fn insert(
    tx: &mut TenantTx<'_>,
    delivery: DeliveryId,
    target: &Target,
    kind: &str,
    link: Option<i16>,
    (detail, is_machine): (&str, bool),
) -> QueryResult<()> {
    let (now, id) = (tx.now(), tx.new_id::<EventId>().0);
    statement(
        "INSERT INTO delivery_events (at, id, delivery_id, campaign_id, kind, detail, link, is_machine, variant) \
         SELECT $1, $2, $3, $4, $5::delivery_event_kind, $6, $7, $8, $9 \
         WHERE (SELECT count(*) FROM delivery_events e WHERE e.org_id = (SELECT app.current_org()) AND e.delivery_id = $3) < 300",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(delivery)
    .bind::<SqlUuid, _>(target.campaign_id)
    .bind::<Text, _>(kind)
    .bind::<Text, _>(detail)
    .bind::<Nullable<SmallInt>, _>(link)
    .bind::<Bool, _>(is_machine)
    .bind::<Nullable<SmallInt>, _>(target.variant)
    .execute(tx.conn())
    .map(|_| ())
}

/// What people did with the messages of a campaign; what looks like a machine's doing is not counted.
#[derive(QueryableByName, Debug, Clone, Copy, Default)]
pub struct Hits {
    /// Messages opened.
    #[diesel(sql_type = BigInt)]
    pub opened: i64,
    /// Messages in which a link was followed.
    #[diesel(sql_type = BigInt)]
    pub clicked: i64,
    /// Opens and clicks that look like a machine's.
    #[diesel(sql_type = BigInt)]
    pub machines: i64,
}

/// The opens and clicks of the campaign `$1` as they look now, as the beginning of a WITH clause: a table `h` of `delivery_id`, `at`, `kind`,
/// `link` and `is_machine`. The first links of a burst, which nobody could know to be one, are taken out by looking at what came within
/// the same second. The log is read before it is sorted: sorted by an index, it would be looked up row by row.
pub const JUDGED: &str = "WITH c AS (SELECT e.delivery_id, e.at, e.kind, e.link, e.is_machine, \
       array_agg(e.link) OVER (PARTITION BY e.delivery_id ORDER BY e.at RANGE BETWEEN interval '1 second' PRECEDING AND interval '1 second' FOLLOWING) AS together \
     FROM (SELECT e.delivery_id, e.at, e.kind, e.link, e.is_machine FROM delivery_events e \
       WHERE e.org_id = (SELECT app.current_org()) AND e.campaign_id = $1 AND e.kind = 'clicked' OFFSET 0) e), \
   h AS (SELECT c.delivery_id, c.at, c.kind, c.link, CASE WHEN c.is_machine THEN true WHEN cardinality(c.together) < 3 THEN false \
       ELSE (SELECT count(DISTINCT n.link) FROM unnest(c.together) AS n(link)) >= 3 END AS is_machine FROM c \
     UNION ALL SELECT o.delivery_id, o.at, o.kind, o.link, o.is_machine FROM delivery_events o \
     WHERE o.org_id = (SELECT app.current_org()) AND o.campaign_id = $1 AND o.kind = 'opened')";

/// What people did with the messages of a campaign. Whoever followed a link has opened the message, also where pictures are switched
/// off.
#[expect(clippy::disallowed_methods, reason = "of the log")]
pub fn hits_of(tx: &mut TenantTx<'_>, campaign: CampaignId) -> QueryResult<Hits> {
    statement(format!(
        "{JUDGED} SELECT count(DISTINCT delivery_id) FILTER (WHERE NOT is_machine) AS opened, \
           count(DISTINCT delivery_id) FILTER (WHERE NOT is_machine AND kind = 'clicked') AS clicked, count(*) FILTER (WHERE is_machine) AS machines FROM h"
    ))
    .bind::<SqlUuid, _>(campaign)
    .get_result(tx.conn())
}
