//! Figures of this organization's bus.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::domains::oversight::policy::BusCare;
use crate::kernel::ids::EventId;
use crate::platform::bus::DeliveryState;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{event_deliveries, events};

/// What is counted one by one stops here and is shown as "1,000+".
pub const COUNTED: i64 = 1_001;

/// Deliveries of one subscriber that are not done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Undone {
    /// Waiting for an attempt.
    pub pending: i64,
    /// Given up.
    pub dead: i64,
}

/// Events not yet given to their subscribers, at most [`COUNTED`].
pub fn undispatched(tx: &mut TenantTx<'_>, _: &BusCare) -> QueryResult<usize> {
    let waiting = events::table
        .filter(events::dispatched_at.is_null())
        .select(events::seq)
        .limit(COUNTED);
    Ok(waiting.load::<i64>(tx.conn())?.len())
}

/// Events told in the last 24 hours, at most [`COUNTED`].
pub fn told_today(tx: &mut TenantTx<'_>, _: &BusCare) -> QueryResult<usize> {
    let since = tx.now() - TimeDelta::hours(24);
    let newest: Vec<chrono::DateTime<chrono::Utc>> = events::table
        .order(events::id.desc())
        .limit(COUNTED)
        .select(events::occurred_at)
        .load(tx.conn())?;
    Ok(newest.into_iter().filter(|at| *at >= since).count())
}

/// What is not done, by subscriber. One question a state: each has its own small index.
pub fn undone(tx: &mut TenantTx<'_>, _: &BusCare) -> QueryResult<BTreeMap<String, Undone>> {
    let mut all: BTreeMap<String, Undone> = BTreeMap::new();
    for (subscriber, count) in in_state(tx, DeliveryState::Pending)? {
        all.entry(subscriber).or_default().pending = count;
    }
    for (subscriber, count) in in_state(tx, DeliveryState::Dead)? {
        all.entry(subscriber).or_default().dead = count;
    }
    Ok(all)
}

/// One delivery of an event.
#[derive(Debug, Clone, Queryable)]
pub struct Delivery {
    /// The event.
    pub event: EventId,
    /// Who hears it.
    pub subscriber: String,
    /// How far it is.
    pub state: DeliveryState,
    /// Attempts made.
    pub attempts: i32,
    /// When it was done or given up.
    pub finished_at: Option<DateTime<Utc>>,
    /// What the last attempt said.
    pub last_error: Option<String>,
}

/// The deliveries of these events, by subscriber.
pub fn deliveries(tx: &mut TenantTx<'_>, _: &BusCare, of: &[EventId]) -> QueryResult<Vec<Delivery>> {
    event_deliveries::table
        .filter(event_deliveries::event_id.eq_any(of))
        .order((event_deliveries::event_id, event_deliveries::subscriber))
        .select((
            event_deliveries::event_id,
            event_deliveries::subscriber,
            event_deliveries::state,
            event_deliveries::attempts,
            event_deliveries::finished_at,
            event_deliveries::last_error,
        ))
        .load(tx.conn())
}

fn in_state(tx: &mut TenantTx<'_>, state: DeliveryState) -> QueryResult<Vec<(String, i64)>> {
    event_deliveries::table
        .filter(event_deliveries::state.eq(state))
        .group_by(event_deliveries::subscriber)
        .select((event_deliveries::subscriber, count_star()))
        .load(tx.conn())
}
