//! Which processes send. Whoever was not seen for a while has died, and what it had in hand is taken over. By the database's clock,
//! so that processes need not agree about the time.

use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domains::campaigns::model::DoubtPolicy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignId, EventId, OrgId, fresh};
use crate::platform::db::{Db, SystemTask, TenantScope, TenantTx, statement};

/// Tells the others that this process is there.
///
/// # Errors
/// When the database is away.
#[expect(
    clippy::disallowed_methods,
    reason = "one row a process, by the database's clock"
)]
pub async fn show(db: &Db, worker: Uuid) -> Result<(), AppError> {
    db.system(SystemTask::Sending, move |tx| {
        statement(
            "INSERT INTO sending_workers (id, seen_at) VALUES ($1, clock_timestamp()) ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()",
        )
        .bind::<SqlUuid, _>(worker)
        .execute(tx.conn())?;
        Ok(())
    })
    .await
}

/// Takes leave.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "one row a process")]
pub async fn leave(db: &Db, worker: Uuid) -> Result<(), AppError> {
    db.system(SystemTask::Sending, move |tx| {
        statement(
            "DELETE FROM sending_workers WHERE id = $1 OR seen_at < clock_timestamp() - interval '1 day'",
        )
        .bind::<SqlUuid, _>(worker)
        .execute(tx.conn())?;
        Ok(())
    })
    .await
}

#[derive(QueryableByName)]
struct Orphaned {
    #[diesel(sql_type = SqlUuid)]
    org_id: OrgId,
    #[diesel(sql_type = SqlUuid)]
    campaign_id: CampaignId,
    #[diesel(sql_type = Array<SqlUuid>)]
    owners: Vec<Uuid>,
}

/// How hard to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// For what processes had in hand that did not take leave.
    OfTheDead,
    /// Through the whole queue, also for processes of which nobody knows any more.
    Everywhere,
}

#[derive(QueryableByName)]
struct Dead {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The processes that were not seen for a while.
#[expect(clippy::disallowed_methods, reason = "by the database's clock")]
async fn dead(db: &Db, worker: Uuid) -> Result<Vec<Uuid>, AppError> {
    let found: Vec<Dead> = db
        .system(SystemTask::Sending, move |tx| {
            let found = statement(
                "SELECT id FROM sending_workers WHERE id <> $1 AND seen_at <= clock_timestamp() - interval '20 seconds'",
            )
            .bind::<SqlUuid, _>(worker)
            .load(tx.conn())?;
            Ok(found)
        })
        .await?;
    Ok(found.into_iter().map(|one| one.id).collect())
}

/// Forgets processes whose work was taken over, unless they have come back.
#[expect(clippy::disallowed_methods, reason = "by the database's clock")]
async fn bury(db: &Db, dead: Vec<Uuid>) -> Result<(), AppError> {
    db.system(SystemTask::Sending, move |tx| {
        statement(
            "DELETE FROM sending_workers WHERE id = ANY($1) AND seen_at <= clock_timestamp() - interval '20 seconds'",
        )
        .bind::<Array<SqlUuid>, _>(dead)
        .execute(tx.conn())?;
        Ok(())
    })
    .await
}

/// Takes over what processes that died had in hand. What cannot have left goes back into the queue; what may have left is in doubt.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "through the whole queue")]
pub async fn take_over(db: &Db, worker: Uuid, look: Look) -> Result<(), AppError> {
    let dead = dead(db, worker).await?;
    if dead.is_empty() && look == Look::OfTheDead {
        return Ok(());
    }
    let found: Vec<Orphaned> = db
        .system(SystemTask::Sending, move |tx| {
            let found = statement(
                "SELECT q.org_id, q.campaign_id, array_agg(DISTINCT q.lease_owner) AS owners FROM send_queue q \
                 WHERE q.lease_owner IS NOT NULL AND q.lease_owner <> $1 AND NOT EXISTS (SELECT 1 FROM sending_workers w \
                   WHERE w.id = q.lease_owner AND w.seen_at > clock_timestamp() - interval '20 seconds') GROUP BY 1, 2",
            )
            .bind::<SqlUuid, _>(worker)
            .load(tx.conn())?;
            Ok(found)
        })
        .await?;
    for one in found {
        let scope = TenantScope::of_portal(one.org_id, "campaigns.sending");
        let taken = db
            .tenant(&scope, move |tx| take_over_from(tx, one.campaign_id, one.owners))
            .await?;
        tracing::warn!(campaign = %one.campaign_id, deliveries = taken, "took over what a process that died had in hand");
    }
    if !dead.is_empty() {
        bury(db, dead).await?;
    }
    Ok(())
}

/// Takes back what a run of this process left in hand when it ended: a sender that did not hear its answer in time, or a lease whose
/// commit nobody heard of. As of a process that died: what may have left is in doubt. Nothing else would, since this process lives.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "what is leased is due")]
pub async fn take_back(
    db: &Db,
    scope: &TenantScope,
    worker: Uuid,
    campaign: CampaignId,
) -> Result<usize, AppError> {
    db.tenant(scope, move |tx| {
        let left: Vec<Row> = statement(
            "SELECT delivery_id AS id FROM send_queue WHERE org_id = (SELECT app.current_org()) AND campaign_id = $1 AND lease_owner = $2 AND due_at <= $3 AND NOT is_held LIMIT 1",
        )
        .bind::<SqlUuid, _>(campaign)
        .bind::<SqlUuid, _>(worker)
        .bind::<diesel::sql_types::Timestamptz, _>(tx.now())
        .load(tx.conn())?;
        match left.is_empty() {
            true => Ok(0),
            false => take_over_from(tx, campaign, vec![worker]),
        }
    })
    .await
}

#[expect(
    clippy::disallowed_methods,
    reason = "one statement, so that each delivery is taken over once"
)]
fn take_over_from(tx: &mut TenantTx<'_>, campaign: CampaignId, owners: Vec<Uuid>) -> Result<usize, AppError> {
    let policy = crate::domains::campaigns::queries::campaign(tx, campaign)?.in_doubt;
    let now = tx.now();
    // Ids of events are made here, one for each row there can be: a lease is never larger.
    let ids: Vec<Uuid> = (0..crate::domains::campaigns::sending::MOST_IN_HAND * owners.len())
        .map(|_| fresh::<EventId>().0)
        .collect();
    let taken = statement(
        "WITH free AS (UPDATE send_queue q SET lease_owner = NULL, leased_at = NULL, is_held = q.may_leave_doubt AND $3, \
             attempt = CASE WHEN q.may_leave_doubt THEN q.attempt ELSE greatest(q.attempt - 1, 0) END \
           WHERE q.org_id = (SELECT app.current_org()) AND q.campaign_id = $1 AND q.lease_owner = ANY($2) RETURNING q.delivery_id, q.may_leave_doubt), \
         doubted AS (SELECT delivery_id, row_number() OVER () AS n FROM free WHERE may_leave_doubt), \
         told AS (INSERT INTO delivery_events (at, id, delivery_id, campaign_id, kind, detail) \
           SELECT $4, ids.id, d.delivery_id, $1, 'in_doubt', 'The process that had it in hand ended before it could say what became of it.' \
           FROM doubted d JOIN unnest($5::uuid[]) WITH ORDINALITY AS ids(id, n) ON ids.n = d.n RETURNING 1), \
         counted AS (INSERT INTO campaign_counts (campaign_id, what, amount) SELECT $1, 'in_doubt', count(*) FROM told HAVING count(*) > 0 \
           ON CONFLICT (org_id, campaign_id, what) DO UPDATE SET amount = campaign_counts.amount + excluded.amount) \
         SELECT delivery_id AS id FROM free",
    )
    .bind::<SqlUuid, _>(campaign)
    .bind::<Array<SqlUuid>, _>(owners)
    .bind::<diesel::sql_types::Bool, _>(policy == DoubtPolicy::Hold)
    .bind::<diesel::sql_types::Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(ids);
    let rows: Vec<Row> = taken.load(tx.conn())?;
    Ok(rows.len())
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    #[expect(dead_code, reason = "rows are only counted")]
    id: Uuid,
}
