//! Threads about lessons in SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "a thread is kept by whoever begins it first"
)]

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};

use crate::kernel::ids::{ChannelId, CohortJourneyId, ContextId, NodeKey};
use crate::platform::db::{TenantTx, statement};

#[derive(QueryableByName)]
struct Of {
    #[diesel(sql_type = SqlUuid)]
    context_id: ContextId,
}

/// The cohort behind one on a journey.
pub fn context(tx: &mut TenantTx<'_>, cohort: CohortJourneyId) -> QueryResult<ContextId> {
    let found: Of = statement("SELECT context_id FROM cohort_journeys WHERE id = $1")
        .bind::<SqlUuid, _>(cohort)
        .get_result(tx.conn())?;
    Ok(found.context_id)
}

#[derive(QueryableByName)]
struct At {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// Number of the message that began it.
pub fn thread(
    tx: &mut TenantTx<'_>,
    (cohort, lesson): (CohortJourneyId, NodeKey),
    channel: ChannelId,
) -> QueryResult<Option<i64>> {
    let found: Option<At> =
        statement("SELECT seq FROM lesson_threads WHERE cohort_id = $1 AND lesson = $2 AND channel_id = $3")
            .bind::<SqlUuid, _>(cohort)
            .bind::<SqlUuid, _>(lesson)
            .bind::<SqlUuid, _>(channel)
            .get_result(tx.conn())
            .optional()?;
    Ok(found.map(|at| at.seq))
}

/// Lets those who begin one about the same lesson go one after the other, until commit.
pub fn queue(tx: &mut TenantTx<'_>, cohort: CohortJourneyId, lesson: NodeKey) -> QueryResult<()> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('thread of ' || $1::text || $2::text, 0))")
        .bind::<SqlUuid, _>(cohort)
        .bind::<SqlUuid, _>(lesson)
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes the message that begins it.
pub fn begin(
    tx: &mut TenantTx<'_>,
    (cohort, lesson): (CohortJourneyId, NodeKey),
    (channel, seq): (ChannelId, i64),
) -> QueryResult<()> {
    let now = tx.now();
    statement(
        "INSERT INTO lesson_threads (cohort_id, lesson, channel_id, seq, begun_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind::<SqlUuid, _>(cohort)
    .bind::<SqlUuid, _>(lesson)
    .bind::<SqlUuid, _>(channel)
    .bind::<BigInt, _>(seq)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())
    .map(|_| ())
}
