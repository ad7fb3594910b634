//! The bus's own statements.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::kernel::ids::{EventId, MemberId, OrgId};
use crate::pg_enum;
use crate::platform::db::schema::{event_deliveries, events};
use crate::platform::db::{SystemTx, TenantTx};

use super::{Envelope, Subscriber};

pg_enum! {
    /// How far one subscriber's delivery is.
    DeliveryState as DeliveryState {
        /// Waiting for its next attempt.
        Pending = "pending": "Waiting",
        /// Done, effects committed.
        Done = "done": "Done",
        /// Given up after the last attempt; an admin may send it again.
        Dead = "dead": "Failed",
    }
}

#[derive(HasQuery)]
#[diesel(table_name = events)]
pub(super) struct EventRow {
    org_id: OrgId,
    id: EventId,
    event_type: String,
    source_module: String,
    target_module: Option<String>,
    member_id: Option<MemberId>,
    occurred_at: DateTime<Utc>,
    payload: Value,
    correlation_id: Uuid,
    requires_response: bool,
    timeout_seconds: Option<i32>,
}

impl From<EventRow> for Envelope {
    fn from(row: EventRow) -> Self {
        Self {
            event_id: row.id,
            event_type: row.event_type,
            source_module: row.source_module,
            target_module: row.target_module,
            tenant_id: row.org_id,
            user_id: row.member_id,
            timestamp: row.occurred_at,
            payload: row.payload,
            correlation_id: row.correlation_id,
            requires_response: row.requires_response,
            timeout_seconds: row.timeout_seconds,
        }
    }
}

/// One delivery taken for an attempt.
#[derive(Debug, Clone)]
pub(super) struct Due {
    pub org_id: OrgId,
    pub event_id: EventId,
    pub subscriber: String,
    /// Attempts before this one.
    pub attempts: i32,
    /// The request that led to the event.
    pub correlation_id: Uuid,
}

impl Due {
    /// What the row says while the claim is ours: every later claim counts one more.
    fn claim(&self) -> i32 {
        self.attempts + 1
    }
}

/// A delivery that was given up.
#[derive(Queryable, Debug, Clone)]
pub struct DeadLetter {
    /// The event.
    pub event_id: EventId,
    /// Its type.
    pub event_type: String,
    /// Who could not handle it.
    pub subscriber: String,
    /// Attempts made.
    pub attempts: i32,
    /// What the last attempt said.
    pub last_error: Option<String>,
    /// When it was given up.
    pub finished_at: Option<DateTime<Utc>>,
}

/// Gives undispatched events to their subscribers; answers how many events were taken.
pub(super) fn expand(tx: &mut SystemTx<'_>, subscribers: &[Subscriber], limit: i64) -> QueryResult<usize> {
    let now = tx.now();
    let taken: Vec<(OrgId, EventId, String)> = events::table
        .filter(events::dispatched_at.is_null())
        .order(events::seq)
        .limit(limit)
        .select((events::org_id, events::id, events::event_type))
        .for_update()
        .skip_locked()
        .load(tx.conn())?;
    let rows: Vec<_> = taken
        .iter()
        .flat_map(|(org, event, kind)| {
            subscribers
                .iter()
                .filter(|subscriber| subscriber.wants(kind))
                .map(move |subscriber| {
                    (
                        event_deliveries::org_id.eq(*org),
                        event_deliveries::event_id.eq(*event),
                        event_deliveries::subscriber.eq(subscriber.name),
                        event_deliveries::next_attempt_at.eq(now),
                    )
                })
        })
        .collect();
    for batch in rows.chunks(1_000) {
        diesel::insert_into(event_deliveries::table)
            .values(batch)
            .on_conflict_do_nothing()
            .execute(tx.conn())?;
    }
    if taken.is_empty() {
        return Ok(0);
    }
    let ids: Vec<EventId> = taken.iter().map(|(_, event, _)| *event).collect();
    let orgs: Vec<OrgId> = taken.iter().map(|(org, _, _)| *org).collect();
    let these = events::table
        .filter(events::id.eq_any(ids))
        .filter(events::org_id.eq_any(orgs));
    diesel::update(these)
        .set(events::dispatched_at.eq(now))
        .execute(tx.conn())?;
    Ok(taken.len())
}

/// Takes due deliveries under a lease: they come back by themselves if this process dies.
pub(super) fn claim(tx: &mut SystemTx<'_>, limit: i64, lease: TimeDelta) -> QueryResult<Vec<Due>> {
    let now = tx.now();
    let due: Vec<(OrgId, EventId, String, i32)> = event_deliveries::table
        .filter(event_deliveries::state.eq(DeliveryState::Pending))
        .filter(event_deliveries::next_attempt_at.le(now))
        .order(event_deliveries::next_attempt_at)
        .limit(limit)
        .select((
            event_deliveries::org_id,
            event_deliveries::event_id,
            event_deliveries::subscriber,
            event_deliveries::attempts,
        ))
        .for_update()
        .skip_locked()
        .load(tx.conn())?;
    let due = with_correlation(tx, due)?;
    for one in &due {
        diesel::update(event_deliveries::table.find((one.org_id, one.event_id, &one.subscriber)))
            .set((
                event_deliveries::next_attempt_at.eq(now + lease),
                event_deliveries::attempts.eq(one.claim()),
            ))
            .execute(tx.conn())?;
    }
    Ok(due)
}

fn with_correlation(tx: &mut SystemTx<'_>, due: Vec<(OrgId, EventId, String, i32)>) -> QueryResult<Vec<Due>> {
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let (orgs, ids): (Vec<OrgId>, Vec<EventId>) = due.iter().map(|one| (one.0, one.1)).unzip();
    let requests: HashMap<EventId, Uuid> = events::table
        .filter(events::org_id.eq_any(orgs))
        .filter(events::id.eq_any(ids))
        .select((events::id, events::correlation_id))
        .load::<(EventId, Uuid)>(tx.conn())?
        .into_iter()
        .collect();
    let with = |(org_id, event_id, subscriber, attempts)| {
        requests.get(&event_id).map(|request| Due {
            org_id,
            event_id,
            subscriber,
            attempts,
            correlation_id: *request,
        })
    };
    Ok(due.into_iter().filter_map(with).collect())
}

pub(super) fn envelope(tx: &mut TenantTx<'_>, event: EventId) -> QueryResult<Envelope> {
    EventRow::query()
        .filter(events::id.eq(event))
        .first(tx.conn())
        .map(Into::into)
}

/// Signs the receipt; false when another worker already did.
pub(super) fn sign_receipt(tx: &mut TenantTx<'_>, due: &Due) -> QueryResult<bool> {
    let now = tx.now();
    let open = event_deliveries::table
        .find((due.org_id, due.event_id, &due.subscriber))
        .filter(event_deliveries::state.eq(DeliveryState::Pending));
    let signed = diesel::update(open)
        .set((
            event_deliveries::state.eq(DeliveryState::Done),
            event_deliveries::finished_at.eq(now),
            event_deliveries::last_error.eq(None::<String>),
        ))
        .execute(tx.conn())?;
    Ok(signed == 1)
}

/// Notes a failed attempt: the time of the next one, or that there is none. A claim that ran out notes nothing: somebody
/// else has the delivery, or has done it.
pub(super) fn note_failure(
    tx: &mut SystemTx<'_>,
    due: &Due,
    error: &str,
    next: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    let now = tx.now();
    let (state, finished) = match next {
        Some(_) => (DeliveryState::Pending, None),
        None => (DeliveryState::Dead, Some(now)),
    };
    diesel::update(
        event_deliveries::table
            .find((due.org_id, due.event_id, &due.subscriber))
            .filter(event_deliveries::state.eq(DeliveryState::Pending))
            .filter(event_deliveries::attempts.eq(due.claim())),
    )
    .set((
        event_deliveries::state.eq(state),
        event_deliveries::next_attempt_at.eq(next.unwrap_or(now)),
        event_deliveries::finished_at.eq(finished),
        event_deliveries::last_error.eq(error),
    ))
    .execute(tx.conn())
    .map(|_| ())
}

/// Gives claimed deliveries back as if they had never been taken.
pub(super) fn release(tx: &mut SystemTx<'_>, claimed: &[Due]) -> QueryResult<()> {
    let now = tx.now();
    for one in claimed {
        diesel::update(
            event_deliveries::table
                .find((one.org_id, one.event_id, &one.subscriber))
                .filter(event_deliveries::state.eq(DeliveryState::Pending))
                .filter(event_deliveries::attempts.eq(one.claim())),
        )
        .set((
            event_deliveries::next_attempt_at.eq(now),
            event_deliveries::attempts.eq(one.attempts),
        ))
        .execute(tx.conn())?;
    }
    Ok(())
}

pub(super) fn dead(tx: &mut TenantTx<'_>, limit: i64) -> QueryResult<Vec<DeadLetter>> {
    event_deliveries::table
        .inner_join(
            events::table.on(events::id
                .eq(event_deliveries::event_id)
                .and(events::org_id.eq(event_deliveries::org_id))),
        )
        .filter(event_deliveries::state.eq(DeliveryState::Dead))
        .order(event_deliveries::finished_at.desc())
        .limit(limit)
        .select((
            event_deliveries::event_id,
            events::event_type,
            event_deliveries::subscriber,
            event_deliveries::attempts,
            event_deliveries::last_error,
            event_deliveries::finished_at,
        ))
        .load(tx.conn())
}

/// Makes dead deliveries of one event and subscriber due again; answers whether there was one.
pub(super) fn revive(tx: &mut TenantTx<'_>, event: EventId, subscriber: &str) -> QueryResult<bool> {
    let now = tx.now();
    let dead = event_deliveries::table
        .filter(event_deliveries::event_id.eq(event))
        .filter(event_deliveries::subscriber.eq(subscriber))
        .filter(event_deliveries::state.eq(DeliveryState::Dead));
    let revived = diesel::update(dead)
        .set((
            event_deliveries::state.eq(DeliveryState::Pending),
            event_deliveries::attempts.eq(0),
            event_deliveries::next_attempt_at.eq(now),
            event_deliveries::finished_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn())?;
    Ok(revived > 0)
}

/// The newest events of the organization, older than `before` when given.
///
/// # Errors
/// When the database fails.
pub fn recent(tx: &mut TenantTx<'_>, before: Option<EventId>, limit: i64) -> QueryResult<Vec<Envelope>> {
    let mut query = EventRow::query()
        .order(events::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(events::id.lt(before));
    }
    query
        .load(tx.conn())
        .map(|rows| rows.into_iter().map(Into::into).collect())
}

/// How much is waiting: `(undispatched events, pending deliveries, dead deliveries)`.
pub(super) fn waiting(tx: &mut SystemTx<'_>) -> QueryResult<(i64, i64, i64)> {
    let undispatched = events::table
        .filter(events::dispatched_at.is_null())
        .count()
        .get_result(tx.conn())?;
    let in_state = |state: DeliveryState| {
        event_deliveries::table
            .filter(event_deliveries::state.eq(state))
            .count()
    };
    let pending = in_state(DeliveryState::Pending).get_result(tx.conn())?;
    let dead = in_state(DeliveryState::Dead).get_result(tx.conn())?;
    Ok((undispatched, pending, dead))
}
