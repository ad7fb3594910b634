//! Devices in the database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{DeviceId, MemberId, NotificationId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{push_tokens, pushes};

use super::model::{Browser, Device, Facts, WEB};
use super::policy::Owning;
use crate::domains::notifications::pushing::model::Stage;

/// Devices of a person at most.
pub const MOST: usize = 20;
/// Characters of why something did not arrive.
const TROUBLE: usize = 300;

/// All of somebody, the oldest first.
pub fn all(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Device>> {
    Device::query()
        .filter(push_tokens::member_id.eq(member))
        .order((push_tokens::created_at, push_tokens::id))
        .load(tx.conn())
}

/// Those of somebody that can be pushed to.
pub fn reachable(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Device>> {
    Device::query()
        .filter(push_tokens::member_id.eq(member))
        .filter(push_tokens::auth.is_not_null())
        .order(push_tokens::id)
        .load(tx.conn())
}

/// Whoever's it is.
pub fn device(tx: &mut TenantTx<'_>, id: DeviceId) -> QueryResult<Device> {
    Device::query().filter(push_tokens::id.eq(id)).first(tx.conn())
}

/// One of somebody's own, held until the end of the transaction.
pub fn own(tx: &mut TenantTx<'_>, by: &Owning, id: DeviceId) -> QueryResult<Device> {
    Device::query()
        .filter(push_tokens::member_id.eq(by.member()))
        .filter(push_tokens::id.eq(id))
        .for_no_key_update()
        .first(tx.conn())
}

/// The one with this address, whoever's it is, held until the end of the transaction.
pub fn at(tx: &mut TenantTx<'_>, endpoint: &str) -> QueryResult<Option<Device>> {
    Device::query()
        .filter(push_tokens::token.eq(endpoint))
        .for_no_key_update()
        .first(tx.conn())
        .optional()
}

/// Adds a browser; one that was another's becomes theirs.
pub fn add(tx: &mut TenantTx<'_>, by: &Owning, facts: &Facts, sealed: &[u8]) -> QueryResult<DeviceId> {
    let (id, now) = (tx.new_id::<DeviceId>(), tx.now());
    let known = (
        push_tokens::member_id.eq(by.member()),
        push_tokens::platform.eq(WEB),
        push_tokens::device_name.eq(&facts.name),
        push_tokens::last_seen_at.eq(now),
        push_tokens::public_key.eq(&facts.browser.public_key),
        push_tokens::auth.eq(sealed),
        push_tokens::trouble.eq(""),
    );
    diesel::insert_into(push_tokens::table)
        .values((
            push_tokens::id.eq(id),
            push_tokens::token.eq(&facts.browser.endpoint),
            push_tokens::created_at.eq(now),
            known,
        ))
        .on_conflict((push_tokens::org_id, push_tokens::token))
        .do_update()
        .set(known)
        .returning(push_tokens::id)
        .get_result(tx.conn())
}

/// Gives one the address and keys it has now.
pub fn renew(
    tx: &mut TenantTx<'_>,
    _: &Owning,
    id: DeviceId,
    browser: &Browser,
    sealed: &[u8],
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(push_tokens::table.filter(push_tokens::id.eq(id)))
        .set((
            push_tokens::token.eq(&browser.endpoint),
            push_tokens::public_key.eq(&browser.public_key),
            push_tokens::auth.eq(sealed),
            push_tokens::last_seen_at.eq(now),
            push_tokens::trouble.eq(""),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes that something arrived.
pub fn told(tx: &mut TenantTx<'_>, id: DeviceId) -> QueryResult<()> {
    let now: DateTime<Utc> = tx.now();
    diesel::update(push_tokens::table.filter(push_tokens::id.eq(id)))
        .set((push_tokens::told_at.eq(now), push_tokens::trouble.eq("")))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes why something did not arrive.
pub fn suffers(tx: &mut TenantTx<'_>, id: DeviceId, why: &str) -> QueryResult<()> {
    let why: String = why.replace('\0', "").chars().take(TROUBLE).collect();
    diesel::update(push_tokens::table.filter(push_tokens::id.eq(id)))
        .set(push_tokens::trouble.eq(why))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes one away with what was still to be pushed to it; answers what that was about.
pub fn remove(tx: &mut TenantTx<'_>, id: DeviceId) -> QueryResult<Vec<NotificationId>> {
    let about: Vec<Vec<NotificationId>> = pushes::table
        .filter(pushes::device_id.eq(id))
        .filter(pushes::state.eq(Stage::Waiting))
        .select(pushes::about)
        .load(tx.conn())?;
    diesel::delete(push_tokens::table.filter(push_tokens::id.eq(id))).execute(tx.conn())?;
    Ok(about.into_iter().flatten().collect())
}

/// Takes away all of somebody.
pub fn forget(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<()> {
    diesel::delete(push_tokens::table.filter(push_tokens::member_id.eq(member)))
        .execute(tx.conn())
        .map(|_| ())
}
