//! Letting those go who waited for the winner of a test, when it is their time.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domains::campaigns::model::{Campaign, Start};
use crate::domains::campaigns::templates;
use crate::kernel::error::AppError;
use crate::platform::db::{TenantTx, statement};

use super::super::due::{KEY, Moments, contact_channel};

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Gives up to `limit` deliveries that wait for the winner of a test the winner, and the first moment from now on that is not quiet for
/// their people. Those for whom there is none within the campaign's hours are held back, and the log says why. Answers how many deliveries
/// that were; fewer than `limit` when none wait any more.
///
/// # Errors
/// When the database fails.
#[expect(clippy::disallowed_methods, reason = "many rows at once")]
pub fn release(tx: &mut TenantTx<'_>, campaign: &Campaign, winner: i16, limit: i64) -> Result<i64, AppError> {
    let now = tx.now();
    let waiting: Vec<Waiting> = statement(
        "SELECT q.delivery_id AS id FROM send_queue q WHERE q.org_id = (SELECT app.current_org()) AND q.campaign_id = $1 \
           AND q.lease_owner IS NULL AND NOT q.is_held AND q.due_at = 'infinity' LIMIT $2",
    )
    .bind::<SqlUuid, _>(campaign.id)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())?;
    let waiting: Vec<Uuid> = waiting.into_iter().map(|one| one.id).collect();
    let moments = moments(tx, campaign, now)?;
    let (keys, times): (Vec<String>, Vec<Option<DateTime<Utc>>>) = moments.into_iter().unzip();
    let channel = contact_channel(campaign.channel).as_str();
    let category = category(tx, campaign)?;
    // Looked up for each and not joined: behind row-level security the planner takes the queue for one row. Who is in no group has left,
    // and is held back when it is asked once more whether they may get it.
    let place = format!(
        "(SELECT array_position($2::text[], {KEY}) FROM members m LEFT JOIN message_pauses pauses ON pauses.org_id = m.org_id AND pauses.member_id = m.id \
           LEFT JOIN preferences own ON own.org_id = m.org_id AND own.member_id = m.id AND own.channel = $5::contact_channel AND own.category = $6 \
           WHERE m.org_id = (SELECT app.current_org()) AND m.id = q.member_id AND m.state <> 'left')"
    );
    let sql = format!(
        "WITH timed AS MATERIALIZED (SELECT q.delivery_id, {place} AS place FROM send_queue q \
           WHERE q.org_id = (SELECT app.current_org()) AND q.delivery_id = ANY ($1)), \
         gone AS (DELETE FROM send_queue q WHERE q.org_id = (SELECT app.current_org()) AND q.delivery_id = ANY (ARRAY( \
           SELECT t.delivery_id FROM timed t WHERE t.place IS NOT NULL AND ($3::timestamptz[])[t.place] IS NULL)) RETURNING q.delivery_id), \
         told AS (INSERT INTO delivery_events (at, id, delivery_id, campaign_id, kind, detail) \
           SELECT $4, app.fresh_id(), gone.delivery_id, $7, 'withheld', 'Quiet hours left no time for it after the test was decided.' FROM gone RETURNING 1), \
         counted AS (INSERT INTO campaign_counts (campaign_id, what, amount) SELECT $7, 'withheld', count(*) FROM told HAVING count(*) > 0 \
           ON CONFLICT (org_id, campaign_id, what) DO UPDATE SET amount = campaign_counts.amount + excluded.amount) \
         UPDATE send_queue q SET winner = $8, due_at = coalesce(($3::timestamptz[])[{place}], $4) \
           WHERE q.org_id = (SELECT app.current_org()) AND q.delivery_id = ANY (ARRAY( \
             SELECT t.delivery_id FROM timed t WHERE t.place IS NULL OR ($3::timestamptz[])[t.place] IS NOT NULL))"
    );
    statement(sql)
        .bind::<Array<SqlUuid>, _>(&waiting)
        .bind::<Array<Text>, _>(keys)
        .bind::<Array<Nullable<Timestamptz>>, _>(times)
        .bind::<Timestamptz, _>(now)
        .bind::<Text, _>(channel)
        .bind::<Text, _>(category)
        .bind::<SqlUuid, _>(campaign.id)
        .bind::<SmallInt, _>(winner)
        .execute(tx.conn())?;
    Ok(i64::try_from(waiting.len()).unwrap_or(i64::MAX))
}

/// Groups of people by their keys, each with the first moment at which it may be written to.
type FirstMoments = Vec<(String, Option<DateTime<Utc>>)>;

/// For each group of people the first moment from now on, if there is one.
fn moments(tx: &mut TenantTx<'_>, campaign: &Campaign, now: DateTime<Utc>) -> Result<FirstMoments, AppError> {
    let category = category(tx, campaign)?;
    let from_now = Campaign {
        starts: Start::Now,
        starts_at: None,
        starts_local: None,
        ..campaign.clone()
    };
    let moments = Moments::read(tx, &from_now, &category, now)?;
    let times = moments.moments.into_iter().zip(moments.refusals);
    let times = times.map(|(moment, refusal)| refusal.is_empty().then_some(moment));
    Ok(moments.keys.into_iter().zip(times).collect())
}

fn category(tx: &mut TenantTx<'_>, campaign: &Campaign) -> Result<String, AppError> {
    let template = campaign.template_id.ok_or(AppError::NotFound)?;
    Ok(templates::queries::template(tx, template)?.category)
}
