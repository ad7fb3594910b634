//! Providers in the database.

use diesel::prelude::*;
use serde_json::Value;

use crate::domains::campaigns::policy::Providing;
use crate::domains::campaigns::templates::model::Channel;
use crate::kernel::ids::ProviderId;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::message_providers;

use super::model::{Kind, Provider};

/// Every provider in use, in the order in which they are asked.
pub fn all(tx: &mut TenantTx<'_>) -> QueryResult<Vec<Provider>> {
    Provider::query()
        .filter(message_providers::archived_at.is_null())
        .order((message_providers::rank, message_providers::id))
        .load(tx.conn())
}

/// Those of one channel.
pub fn of_channel(tx: &mut TenantTx<'_>, channel: Channel) -> QueryResult<Vec<Provider>> {
    Provider::query()
        .filter(message_providers::archived_at.is_null())
        .filter(message_providers::kind.eq_any(Kind::of_channel(channel)))
        .order((message_providers::rank, message_providers::id))
        .load(tx.conn())
}

/// One provider in use.
pub fn provider(tx: &mut TenantTx<'_>, id: ProviderId) -> QueryResult<Provider> {
    Provider::query()
        .filter(message_providers::id.eq(id))
        .filter(message_providers::archived_at.is_null())
        .first(tx.conn())
}

/// What is written about a provider.
#[derive(Debug)]
pub struct Facts {
    pub kind: Kind,
    pub name: String,
    pub settings: Value,
    /// Sealed; none leaves the one there is.
    pub secret: Option<Vec<u8>>,
    /// Sealed; none leaves the one there is.
    pub webhook_secret: Option<Vec<u8>>,
    pub from_name: String,
    pub from_address: String,
    pub connections: i16,
    pub per_second: Option<i32>,
    pub rank: i16,
}

/// Adds a provider.
pub fn insert(tx: &mut TenantTx<'_>, by: &Providing, facts: &Facts) -> QueryResult<ProviderId> {
    let (id, now) = (tx.new_id::<ProviderId>(), tx.now());
    diesel::insert_into(message_providers::table)
        .values((
            message_providers::id.eq(id),
            message_providers::kind.eq(facts.kind),
            message_providers::name.eq(&facts.name),
            message_providers::settings.eq(&facts.settings),
            message_providers::secret.eq(&facts.secret),
            message_providers::webhook_secret.eq(&facts.webhook_secret),
            message_providers::from_name.eq(&facts.from_name),
            message_providers::from_address.eq(&facts.from_address),
            message_providers::connections.eq(facts.connections),
            message_providers::per_second.eq(facts.per_second),
            message_providers::rank.eq(facts.rank),
            message_providers::created_by.eq(by.by()),
            message_providers::created_at.eq(now),
            message_providers::changed_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Changes a provider; it is no longer stopped.
pub fn update(tx: &mut TenantTx<'_>, _: &Providing, id: ProviderId, facts: &Facts) -> QueryResult<()> {
    let now = tx.now();
    let row = message_providers::table.filter(message_providers::id.eq(id));
    diesel::update(row)
        .set((
            message_providers::name.eq(&facts.name),
            message_providers::settings.eq(&facts.settings),
            message_providers::from_name.eq(&facts.from_name),
            message_providers::from_address.eq(&facts.from_address),
            message_providers::connections.eq(facts.connections),
            message_providers::per_second.eq(facts.per_second),
            message_providers::rank.eq(facts.rank),
            message_providers::stopped_at.eq(None::<chrono::DateTime<chrono::Utc>>),
            message_providers::stopped_because.eq(""),
            message_providers::changed_at.eq(now),
        ))
        .execute(tx.conn())?;
    if let Some(secret) = &facts.secret {
        diesel::update(row)
            .set(message_providers::secret.eq(secret))
            .execute(tx.conn())?;
    }
    if let Some(secret) = &facts.webhook_secret {
        diesel::update(row)
            .set(message_providers::webhook_secret.eq(secret))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Stops a provider, or lets it go on.
pub fn set_stopped(
    tx: &mut TenantTx<'_>,
    _: &Providing,
    id: ProviderId,
    is_stopped: bool,
) -> QueryResult<()> {
    let at = is_stopped.then(|| tx.now());
    diesel::update(message_providers::table.filter(message_providers::id.eq(id)))
        .set((
            message_providers::stopped_at.eq(at),
            message_providers::stopped_because.eq(""),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Stops a provider that does not let us in.
pub fn stop(tx: &mut TenantTx<'_>, id: ProviderId, why: &str) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(message_providers::table.filter(message_providers::id.eq(id)))
        .set((
            message_providers::stopped_at.eq(now),
            message_providers::stopped_because.eq(why.chars().take(300).collect::<String>()),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes what a check said.
pub fn note_check(
    tx: &mut TenantTx<'_>,
    id: ProviderId,
    said: &str,
    settings: &serde_json::Value,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(message_providers::table.filter(message_providers::id.eq(id)))
        .set((
            message_providers::checked_at.eq(now),
            message_providers::settings.eq(settings),
            message_providers::check_said.eq(said.chars().take(500).collect::<String>()),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Puts a provider away.
pub fn archive(tx: &mut TenantTx<'_>, _: &Providing, id: ProviderId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(message_providers::table.filter(message_providers::id.eq(id)))
        .set((
            message_providers::archived_at.eq(now),
            message_providers::secret.eq(None::<Vec<u8>>),
            message_providers::webhook_secret.eq(None::<Vec<u8>>),
        ))
        .execute(tx.conn())
        .map(|_| ())
}
