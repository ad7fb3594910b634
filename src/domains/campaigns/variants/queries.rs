//! Variants and their tests in the database.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;

use crate::domains::campaigns::policy::{Campaigning, Drafting};
use crate::kernel::ids::{CampaignId, MemberId, TemplateId, TemplateVersionId};
use crate::platform::db::schema::{campaign_tests, campaign_variants, campaigns};
use crate::platform::db::{TenantTx, statement};

use super::model::{Test, Variant};

/// How a campaign tries its variants; nothing when it has only one.
pub fn test(tx: &mut TenantTx<'_>, campaign: CampaignId) -> QueryResult<Option<Test>> {
    Test::query()
        .filter(campaign_tests::campaign_id.eq(campaign))
        .first(tx.conn())
        .optional()
}

/// The variants beside A, in order.
pub fn variants(tx: &mut TenantTx<'_>, campaign: CampaignId) -> QueryResult<Vec<Variant>> {
    Variant::query()
        .filter(campaign_variants::campaign_id.eq(campaign))
        .order(campaign_variants::number)
        .load(tx.conn())
}

/// The share that takes part, and with how many variants; nothing when there is only one.
pub fn shape(tx: &mut TenantTx<'_>, campaign: CampaignId) -> QueryResult<Option<(i16, i16)>> {
    let share = campaign_tests::table
        .filter(campaign_tests::campaign_id.eq(campaign))
        .select(campaign_tests::share)
        .first(tx.conn())
        .optional()?;
    let beside = campaign_variants::table
        .filter(campaign_variants::campaign_id.eq(campaign))
        .count()
        .get_result::<i64>(tx.conn())?;
    let variants = i16::try_from(beside + 1).unwrap_or(1);
    Ok(share.map(|share| (share, variants)))
}

/// A variant beside A as it is to be.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub template: Option<TemplateId>,
    pub subject: String,
    pub fill: Value,
}

/// What a campaign is to try, and how; nothing is tried without variants.
#[derive(Debug, Clone)]
pub struct Plan {
    pub share: i16,
    pub hours: Option<i16>,
    pub variants: Vec<Wanted>,
}

/// Sets what a campaign tries.
pub fn set(tx: &mut TenantTx<'_>, drafting: &Drafting<'_>, plan: &Plan) -> QueryResult<()> {
    let (id, now) = (drafting.campaign().id, tx.now());
    diesel::delete(campaign_tests::table.filter(campaign_tests::campaign_id.eq(id))).execute(tx.conn())?;
    if !plan.variants.is_empty() {
        diesel::insert_into(campaign_tests::table)
            .values((
                campaign_tests::campaign_id.eq(id),
                campaign_tests::share.eq(plan.share),
                campaign_tests::hours.eq(plan.hours),
            ))
            .execute(tx.conn())?;
        let row = |(number, one): (i16, &Wanted)| {
            (
                campaign_variants::campaign_id.eq(id),
                campaign_variants::number.eq(number),
                campaign_variants::template_id.eq(one.template),
                campaign_variants::subject.eq(one.subject.clone()),
                campaign_variants::fill.eq(one.fill.clone()),
            )
        };
        let rows: Vec<_> = (1..).zip(&plan.variants).map(row).collect();
        diesel::insert_into(campaign_variants::table)
            .values(rows)
            .execute(tx.conn())?;
    }
    diesel::update(campaigns::table.filter(campaigns::id.eq(id)))
        .set((
            campaigns::changed_at.eq(now),
            campaigns::revision.eq(campaigns::revision + 1),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Decides which version a variant sends.
pub fn fix(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    number: i16,
    version: Option<TemplateVersionId>,
) -> QueryResult<()> {
    let one = campaign_variants::campaign_id
        .eq(campaign)
        .and(campaign_variants::number.eq(number));
    diesel::update(campaign_variants::table.filter(one))
        .set(campaign_variants::version_id.eq(version))
        .execute(tx.conn())
        .map(|_| ())
}

/// Lets all variants send the newest versions again.
pub fn loosen(tx: &mut TenantTx<'_>, _: &Campaigning, campaign: CampaignId) -> QueryResult<()> {
    diesel::update(campaign_variants::table.filter(campaign_variants::campaign_id.eq(campaign)))
        .set(campaign_variants::version_id.eq(None::<TemplateVersionId>))
        .execute(tx.conn())
        .map(|_| ())
}

#[derive(QueryableByName)]
struct Moment {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
}

/// When the last message of the test is due, of those that are still in the queue.
#[expect(clippy::disallowed_methods, reason = "by the index of what is due")]
pub fn last_due(tx: &mut TenantTx<'_>, campaign: CampaignId) -> QueryResult<Option<DateTime<Utc>>> {
    let found: Moment = statement(
        "SELECT max(q.due_at) AS at FROM send_queue q WHERE q.org_id = (SELECT app.current_org()) AND q.campaign_id = $1 AND q.due_at < 'infinity'",
    )
    .bind::<SqlUuid, _>(campaign)
    .get_result(tx.conn())?;
    Ok(found.at)
}

/// Notes when clicks decide.
pub fn set_time(tx: &mut TenantTx<'_>, campaign: CampaignId, at: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(campaign_tests::table.filter(campaign_tests::campaign_id.eq(campaign)))
        .set(campaign_tests::decides_at.eq(at))
        .execute(tx.conn())
        .map(|_| ())
}

/// Decides what the rest gets. By nobody when clicks decided.
pub fn decide(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    winner: i16,
    by: Option<MemberId>,
    because: &str,
) -> QueryResult<()> {
    let now = tx.now();
    let because: String = because.chars().take(300).collect();
    diesel::update(campaign_tests::table.filter(campaign_tests::campaign_id.eq(campaign)))
        .set((
            campaign_tests::winner.eq(winner),
            campaign_tests::decided_at.eq(now),
            campaign_tests::decided_by.eq(by),
            campaign_tests::because.eq(because),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// Whether somebody waits for the winner.
#[expect(clippy::disallowed_methods, reason = "by the index of what is due")]
pub fn does_rest_wait(tx: &mut TenantTx<'_>, campaign: CampaignId) -> QueryResult<bool> {
    let found: Found = statement(
        "SELECT EXISTS (SELECT 1 FROM send_queue q WHERE q.org_id = (SELECT app.current_org()) AND q.campaign_id = $1 \
           AND q.lease_owner IS NULL AND NOT q.is_held AND q.due_at = 'infinity') AS found",
    )
    .bind::<SqlUuid, _>(campaign)
    .get_result(tx.conn())?;
    Ok(found.found)
}

/// People of one variant who followed a link.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Clicked {
    #[diesel(sql_type = SmallInt)]
    pub variant: i16,
    #[diesel(sql_type = BigInt)]
    pub people: i64,
}

/// Of each variant, the people of the test who followed a link. What looks like a machine's doing is not counted, by the rules by which
/// all clicks of a campaign are counted (`tracking::hits_of`): three links within a second are a machine's, the first two as well.
#[expect(clippy::disallowed_methods, reason = "of the log")]
pub fn clicked(tx: &mut TenantTx<'_>, campaign: CampaignId) -> QueryResult<Vec<Clicked>> {
    statement(
        "SELECT e.variant, count(DISTINCT e.delivery_id) AS people FROM delivery_events e \
         WHERE e.org_id = (SELECT app.current_org()) AND e.campaign_id = $1 AND e.kind = 'clicked' AND NOT e.is_machine AND e.variant IS NOT NULL \
           AND (SELECT count(DISTINCT n.link) FROM delivery_events n WHERE n.org_id = e.org_id AND n.delivery_id = e.delivery_id AND n.kind = 'clicked' \
             AND n.at BETWEEN e.at - interval '1 second' AND e.at + interval '1 second') < 3 GROUP BY e.variant",
    )
    .bind::<SqlUuid, _>(campaign)
    .load(tx.conn())
}

/// At the latest so long after the audience was gathered the last of the test counts as sent: that is how long a time on everybody's own
/// clock takes to go around the world. Bundles for a week are not waited for.
const AROUND_THE_WORLD: TimeDelta = TimeDelta::hours(26);

/// From when the hours of a test are counted.
pub fn counted_from(now: DateTime<Utc>, last_due: Option<DateTime<Utc>>) -> DateTime<Utc> {
    last_due.unwrap_or(now).clamp(now, now + AROUND_THE_WORLD)
}
