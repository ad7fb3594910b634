//! What the pages about the bus print.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Utc};

use crate::app::Register;
use crate::domains::oversight::policy::BusCare;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::EventId;
use crate::kernel::time::{ago, local_date_time, machine};
use crate::platform::bus::{self, EventType};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::queries::{self, COUNTED, Delivery};

/// Dead letters shown.
const DEAD_SHOWN: i64 = 100;
/// Events on a page.
const PAGE: usize = 50;

/// One subscriber.
pub struct SubscriberLine {
    pub name: String,
    pub pattern: String,
    pub pending: i64,
    pub dead: i64,
}

/// One delivery that was given up.
pub struct DeadLine {
    pub event: EventId,
    pub kind: String,
    pub subscriber: String,
    pub attempts: i32,
    pub error: String,
    pub when: String,
}

/// `/admin/bus`
#[derive(Template)]
#[template(path = "oversight/bus.html")]
pub struct BusPage {
    pub shell: Shell,
    pub told_today: String,
    pub undispatched: String,
    pub pending: i64,
    pub dead: i64,
    pub subscribers: Vec<SubscriberLine>,
    pub letters: Vec<DeadLine>,
}

impl BusPage {
    /// Figures, subscribers and dead letters.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        care: &BusCare,
        register: &Register,
    ) -> Result<Self, AppError> {
        let mut undone = queries::undone(tx, care)?;
        let (pending, dead) = undone.values().fold((0, 0), |(pending, dead), one| {
            (pending + one.pending, dead + one.dead)
        });
        let mut subscribers: Vec<SubscriberLine> = register
            .subscribers
            .iter()
            .map(|subscriber| {
                let own = undone.remove(subscriber.name).unwrap_or_default();
                SubscriberLine {
                    name: subscriber.name.to_owned(),
                    pattern: subscriber.pattern.to_owned(),
                    pending: own.pending,
                    dead: own.dead,
                }
            })
            .collect();
        let gone = undone.into_iter().map(|(name, own)| SubscriberLine {
            name,
            pattern: String::new(),
            pending: own.pending,
            dead: own.dead,
        });
        subscribers.extend(gone);
        let now = tx.now();
        let letters = bus::dead_letters(tx, DEAD_SHOWN)?
            .into_iter()
            .map(|letter| DeadLine {
                event: letter.event_id,
                kind: letter.event_type,
                subscriber: letter.subscriber,
                attempts: letter.attempts,
                error: letter.last_error.unwrap_or_default(),
                when: letter.finished_at.map(|at| ago(at, now)).unwrap_or_default(),
            });
        Ok(Self {
            shell,
            told_today: counted(queries::told_today(tx, care)?),
            undispatched: counted(queries::undispatched(tx, care)?),
            pending,
            dead,
            subscribers,
            letters: letters.collect(),
        })
    }
}

fn counted(count: usize) -> String {
    match i64::try_from(count) {
        Ok(count) if count < COUNTED => count.to_string(),
        _ => "1,000+".to_owned(),
    }
}

/// One event as it travelled.
pub struct EventLine {
    pub kind: String,
    pub machine: String,
    pub shown: String,
    pub envelope: String,
    pub deliveries: Vec<DeliveryLine>,
}

/// What became of an event at one subscriber.
pub struct DeliveryLine {
    pub subscriber: String,
    pub state: &'static str,
    pub when: String,
    pub attempts: i32,
    pub error: String,
}

impl DeliveryLine {
    fn of(delivery: Delivery, now: DateTime<Utc>) -> Self {
        Self {
            subscriber: delivery.subscriber,
            state: delivery.state.label(),
            when: delivery.finished_at.map(|at| ago(at, now)).unwrap_or_default(),
            attempts: delivery.attempts,
            error: delivery.last_error.unwrap_or_default(),
        }
    }
}

/// `/admin/bus/events`
#[derive(Template)]
#[template(path = "oversight/events.html")]
pub struct EventsPage {
    pub shell: Shell,
    pub events: Vec<EventLine>,
    pub newest: String,
    pub older: String,
}

impl EventsPage {
    /// The newest events, or those older than `before`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        care: &BusCare,
        before: Option<EventId>,
    ) -> Result<Self, AppError> {
        let mut envelopes = bus::recent(tx, before, i64::try_from(PAGE + 1).unwrap_or(i64::MAX))?;
        let has_more = envelopes.len() > PAGE;
        envelopes.truncate(PAGE);
        let last = envelopes
            .last()
            .filter(|_| has_more)
            .map(|envelope| format!("/admin/bus/events?before={}", envelope.event_id));
        let ids: Vec<EventId> = envelopes.iter().map(|envelope| envelope.event_id).collect();
        let now = tx.now();
        let mut deliveries: HashMap<EventId, Vec<DeliveryLine>> = HashMap::new();
        for delivery in queries::deliveries(tx, care, &ids)? {
            let lines = deliveries.entry(delivery.event).or_default();
            lines.push(DeliveryLine::of(delivery, now));
        }
        let mut line = |envelope: bus::Envelope| EventLine {
            deliveries: deliveries.remove(&envelope.event_id).unwrap_or_default(),
            machine: machine(envelope.timestamp),
            shown: local_date_time(envelope.timestamp, me.zone),
            envelope: serde_json::to_string_pretty(&envelope).unwrap_or_default(),
            kind: envelope.event_type,
        };
        Ok(Self {
            shell,
            events: envelopes.into_iter().map(&mut line).collect(),
            newest: if before.is_some() {
                "/admin/bus/events".to_owned()
            } else {
                String::new()
            },
            older: last.unwrap_or_default(),
        })
    }
}

/// One declared event.
pub struct DeclaredLine {
    pub name: &'static str,
    pub tells: &'static str,
    pub version: i16,
    pub schema: String,
    pub subscribers: Vec<&'static str>,
}

/// `/admin/bus/catalogue`
#[derive(Template)]
#[template(path = "oversight/catalogue.html")]
pub struct CataloguePage {
    pub shell: Shell,
    pub declared: Vec<DeclaredLine>,
}

impl CataloguePage {
    /// Every declared event by name, with who listens.
    pub fn new(shell: Shell, register: &Register) -> Self {
        let line = |event: &EventType| DeclaredLine {
            name: event.name,
            tells: event.tells,
            version: event.version,
            schema: serde_json::to_string_pretty(&event.schema).unwrap_or_default(),
            subscribers: register
                .subscribers
                .iter()
                .filter(|one| one.wants(event.name))
                .map(|one| one.name)
                .collect(),
        };
        let mut declared: Vec<DeclaredLine> = register.events.iter().map(line).collect();
        declared.sort_unstable_by_key(|event| event.name);
        Self { shell, declared }
    }
}
