//! Writing down who gets a campaign: a delivery and a place in the queue for each, and for everybody else why not.

mod release;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::campaigns::model::Campaign;
use crate::domains::campaigns::variants;
use crate::kernel::error::AppError;
use crate::kernel::ids::{DeliveryId, MemberId};
use crate::platform::crypto::KeyRing;
use crate::platform::db::{TenantTx, statement};

use super::due::Moments;
use super::question::Question;

pub use release::release;

/// What one step came to.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Gathered {
    /// People looked at.
    #[diesel(sql_type = BigInt)]
    pub looked_at: i64,
    /// Of these, how many get a message.
    #[diesel(sql_type = BigInt)]
    pub queued: i64,
    /// Whether all of them are dealt with. If not, nothing was written: somebody has changed their zone or quiet hours since the moments were
    /// worked out.
    #[diesel(sql_type = Bool)]
    pub is_whole: bool,
    /// The last of them; none when nobody was left.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub last: Option<MemberId>,
}

/// The month a campaign's deliveries are kept under, by its first day.
pub fn bucket(campaign: &Campaign) -> NaiveDate {
    let day = campaign.launched_at.unwrap_or(campaign.created_at).date_naive();
    day.with_day(1).unwrap_or(day)
}

/// Keeps whoever is read from now on from being removed before the transaction ends: deliveries refer to them without a foreign key, which
/// would look for each once more and lock their row.
#[expect(clippy::disallowed_methods, reason = "an advisory lock has no typed form")]
fn hold_recipients(tx: &mut TenantTx<'_>) -> QueryResult<()> {
    statement("SELECT app.hold_recipients()")
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes the next `limit` people of the audience after those gathered so far, as of `now`. What is written for one is written for good: an address
/// gets one delivery of a campaign, however often this is tried. The moments at which messages are due, which it also answers, hold for the
/// next step as well: working them out means looking at everybody.
///
/// # Errors
/// [`AppError::Conflict`] when a segment cannot be asked any more.
pub fn gather(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    campaign: &Campaign,
    limit: i64,
    (now, known): (DateTime<Utc>, Option<Moments>),
) -> Result<(Gathered, Moments), AppError> {
    hold_recipients(tx)?;
    tx.by_index()?;
    let question = Question::of(tx, keys, campaign, (now, known))?;
    let (judged, next) = question.sql();
    let (share, variants) = variants::queries::shape(tx, campaign.id)?.unzip();
    let [bucket_at, id, channel, moment, of_hundred, among, ids] =
        [0, 1, 2, 3, 4, 5, 6].map(|n| format!("${}", next + n));
    // The campaign is held, so nobody else writes deliveries of it: whose address has one already is looked up, which costs half of what
    // ON CONFLICT does. A scalar subquery and not EXISTS, for which the planner would read all that were made.
    // NOT IN is looked up in a hash; joined, the planner would read all that were made for each who was judged.
    let sql = format!(
        "{judged}, whole AS MATERIALIZED (SELECT coalesce(bool_and(j.due_at IS NOT NULL), true) AS is_so FROM judged j), \
         first AS MATERIALIZED (SELECT DISTINCT ON (j.hash) j.id, j.hash, j.due_at FROM judged j WHERE j.reason IS NULL AND (SELECT whole.is_so FROM whole) ORDER BY j.hash, j.id), \
         made AS (\
           INSERT INTO deliveries (org_id, bucket, id, campaign_id, member_id, channel, address_hash, made_at, due_at, variant) \
           SELECT (SELECT app.current_org()), {bucket_at}, {ids}[row_number() OVER (ORDER BY f.id)], {id}, f.id, {channel}::template_channel, f.hash, {moment}, f.due_at, \
             app.variant_of({id}, f.id, {of_hundred}, {among}) FROM first f \
           WHERE (SELECT true FROM deliveries d WHERE d.org_id = (SELECT app.current_org()) AND d.bucket = {bucket_at} AND d.campaign_id = {id} \
             AND d.address_hash = f.hash AND NOT d.is_single LIMIT 1) IS NULL ORDER BY f.id \
           RETURNING id, member_id, due_at, variant), \
         queued AS (\
           INSERT INTO send_queue (org_id, delivery_id, campaign_id, member_id, bucket, variant, due_at) SELECT (SELECT app.current_org()), made.id, {id}, made.member_id, {bucket_at}, made.variant, \
             CASE WHEN {of_hundred} IS NOT NULL AND made.variant IS NULL THEN 'infinity'::timestamptz ELSE made.due_at END FROM made), \
         left_out AS (\
           INSERT INTO campaign_exclusions (campaign_id, member_id, reason, at) \
           SELECT {id}, j.id, coalesce(j.reason, 'duplicate')::exclusion_reason, {moment} FROM judged j WHERE (SELECT whole.is_so FROM whole) AND j.id NOT IN (SELECT made.member_id FROM made) \
           RETURNING reason::text AS what), \
         counted AS (\
           INSERT INTO campaign_counts (campaign_id, what, amount) \
           SELECT {id}, w.what, count(*) FROM (SELECT 'queued' AS what FROM made UNION ALL SELECT 'variant_' || made.variant FROM made WHERE made.variant IS NOT NULL \
             UNION ALL SELECT what FROM left_out) w GROUP BY w.what \
           ON CONFLICT (org_id, campaign_id, what) DO UPDATE SET amount = campaign_counts.amount + excluded.amount) \
         SELECT (SELECT count(*) FROM judged) AS looked_at, (SELECT count(*) FROM made) AS queued, (SELECT whole.is_so FROM whole) AS is_whole, \
           (SELECT j.id FROM judged j ORDER BY j.id DESC LIMIT 1) AS last"
    );
    // Made here: one after the other, so that indexes grow at their ends.
    let ids: Vec<DeliveryId> = (0..limit).map(|_| tx.new_id()).collect();
    let asked = question
        .asked(sql, campaign.gathered_to, limit)
        .bind::<Date, _>(bucket(campaign))
        .bind::<SqlUuid, _>(campaign.id)
        .bind::<Text, _>(campaign.channel.as_str())
        .bind::<Timestamptz, _>(now)
        .bind::<Nullable<SmallInt>, _>(share)
        .bind::<Nullable<SmallInt>, _>(variants)
        .bind::<Array<SqlUuid>, _>(ids);
    let gathered = asked.get_result(tx.conn())?;
    Ok((gathered, question.moments))
}
