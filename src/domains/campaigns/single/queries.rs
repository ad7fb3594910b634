//! Single messages in the database.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Date, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::json;

use crate::domains::campaigns::model::{DoubtPolicy, State};
use crate::domains::campaigns::policy::Campaigning;
use crate::domains::campaigns::templates::model::{Kept as Template, Version};
use crate::kernel::ids::{CampaignId, DeliveryId, MemberId};
use crate::platform::db::schema::{campaigns, delivery_values, members, single_campaigns};
use crate::platform::db::{TenantTx, statement};

/// Rows that are forgotten in one transaction.
const FORGOTTEN: i64 = 2_000;

/// The month of a moment, by its first day.
pub(super) fn month(moment: DateTime<Utc>) -> NaiveDate {
    let day = moment.date_naive();
    day.with_day(1).unwrap_or(day)
}

/// Whether a campaign is what single messages hang on.
pub fn is_one(tx: &mut TenantTx<'_>, campaign: CampaignId) -> QueryResult<bool> {
    let found = single_campaigns::table.filter(single_campaigns::campaign_id.eq(campaign));
    diesel::select(diesel::dsl::exists(found)).get_result(tx.conn())
}

/// What single messages of a version hang on this month.
#[expect(clippy::disallowed_methods, reason = "a lock has no typed form")]
pub(super) fn standing(
    tx: &mut TenantTx<'_>,
    by: &Campaigning,
    template: &Template,
    version: &Version,
) -> QueryResult<CampaignId> {
    let month = month(tx.now());
    // Two that begin at once take turns; the second finds what the first made.
    statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(format!("single/{}/{month}", version.id))
        .execute(tx.conn())?;
    let open = single_campaigns::table
        .filter(single_campaigns::version_id.eq(version.id))
        .filter(single_campaigns::month.eq(month))
        .filter(single_campaigns::is_open);
    let known: Option<CampaignId> = open
        .inner_join(
            campaigns::table.on(campaigns::org_id
                .eq(single_campaigns::org_id)
                .and(campaigns::id.eq(single_campaigns::campaign_id))),
        )
        .filter(campaigns::state.eq_any([State::Sending, State::Paused]))
        .select(campaigns::id)
        .first(tx.conn())
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    diesel::update(open)
        .set(single_campaigns::is_open.eq(false))
        .execute(tx.conn())?;
    let id = begin(tx, by, template, version)?;
    diesel::insert_into(single_campaigns::table)
        .values((
            single_campaigns::campaign_id.eq(id),
            single_campaigns::version_id.eq(version.id),
            single_campaigns::month.eq(month),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

fn begin(
    tx: &mut TenantTx<'_>,
    by: &Campaigning,
    template: &Template,
    version: &Version,
) -> QueryResult<CampaignId> {
    let (id, now) = (tx.new_id::<CampaignId>(), tx.now());
    let name: String = template.name.chars().take(90).collect();
    diesel::insert_into(campaigns::table)
        .values((
            (
                campaigns::id.eq(id),
                campaigns::name.eq(format!("{name}, {}", now.format("%B %Y"))),
                campaigns::channel.eq(template.channel),
                campaigns::state.eq(State::Sending),
                campaigns::template_id.eq(template.id),
                campaigns::version_id.eq(version.id),
                campaigns::is_tracked.eq(false),
                campaigns::in_doubt.eq(DoubtPolicy::Resend),
            ),
            (
                campaigns::created_by.eq(by.by()),
                campaigns::created_at.eq(now),
                campaigns::changed_at.eq(now),
                campaigns::launched_by.eq(by.by()),
                campaigns::launched_at.eq(now),
                campaigns::gathered_at.eq(now),
            ),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// A message to be written down.
pub(super) struct Single<'a> {
    pub campaign: CampaignId,
    pub member: MemberId,
    /// The channel's word.
    pub channel: &'a str,
    pub address_hash: &'a [u8],
    pub variables: &'a BTreeMap<String, String>,
}

/// Writes a message down, with its place in the queue; due at once.
#[expect(
    clippy::disallowed_methods,
    reason = "a delivery, its values, its place and its count in one statement"
)]
pub(super) fn insert(tx: &mut TenantTx<'_>, _: &Campaigning, single: &Single<'_>) -> QueryResult<DeliveryId> {
    let (id, now) = (tx.new_id::<DeliveryId>(), tx.now());
    statement(
        "WITH made AS (\
           INSERT INTO deliveries (bucket, id, campaign_id, member_id, channel, address_hash, made_at, due_at, is_single) \
           VALUES ($1, $2, $3, $4, $5::template_channel, $6, $7, $7, true)), \
         said AS (INSERT INTO delivery_values (delivery_id, member_id, said, made_at) VALUES ($2, $4, $8, $7)), \
         counted AS (\
           INSERT INTO campaign_counts (campaign_id, what, amount) VALUES ($3, 'queued', 1) \
           ON CONFLICT (org_id, campaign_id, what) DO UPDATE SET amount = campaign_counts.amount + 1) \
         INSERT INTO send_queue (delivery_id, campaign_id, member_id, bucket, due_at) VALUES ($2, $3, $4, $1, $7)",
    )
    .bind::<Date, _>(month(now))
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(single.campaign)
    .bind::<SqlUuid, _>(single.member)
    .bind::<Text, _>(single.channel)
    .bind::<Binary, _>(single.address_hash)
    .bind::<Timestamptz, _>(now)
    .bind::<Jsonb, _>(json!(single.variables))
    .execute(tx.conn())?;
    Ok(id)
}

/// Who has this address on their record.
pub(super) fn by_email(tx: &mut TenantTx<'_>, email: &str) -> QueryResult<Option<MemberId>> {
    members::table
        .filter(
            diesel::dsl::sql::<diesel::sql_types::Bool>("lower(members.email) = ")
                .bind::<Text, _>(email.to_lowercase()),
        )
        .order(members::id)
        .select(members::id)
        .first(tx.conn())
        .optional()
}

/// A single message.
#[derive(QueryableByName, Debug)]
pub(super) struct Kept {
    #[diesel(sql_type = SqlUuid)]
    pub campaign_id: CampaignId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Timestamptz)]
    pub made_at: DateTime<Utc>,
}

/// The single message of this id.
#[expect(clippy::disallowed_methods, reason = "a row of any partition")]
pub(super) fn kept(tx: &mut TenantTx<'_>, id: DeliveryId) -> QueryResult<Kept> {
    statement(
        "SELECT campaign_id, member_id, made_at FROM deliveries WHERE org_id = (SELECT app.current_org()) AND id = $1 AND is_single",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())
}

/// Takes away what messages to somebody said.
pub fn forget(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<()> {
    diesel::delete(delivery_values::table.filter(delivery_values::member_id.eq(member)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes away some of what was said before a moment; answers how many.
pub fn forget_old(tx: &mut TenantTx<'_>, before: DateTime<Utc>) -> QueryResult<usize> {
    let old: Vec<DeliveryId> = delivery_values::table
        .filter(delivery_values::made_at.lt(before))
        .select(delivery_values::delivery_id)
        .limit(FORGOTTEN)
        .load(tx.conn())?;
    diesel::delete(delivery_values::table.filter(delivery_values::delivery_id.eq_any(old))).execute(tx.conn())
}
