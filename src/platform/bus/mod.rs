//! The module bus: facts that happened, told once in the transaction of the change, delivered at least once to each
//! subscriber, and exactly once in effect because a subscriber's receipt commits together with what it did.
//!
//! Domains declare their events as types ([`DomainEvent`]) and emit them with `tx.emit(&event)`. This is the seam for a
//! larger bus: storage can change behind [`TenantTx::emit`] and [`Subscriber`] without touching a domain.

mod dispatch;
mod queries;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::kernel::error::AppError;
use crate::kernel::ids::{EventId, MemberId, OrgId, fresh};
use crate::platform::db::schema::events;
use crate::platform::db::{SystemTx, TenantScope, TenantTx, kept};

pub use dispatch::{Dispatcher, backlog, dead_letters, redrive};
pub use queries::{DeadLetter, DeliveryState, recent};

/// A fact in the past tense, with ids only. Changes to its fields are additive; others need a new version.
pub trait DomainEvent: Serialize + DeserializeOwned + JsonSchema {
    /// `domain.thing.happened`.
    const TYPE: &'static str;
    /// One sentence for the catalogue: when it is told.
    const TELLS: &'static str;
    /// Version of the payload.
    const VERSION: i16 = 1;
}

/// Declares events: a struct each, with its name and what it tells.
#[macro_export]
macro_rules! events {
    ($($(#[$meta:meta])* $name:ident = $type:literal, $tells:literal { $($(#[$fmeta:meta])* $field:ident : $ty:ty),* $(,)? })+) => {
        $(
            #[doc = $tells]
            $(#[$meta])*
            #[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
            pub struct $name { $(#[doc = concat!("`", stringify!($field), "`")] $(#[$fmeta])* pub $field: $ty),* }

            impl $crate::platform::bus::DomainEvent for $name {
                const TYPE: &'static str = $type;
                const TELLS: &'static str = $tells;
            }
        )+

        /// The events this module tells, for the catalogue.
        pub fn catalogue() -> Vec<$crate::platform::bus::EventType> {
            vec![$($crate::platform::bus::EventType::of::<$name>()),+]
        }
    };
}

/// One declared event, as the catalogue shows it.
#[derive(Debug, Clone)]
pub struct EventType {
    /// `domain.thing.happened`.
    pub name: &'static str,
    /// When it is told.
    pub tells: &'static str,
    /// Version of the payload.
    pub version: i16,
    /// JSON Schema (2020-12) of `payload.data`.
    pub schema: Schema,
}

impl EventType {
    /// The catalogue's entry for `E`.
    pub fn of<E: DomainEvent>() -> Self {
        Self {
            name: E::TYPE,
            tells: E::TELLS,
            version: E::VERSION,
            schema: schemars::schema_for!(E),
        }
    }
}

/// An event as it travels: the standard envelope all modules share.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Envelope {
    /// Unique per event; repeated on redelivery.
    pub event_id: EventId,
    /// `domain.thing.happened`.
    pub event_type: String,
    /// The module that told it.
    pub source_module: String,
    /// The only module meant to hear it, when there is one.
    pub target_module: Option<String>,
    /// The organization.
    pub tenant_id: OrgId,
    /// The member who caused it, when a person did.
    pub user_id: Option<MemberId>,
    /// When it happened.
    pub timestamp: DateTime<Utc>,
    /// `action`, `data` and `metadata`.
    pub payload: Value,
    /// Joins everything that follows from one request.
    pub correlation_id: Uuid,
    /// Whether the sender waits for an answer.
    pub requires_response: bool,
    /// For how long.
    pub timeout_seconds: Option<i32>,
}

impl Envelope {
    /// The event's own fields as the type a subscriber expects.
    ///
    /// # Errors
    /// When the payload has another shape; the delivery is retried and then set aside as a dead letter.
    pub fn data<E: DomainEvent>(&self) -> Result<E, AppError> {
        let data = self.payload.get("data").cloned().unwrap_or(Value::Null);
        serde_json::from_value(data).map_err(|cause| {
            AppError::Unexpected(anyhow::anyhow!(
                "{} has an unexpected payload: {cause}",
                self.event_type
            ))
        })
    }
}

/// A reaction: writes inside the transaction it is given and nothing else. Network calls belong in jobs.
pub type Reaction = fn(&mut TenantTx<'_>, &Envelope) -> Result<(), AppError>;

/// A named reaction to a kind of event.
#[derive(Debug, Clone, Copy)]
pub struct Subscriber {
    /// Stable name, `domain.what_it_does`; its receipts are kept under it.
    pub name: &'static str,
    /// An event type, or a prefix ending in `.>` for everything below it.
    pub pattern: &'static str,
    /// What it does.
    pub react: Reaction,
}

impl Subscriber {
    /// Whether this subscriber wants events of `event_type`.
    pub fn wants(&self, event_type: &str) -> bool {
        match self.pattern.strip_suffix('>') {
            Some(prefix) => event_type.starts_with(prefix),
            None => event_type == self.pattern,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = events)]
struct NewEvent<'a> {
    id: EventId,
    event_type: &'a str,
    version: i16,
    source_module: Cow<'a, str>,
    member_id: Option<MemberId>,
    occurred_at: DateTime<Utc>,
    payload: Value,
    correlation_id: Uuid,
    causation_id: Option<EventId>,
}

impl NewEvent<'_> {
    fn of<E: DomainEvent>(event: &E, scope: &TenantScope, now: DateTime<Utc>) -> Result<Self, AppError> {
        let (source, action) = E::TYPE.split_once('.').unwrap_or(("portal", E::TYPE));
        let data = serde_json::to_value(event).map_err(|cause| AppError::Unexpected(cause.into()))?;
        let action = action.replace('.', "_");
        Ok(Self {
            id: fresh(),
            event_type: E::TYPE,
            version: E::VERSION,
            source_module: Cow::Borrowed(source),
            member_id: scope.actor().member_id(),
            occurred_at: now,
            payload: serde_json::json!({ "action": action, "data": data, "metadata": { "version": E::VERSION } }),
            correlation_id: scope.request(),
            causation_id: scope.cause(),
        })
    }
}

impl TenantTx<'_> {
    /// Tells a fact. It is heard after this transaction commits, and never when it rolls back.
    ///
    /// # Errors
    /// When the event cannot be written; then the change is not made either.
    pub fn emit<E: DomainEvent>(&mut self, event: &E) -> Result<EventId, AppError> {
        let row = NewEvent::of(event, self.scope(), self.now())?;
        let written = diesel::insert_into(events::table)
            .values(row)
            .returning(events::id);
        let id = kept(written).get_result(self.conn())?;
        let signals = self.signals().clone();
        self.after_commit(move || signals.events.notify_one());
        Ok(id)
    }
}

impl SystemTx<'_> {
    /// Tells a fact in the scope's organization: for what happens to a login. Workers find it at their next look.
    ///
    /// # Errors
    /// When the event cannot be written; then the change is not made either.
    pub fn emit<E: DomainEvent>(&mut self, scope: &TenantScope, event: &E) -> Result<EventId, AppError> {
        let row = NewEvent::of(event, scope, self.now())?;
        let id = row.id;
        diesel::insert_into(events::table)
            .values((events::org_id.eq(scope.org()), row))
            .execute(self.conn())?;
        Ok(id)
    }
}
