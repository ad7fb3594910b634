//! Counting what came of a campaign's messages, by link, by group and over time.
//!
//! Deliveries and their events are put one below the other and grouped, and never joined: behind row-level security the planner takes
//! each of them for one row, and would read all events anew for each delivery.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::campaigns::model::Campaign;
use crate::domains::campaigns::segments::compile::Compiled;
use crate::domains::campaigns::tracking::JUDGED;
use crate::domains::consent::bulk::Keyed;
use crate::kernel::ids::CampaignId;
use crate::platform::db::{Statement, TenantTx, statement};

/// Which messages: those of a campaign, and between which moments they were handed over. What was handed over is not found by its
/// campaign but by its time, since most events are that.
#[derive(Debug, Clone, Copy)]
pub struct Messages {
    campaign: CampaignId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

/// Parameters of [`Messages`]: the campaign, from when and until when.
pub const OWN: usize = 3;

impl Messages {
    /// Those of a campaign. What was in hand when it was cancelled is settled a little later.
    pub fn of(campaign: &Campaign, now: DateTime<Utc>) -> Self {
        Self {
            campaign: campaign.id,
            from: campaign.launched_at.unwrap_or(campaign.created_at),
            to: campaign.finished_at.unwrap_or(now) + TimeDelta::hours(1),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "many rows are put together and grouped")]
    fn asked(&self, sql: String) -> Statement<'static> {
        statement(sql)
            .bind::<SqlUuid, _>(self.campaign)
            .bind::<Timestamptz, _>(self.from)
            .bind::<Timestamptz, _>(self.to)
    }
}

/// The campaign's deliveries as `d`, after FROM.
const DELIVERIES: &str = "d.org_id = (SELECT app.current_org()) AND d.campaign_id = $1 \
     AND d.bucket = (SELECT date_trunc('month', c.launched_at AT TIME ZONE 'UTC')::date FROM campaigns c WHERE c.org_id = (SELECT app.current_org()) AND c.id = $1)";

/// When its messages were handed over, as `e`, after FROM.
const ACCEPTED: &str = "e.org_id = (SELECT app.current_org()) AND e.at BETWEEN $2 AND $3 AND e.campaign_id = $1 AND e.kind = 'accepted'";

/// What else the log says about its messages, as `e`, after FROM.
const NOTED: &str = "e.org_id = (SELECT app.current_org()) AND e.campaign_id = $1";

/// What came of the messages of one group.
#[derive(QueryableByName, Debug, Clone, Default)]
pub struct Tally {
    /// Which group.
    #[diesel(sql_type = Text)]
    pub key: String,
    #[diesel(sql_type = BigInt)]
    pub messages: i64,
    #[diesel(sql_type = BigInt)]
    pub accepted: i64,
    #[diesel(sql_type = BigInt)]
    pub delivered: i64,
    #[diesel(sql_type = BigInt)]
    pub refused: i64,
    #[diesel(sql_type = BigInt)]
    pub bounced: i64,
    #[diesel(sql_type = BigInt)]
    pub complained: i64,
    /// How often a message was put off.
    #[diesel(sql_type = BigInt)]
    pub deferred: i64,
    /// Messages in which somebody followed a link.
    #[diesel(sql_type = BigInt)]
    pub clicked: i64,
}

impl Tally {
    /// Adds another group to this one.
    pub fn add(&mut self, other: &Self) {
        self.messages += other.messages;
        self.accepted += other.accepted;
        self.delivered += other.delivered;
        self.refused += other.refused;
        self.bounced += other.bounced;
        self.complained += other.complained;
        self.deferred += other.deferred;
        self.clicked += other.clicked;
    }
}

/// A tally of each group, the largest first. `keys` is SQL for an array of words about a message `d` to somebody `m`, and `groups` for the
/// groups that follow from these words, which it knows as `g.keys`.
fn tallied(keys: &str, groups: &str) -> String {
    format!(
        "{JUDGED}, x AS ( \
           SELECT d.id, {keys} AS keys, NULL::delivery_event_kind AS kind FROM deliveries d \
             JOIN members m ON m.org_id = d.org_id AND m.id = d.member_id WHERE {DELIVERIES} \
           UNION ALL SELECT e.delivery_id, NULL, e.kind FROM delivery_events e WHERE {ACCEPTED} \
           UNION ALL SELECT e.delivery_id, NULL, e.kind FROM delivery_events e WHERE {NOTED} AND e.kind IN ('delivered', 'refused', 'bounced', 'complained', 'deferred') \
           UNION ALL SELECT h.delivery_id, NULL, h.kind FROM h WHERE h.kind = 'clicked' AND NOT h.is_machine), \
         g AS (SELECT x.id, max(x.keys) AS keys, count(*) FILTER (WHERE x.kind = 'accepted') AS accepted, count(*) FILTER (WHERE x.kind = 'delivered') AS delivered, \
             count(*) FILTER (WHERE x.kind = 'refused') AS refused, count(*) FILTER (WHERE x.kind = 'bounced') AS bounced, \
             count(*) FILTER (WHERE x.kind = 'complained') AS complained, count(*) FILTER (WHERE x.kind = 'deferred') AS deferred, \
             bool_or(x.kind = 'clicked') AS has_clicked FROM x GROUP BY x.id) \
         SELECT k.key, count(*) AS messages, sum(g.accepted)::bigint AS accepted, sum(g.delivered)::bigint AS delivered, sum(g.refused)::bigint AS refused, \
           sum(g.bounced)::bigint AS bounced, sum(g.complained)::bigint AS complained, sum(g.deferred)::bigint AS deferred, \
           count(*) FILTER (WHERE g.has_clicked) AS clicked \
         FROM g CROSS JOIN LATERAL unnest({groups}) AS k(key) GROUP BY k.key ORDER BY messages DESC, k.key"
    )
}

/// By the domain of the address a message went to, which is known as long as its person has it. Those whose person has another by now are
/// under the empty word.
pub fn by_domain(tx: &mut TenantTx<'_>, messages: &Messages, keyed: &Keyed) -> QueryResult<Vec<Tally>> {
    let hash = Keyed::sql("m.email", OWN + 1);
    let keys = format!(
        "ARRAY[CASE WHEN {hash} = d.address_hash THEN coalesce(lower(substring(btrim(m.email) FROM '@([^@]*)$')), '') ELSE '' END]"
    );
    let asked = keyed.bind(messages.asked(tallied(&keys, "g.keys")));
    in_hashes(tx, |tx| asked.load(tx.conn()))
}

/// Does it with the planner kept from what is slow with many rows, as it takes each of these tables for one: what it can it looks up in
/// a hash, and groups by one.
fn in_hashes<T>(
    tx: &mut TenantTx<'_>,
    work: impl FnOnce(&mut TenantTx<'_>) -> QueryResult<T>,
) -> QueryResult<T> {
    tx.conn().batch_execute(
        "SET LOCAL enable_nestloop = off; SET LOCAL enable_sort = off; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'",
    )?;
    let done = work(tx)?;
    tx.conn().batch_execute(
        "SET LOCAL enable_nestloop = on; SET LOCAL enable_sort = on; SET LOCAL jit TO DEFAULT; SET LOCAL work_mem TO DEFAULT",
    )?;
    Ok(done)
}

/// The key under which [`by_segment`] counts all messages.
pub const ALL: &str = "all";
/// The key under which [`by_segment`] counts messages to people who are in none of the segments.
pub const NONE: &str = "none";

/// By segments in which somebody is by now: the key is the place of a segment among these, [`ALL`] or [`NONE`]. Somebody in two segments
/// counts in both. The parameters of segments begin after [`OWN`].
pub fn by_segment(
    tx: &mut TenantTx<'_>,
    messages: &Messages,
    segments: &[Compiled],
) -> QueryResult<Vec<Tally>> {
    let each: Vec<String> = segments
        .iter()
        .enumerate()
        .map(|(place, one)| format!("CASE WHEN {} THEN '{place}' END", one.sql()))
        .collect();
    let keys = format!("array_remove(ARRAY['{ALL}', {}]::text[], NULL)", each.join(", "));
    let groups = format!("CASE WHEN cardinality(g.keys) = 1 THEN g.keys || '{NONE}'::text ELSE g.keys END");
    let asked = messages.asked(tallied(&keys, &groups));
    let asked = segments.iter().fold(asked, |asked, one| one.bind(asked));
    in_hashes(tx, |tx| asked.load(tx.conn()))
}

/// How often a link was followed.
#[derive(QueryableByName, Debug, Clone, Copy, Default)]
pub struct Followed {
    /// Its number in the message.
    #[diesel(sql_type = SmallInt)]
    pub link: i16,
    /// How often by people.
    #[diesel(sql_type = BigInt)]
    pub clicks: i64,
    /// By how many of them.
    #[diesel(sql_type = BigInt)]
    pub people: i64,
    /// How often by what looks like a machine.
    #[diesel(sql_type = BigInt)]
    pub machines: i64,
}

/// How often each link was followed, by its number.
#[expect(clippy::disallowed_methods, reason = "of the log")]
pub fn followed(tx: &mut TenantTx<'_>, campaign: CampaignId) -> QueryResult<Vec<Followed>> {
    statement(format!(
        "{JUDGED} SELECT h.link, count(*) FILTER (WHERE NOT h.is_machine) AS clicks, count(DISTINCT h.delivery_id) FILTER (WHERE NOT h.is_machine) AS people, \
           count(*) FILTER (WHERE h.is_machine) AS machines FROM h WHERE h.kind = 'clicked' AND h.link IS NOT NULL GROUP BY h.link ORDER BY h.link"
    ))
    .bind::<SqlUuid, _>(campaign)
    .load(tx.conn())
}

/// How often something happened within an hour or a day.
#[derive(QueryableByName, Debug, Clone)]
pub struct Happened {
    #[diesel(sql_type = Timestamptz)]
    pub begins: DateTime<Utc>,
    /// `accepted`, `delivered` or `clicked`.
    #[diesel(sql_type = Text)]
    pub what: String,
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

/// What happened in each `unit` (`hour` or `day`) on the clocks of a zone, the earliest first; units in which nothing did are left out.
pub fn over_time(
    tx: &mut TenantTx<'_>,
    messages: &Messages,
    unit: &'static str,
    zone: &str,
) -> QueryResult<Vec<Happened>> {
    let sql = format!(
        "{JUDGED} SELECT date_trunc($4, x.at, $5) AS begins, x.what, count(*) AS count FROM ( \
           SELECT e.at, 'accepted' AS what FROM delivery_events e WHERE {ACCEPTED} \
           UNION ALL SELECT e.at, 'delivered' FROM delivery_events e WHERE {NOTED} AND e.kind = 'delivered' \
           UNION ALL SELECT h.at, 'clicked' FROM h WHERE h.kind = 'clicked' AND NOT h.is_machine) x GROUP BY 1, 2 ORDER BY 1, 2"
    );
    messages
        .asked(sql)
        .bind::<Text, _>(unit.to_owned())
        .bind::<Text, _>(zone.to_owned())
        .load(tx.conn())
}

/// How long messages took from when they were due until they were handed over, in seconds.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Speed {
    /// How many were handed over.
    #[diesel(sql_type = BigInt)]
    pub messages: i64,
    #[diesel(sql_type = Nullable<Double>)]
    pub median: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    pub p95: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    pub slowest: Option<f64>,
}

/// How long they took.
pub fn speed(tx: &mut TenantTx<'_>, messages: &Messages) -> QueryResult<Speed> {
    let sql = format!(
        "WITH x AS (SELECT d.id, d.due_at AS due, NULL::timestamptz AS at FROM deliveries d WHERE {DELIVERIES} \
           UNION ALL SELECT e.delivery_id, NULL, e.at FROM delivery_events e WHERE {ACCEPTED}), \
         g AS (SELECT greatest(extract(epoch FROM min(x.at) - min(x.due)), 0)::float8 AS took FROM x GROUP BY x.id HAVING min(x.at) IS NOT NULL AND min(x.due) IS NOT NULL) \
         SELECT count(*) AS messages, percentile_cont(0.5) WITHIN GROUP (ORDER BY g.took) AS median, \
           percentile_cont(0.95) WITHIN GROUP (ORDER BY g.took) AS p95, max(g.took) AS slowest FROM g"
    );
    let asked = messages.asked(sql);
    in_hashes(tx, |tx| asked.get_result(tx.conn()))
}
