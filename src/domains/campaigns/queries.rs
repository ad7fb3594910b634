//! Campaigns in the database.

use std::collections::HashMap;

use chrono::{DateTime, Months, NaiveDateTime, NaiveTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text, Uuid as SqlUuid};
use serde_json::Value;

use crate::domains::campaigns::entering;
use crate::domains::campaigns::entering::Entry;
use crate::domains::campaigns::templates::model::Channel;
use crate::kernel::ids::{CampaignId, MemberId, SegmentId, TemplateId, TemplateVersionId};
use crate::platform::db::schema::{campaign_segments, campaigns, organizations, segments, single_campaigns};
use crate::platform::db::{TenantTx, statement};

use super::model::{Campaign, CampaignKind, DoubtPolicy, Start, State};
use super::policy::{Approving, Campaigning, Drafting, Providing};

/// Campaigns of a kind from the newest to the oldest: all, or those in one of these states.
pub fn page(
    tx: &mut TenantTx<'_>,
    kind: CampaignKind,
    states: &[State],
    before: Option<CampaignId>,
    limit: i64,
) -> QueryResult<Vec<Campaign>> {
    let single = single_campaigns::table.filter(single_campaigns::campaign_id.eq(campaigns::id));
    let is_single = diesel::dsl::exists(single);
    let mut list = Campaign::query()
        .filter(is_single.eq(kind == CampaignKind::Single))
        .order(campaigns::id.desc())
        .limit(limit)
        .into_boxed();
    if !states.is_empty() {
        list = list.filter(campaigns::state.eq_any(states.to_vec()));
    }
    if let Some(before) = before {
        list = list.filter(campaigns::id.lt(before));
    }
    list.load(tx.conn())
}

/// One campaign.
pub fn campaign(tx: &mut TenantTx<'_>, id: CampaignId) -> QueryResult<Campaign> {
    Campaign::query().filter(campaigns::id.eq(id)).first(tx.conn())
}

/// One campaign, held until the end of the transaction.
pub fn lock(tx: &mut TenantTx<'_>, id: CampaignId) -> QueryResult<Campaign> {
    campaigns::table
        .filter(campaigns::id.eq(id))
        .select(campaigns::id)
        .for_no_key_update()
        .first::<CampaignId>(tx.conn())?;
    campaign(tx, id)
}

/// Begins a campaign.
pub fn create(
    tx: &mut TenantTx<'_>,
    by: &Campaigning,
    name: &str,
    channel: Channel,
) -> QueryResult<CampaignId> {
    let (id, now) = (tx.new_id::<CampaignId>(), tx.now());
    diesel::insert_into(campaigns::table)
        .values((
            campaigns::id.eq(id),
            campaigns::name.eq(name),
            campaigns::channel.eq(channel),
            campaigns::created_by.eq(by.by()),
            campaigns::created_at.eq(now),
            campaigns::changed_at.eq(now),
            campaigns::in_doubt.eq(match channel {
                Channel::Email => DoubtPolicy::Resend,
                Channel::Sms => DoubtPolicy::Hold,
            }),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// What a campaign says, and from whom.
#[derive(Debug, Clone)]
pub struct Content {
    pub name: String,
    pub template: Option<TemplateId>,
    pub from_name: String,
    pub reply_to: String,
    pub is_tracked: bool,
    pub fill: Value,
}

/// Sets what a campaign says.
pub fn set_content(tx: &mut TenantTx<'_>, drafting: &Drafting<'_>, content: &Content) -> QueryResult<()> {
    let (id, now) = (drafting.campaign().id, tx.now());
    diesel::update(campaigns::table.filter(campaigns::id.eq(id)))
        .set((
            campaigns::name.eq(&content.name),
            campaigns::template_id.eq(content.template),
            campaigns::from_name.eq(&content.from_name),
            campaigns::reply_to.eq(&content.reply_to),
            campaigns::is_tracked.eq(content.is_tracked),
            campaigns::fill.eq(&content.fill),
            campaigns::changed_at.eq(now),
            campaigns::revision.eq(campaigns::revision + 1),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// A segment that a campaign names.
#[derive(Queryable, Debug, Clone)]
pub struct Named {
    pub segment: SegmentId,
    pub name: String,
    /// Whether its people are left out.
    pub is_excluded: bool,
}

/// The segments a campaign names, by name.
pub fn segments_of(tx: &mut TenantTx<'_>, id: CampaignId) -> QueryResult<Vec<Named>> {
    campaign_segments::table
        .inner_join(
            segments::table.on(segments::org_id
                .eq(campaign_segments::org_id)
                .and(segments::id.eq(campaign_segments::segment_id))),
        )
        .filter(campaign_segments::campaign_id.eq(id))
        .order((segments::name, segments::id))
        .select((segments::id, segments::name, campaign_segments::is_excluded))
        .load(tx.conn())
}

/// For whom a campaign is.
#[derive(Debug, Clone, Default)]
pub struct Audience {
    pub is_everyone: bool,
    pub include: Vec<SegmentId>,
    pub exclude: Vec<SegmentId>,
}

/// Sets for whom a campaign is.
pub fn set_audience(tx: &mut TenantTx<'_>, drafting: &Drafting<'_>, audience: &Audience) -> QueryResult<()> {
    let (id, now) = (drafting.campaign().id, tx.now());
    diesel::delete(campaign_segments::table.filter(campaign_segments::campaign_id.eq(id)))
        .execute(tx.conn())?;
    let row = |segment: &SegmentId, is_excluded: bool| {
        (
            campaign_segments::campaign_id.eq(id),
            campaign_segments::segment_id.eq(*segment),
            campaign_segments::is_excluded.eq(is_excluded),
        )
    };
    let rows: Vec<_> = audience
        .include
        .iter()
        .map(|segment| row(segment, false))
        .chain(audience.exclude.iter().map(|segment| row(segment, true)))
        .collect();
    diesel::insert_into(campaign_segments::table)
        .values(rows)
        .execute(tx.conn())?;
    diesel::update(campaigns::table.filter(campaigns::id.eq(id)))
        .set((
            campaigns::is_everyone.eq(audience.is_everyone),
            campaigns::changed_at.eq(now),
            campaigns::revision.eq(campaigns::revision + 1),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// When a campaign goes, and when not.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    pub starts: Start,
    pub at: Option<DateTime<Utc>>,
    pub local: Option<NaiveDateTime>,
    pub quiet: Option<(NaiveTime, NaiveTime)>,
    pub late_hours: i16,
    pub in_doubt: DoubtPolicy,
    /// Until when it goes to whoever comes into its audience, when it does.
    pub entry: Option<Entry>,
}

/// Sets when a campaign goes.
pub fn set_schedule(tx: &mut TenantTx<'_>, drafting: &Drafting<'_>, schedule: &Schedule) -> QueryResult<()> {
    let (id, now) = (drafting.campaign().id, tx.now());
    diesel::update(campaigns::table.filter(campaigns::id.eq(id)))
        .set((
            campaigns::starts.eq(schedule.starts),
            campaigns::starts_at.eq(schedule.at),
            campaigns::starts_local.eq(schedule.local),
            campaigns::quiet_from.eq(schedule.quiet.map(|(from, _)| from)),
            campaigns::quiet_to.eq(schedule.quiet.map(|(_, to)| to)),
            campaigns::late_hours.eq(schedule.late_hours),
            campaigns::in_doubt.eq(schedule.in_doubt),
            campaigns::changed_at.eq(now),
            campaigns::revision.eq(campaigns::revision + 1),
        ))
        .execute(tx.conn())?;
    entering::queries::set(tx, drafting, schedule.entry)
}

/// Sends a campaign off with this version of its words.
pub fn launch(
    tx: &mut TenantTx<'_>,
    by: &Campaigning,
    id: CampaignId,
    version: TemplateVersionId,
    needs_approval: bool,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(campaigns::table.filter(campaigns::id.eq(id)))
        .set((
            campaigns::state.eq(State::Scheduled),
            campaigns::version_id.eq(version),
            campaigns::launched_by.eq(by.by()),
            campaigns::launched_at.eq(now),
            campaigns::needs_approval.eq(needs_approval),
            campaigns::changed_at.eq(now),
            campaigns::revision.eq(campaigns::revision + 1),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Lets a campaign go.
pub fn approve(tx: &mut TenantTx<'_>, approving: &Approving, id: CampaignId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(campaigns::table.filter(campaigns::id.eq(id)))
        .set((
            campaigns::approved_by.eq(approving.by()),
            campaigns::approved_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Brings a campaign into another state. A final one notes when.
pub fn set_state(tx: &mut TenantTx<'_>, id: CampaignId, state: State) -> QueryResult<()> {
    let now = tx.now();
    let finished = matches!(state, State::Sent | State::Cancelled | State::Failed).then_some(now);
    diesel::update(campaigns::table.filter(campaigns::id.eq(id)))
        .set((
            campaigns::state.eq(state),
            campaigns::finished_at.eq(finished),
            campaigns::changed_at.eq(now),
            campaigns::revision.eq(campaigns::revision + 1),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Brings a campaign that was sent off back to a draft, as long as nobody was gathered.
pub fn back_to_draft(tx: &mut TenantTx<'_>, _: &Campaigning, id: CampaignId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(campaigns::table.filter(campaigns::id.eq(id)))
        .set((
            campaigns::state.eq(State::Draft),
            campaigns::version_id.eq(None::<TemplateVersionId>),
            campaigns::launched_by.eq(None::<MemberId>),
            campaigns::launched_at.eq(None::<DateTime<Utc>>),
            campaigns::approved_by.eq(None::<MemberId>),
            campaigns::approved_at.eq(None::<DateTime<Utc>>),
            campaigns::needs_approval.eq(false),
            campaigns::changed_at.eq(now),
            campaigns::revision.eq(campaigns::revision + 1),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes what keeps a campaign from going on; nothing when it goes on.
pub fn set_trouble(tx: &mut TenantTx<'_>, id: CampaignId, trouble: &str) -> QueryResult<()> {
    let trouble: String = trouble.chars().take(500).collect();
    diesel::update(campaigns::table.filter(campaigns::id.eq(id).and(campaigns::trouble.ne(&trouble))))
        .set(campaigns::trouble.eq(&trouble))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes how far the audience was gathered.
pub fn note_gathered(
    tx: &mut TenantTx<'_>,
    id: CampaignId,
    last: Option<MemberId>,
    is_all: bool,
) -> QueryResult<()> {
    let now = tx.now();
    let at = is_all.then_some(now);
    match last {
        Some(last) => diesel::update(campaigns::table.filter(campaigns::id.eq(id)))
            .set((campaigns::gathered_to.eq(last), campaigns::gathered_at.eq(at)))
            .execute(tx.conn()),
        None => diesel::update(campaigns::table.filter(campaigns::id.eq(id)))
            .set(campaigns::gathered_at.eq(at))
            .execute(tx.conn()),
    }
    .map(|_| ())
}

/// Removes a draft.
pub fn delete(tx: &mut TenantTx<'_>, drafting: &Drafting<'_>) -> QueryResult<()> {
    diesel::delete(campaigns::table.filter(campaigns::id.eq(drafting.campaign().id)))
        .execute(tx.conn())
        .map(|_| ())
}

/// What an organization allows itself.
#[derive(Queryable, Debug, Clone, Copy)]
pub struct Limits {
    /// Above how many people a second person has to let a campaign go.
    pub approve_above: Option<i32>,
    /// How many campaigns somebody gets at most within `cap_days`.
    pub cap_messages: Option<i16>,
    pub cap_days: i16,
}

/// What the organization allows itself.
pub fn limits(tx: &mut TenantTx<'_>) -> QueryResult<Limits> {
    organizations::table
        .filter(organizations::id.eq(tx.org()))
        .select((
            organizations::approve_above,
            organizations::cap_messages,
            organizations::cap_days,
        ))
        .first(tx.conn())
}

/// Sets it.
pub fn set_limits(tx: &mut TenantTx<'_>, _: &Providing, limits: Limits) -> QueryResult<()> {
    let org = tx.org();
    diesel::update(organizations::table.filter(organizations::id.eq(org)))
        .set((
            organizations::approve_above.eq(limits.approve_above),
            organizations::cap_messages.eq(limits.cap_messages),
            organizations::cap_days.eq(limits.cap_days),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = SqlUuid)]
    campaign_id: CampaignId,
    #[diesel(sql_type = Text)]
    what: String,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

/// What the deliveries of campaigns came to, by what.
#[derive(Debug, Clone, Default)]
pub struct Counts(HashMap<String, i64>);

impl Counts {
    /// How many of it: `queued`, a kind of event, or a reason to exclude.
    pub fn of(&self, what: &str) -> i64 {
        self.0.get(what).copied().unwrap_or_default()
    }
}

/// What the deliveries of these campaigns came to.
#[expect(clippy::disallowed_methods, reason = "many campaigns at once")]
pub fn counts(tx: &mut TenantTx<'_>, of: &[CampaignId]) -> QueryResult<HashMap<CampaignId, Counts>> {
    let rows: Vec<Counted> = statement(
        "SELECT campaign_id, what, amount FROM campaign_counts WHERE org_id = (SELECT app.current_org()) AND campaign_id = ANY($1)",
    )
    .bind::<diesel::sql_types::Array<SqlUuid>, _>(of)
    .load(tx.conn())?;
    let mut counts: HashMap<CampaignId, Counts> = HashMap::new();
    for row in rows {
        counts
            .entry(row.campaign_id)
            .or_default()
            .0
            .insert(row.what, row.amount);
    }
    Ok(counts)
}

#[derive(QueryableByName)]
struct Amount {
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

/// How many deliveries wait for a person, because nobody knows whether they left.
#[expect(clippy::disallowed_methods, reason = "a partial index")]
pub fn held(tx: &mut TenantTx<'_>, id: CampaignId) -> QueryResult<i64> {
    let found: Amount = statement(
        "SELECT count(*) AS amount FROM send_queue q WHERE q.org_id = (SELECT app.current_org()) AND q.campaign_id = $1 AND q.is_held",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())?;
    Ok(found.amount)
}

/// Ends what nobody has in hand: for each delivery the log says that it was cancelled. Answers how many.
#[expect(clippy::disallowed_methods, reason = "many rows at once")]
pub fn cancel_waiting(tx: &mut TenantTx<'_>, _: &Campaigning, id: CampaignId) -> QueryResult<i64> {
    let now = tx.now();
    let found: Amount = statement(
        "WITH gone AS (DELETE FROM send_queue q WHERE q.org_id = (SELECT app.current_org()) AND q.campaign_id = $1 AND q.lease_owner IS NULL RETURNING q.delivery_id), \
         told AS (INSERT INTO delivery_events (at, id, delivery_id, campaign_id, kind, detail) \
           SELECT $2, app.fresh_id(), gone.delivery_id, $1, 'cancelled', 'The campaign was cancelled.' FROM gone RETURNING 1), \
         counted AS (INSERT INTO campaign_counts (campaign_id, what, amount) SELECT $1, 'cancelled', count(*) FROM told HAVING count(*) > 0 \
           ON CONFLICT (org_id, campaign_id, what) DO UPDATE SET amount = campaign_counts.amount + excluded.amount) \
         SELECT count(*) AS amount FROM told",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<diesel::sql_types::Timestamptz, _>(now)
    .get_result(tx.conn())?;
    Ok(found.amount)
}

/// Decides about deliveries that are held because nobody knows whether they left: they go again, or count as gone.
#[expect(clippy::disallowed_methods, reason = "many rows at once")]
pub fn decide_held(
    tx: &mut TenantTx<'_>,
    _: &Campaigning,
    id: CampaignId,
    goes_again: bool,
) -> QueryResult<i64> {
    let now = tx.now();
    let sql = match goes_again {
        true => {
            "WITH free AS (UPDATE send_queue SET is_held = false, due_at = $2 WHERE org_id = (SELECT app.current_org()) AND campaign_id = $1 AND is_held RETURNING 1) \
             SELECT count(*) AS amount FROM free"
        }
        false => {
            "WITH gone AS (DELETE FROM send_queue WHERE org_id = (SELECT app.current_org()) AND campaign_id = $1 AND is_held AND $2 IS NOT NULL RETURNING 1) \
             SELECT count(*) AS amount FROM gone"
        }
    };
    let found: Amount = statement(sql)
        .bind::<SqlUuid, _>(id)
        .bind::<diesel::sql_types::Timestamptz, _>(now)
        .get_result(tx.conn())?;
    Ok(found.amount)
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// Whether something of a campaign is still in the queue.
#[expect(clippy::disallowed_methods, reason = "two partial indexes")]
pub fn is_anything_left(tx: &mut TenantTx<'_>, id: CampaignId) -> QueryResult<bool> {
    let found: Found = statement(
        "SELECT EXISTS (SELECT 1 FROM send_queue q WHERE q.org_id = (SELECT app.current_org()) AND q.campaign_id = $1 AND NOT q.is_held) \
           OR EXISTS (SELECT 1 FROM send_queue q WHERE q.org_id = (SELECT app.current_org()) AND q.campaign_id = $1 AND q.is_held) AS found",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())?;
    Ok(found.found)
}

/// Whether somebody was gathered for a campaign.
#[expect(clippy::disallowed_methods, reason = "of a partitioned table")]
pub fn has_deliveries(tx: &mut TenantTx<'_>, id: CampaignId) -> QueryResult<bool> {
    let found: Found = statement(
        "SELECT EXISTS (SELECT 1 FROM deliveries WHERE org_id = (SELECT app.current_org()) AND campaign_id = $1) \
           OR EXISTS (SELECT 1 FROM campaign_exclusions WHERE org_id = (SELECT app.current_org()) AND campaign_id = $1) AS found",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())?;
    Ok(found.found)
}

/// Lets the months of the log go that are longer ago than the installation keeps them.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn drop_partitions(tx: &mut TenantTx<'_>, kept: Months) -> QueryResult<()> {
    let Some(before) = tx.now().date_naive().checked_sub_months(kept) else {
        return Ok(());
    };
    statement("SELECT app.drop_delivery_partitions($1)")
        .bind::<diesel::sql_types::Date, _>(before)
        .execute(tx.conn())
        .map(|_| ())
}

/// Makes the partitions of this month and the three that follow.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn make_partitions(tx: &mut TenantTx<'_>) -> QueryResult<()> {
    let now = tx.now();
    statement("SELECT app.make_delivery_partitions(($1 + make_interval(months => n))::date) FROM generate_series(0, 3) AS n")
        .bind::<diesel::sql_types::Timestamptz, _>(now)
        .execute(tx.conn())
        .map(|_| ())
}
