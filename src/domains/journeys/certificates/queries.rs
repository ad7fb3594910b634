//! Certificates in SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "certificates are issued once, whoever tries how often, and read with their enrolment"
)]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Int8, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::kernel::ids::{CertificateId, CertificateKeyId, EnrolmentId, JourneyId, MemberId};
use crate::platform::db::schema::organizations;
use crate::platform::db::{TenantTx, statement};
use crate::platform::mail::Locale;

use super::model::{Award, Certificate, Key};
use super::policy::{Certifying, Earned, KeepingKeys, Revoking};
use super::signing::Fresh;

/// What a journey gives, whether it does so now or not.
pub fn award(tx: &mut TenantTx<'_>, journey: JourneyId) -> QueryResult<Option<Award>> {
    statement(
        "SELECT is_on, title, criteria, signatory, months, title_fr, criteria_fr FROM journey_awards WHERE org_id = app.current_org() AND journey_id = $1",
    )
    .bind::<SqlUuid, _>(journey)
    .get_result(tx.conn())
    .optional()
}

/// Keeps what a journey gives.
pub fn set_award(tx: &mut TenantTx<'_>, by: &Certifying, award: &Award) -> QueryResult<()> {
    let now = tx.now();
    statement(
        "INSERT INTO journey_awards (journey_id, is_on, title, criteria, signatory, months, changed_by, changed_at, title_fr, criteria_fr) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (org_id, journey_id) DO UPDATE SET is_on = $2, title = $3, criteria = $4, signatory = $5, months = $6, changed_by = $7, changed_at = $8, title_fr = $9, criteria_fr = $10",
    )
    .bind::<SqlUuid, _>(by.journey())
    .bind::<Bool, _>(award.is_on)
    .bind::<Text, _>(&award.title)
    .bind::<Text, _>(&award.criteria)
    .bind::<Text, _>(&award.signatory)
    .bind::<Nullable<SmallInt>, _>(award.months)
    .bind::<SqlUuid, _>(by.by())
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(&award.title_fr)
    .bind::<Text, _>(&award.criteria_fr)
    .execute(tx.conn())
    .map(|_| ())
}

/// What is read of a key.
const KEY: &str = "SELECT id, sealed, point, created_at, retired_at, withdrawn_at, reason FROM certificate_keys WHERE org_id = app.current_org()";

/// With what the organization signs now; nothing before its first journey gives certificates.
pub fn key(tx: &mut TenantTx<'_>) -> QueryResult<Option<Key>> {
    statement(format!("{KEY} AND retired_at IS NULL"))
        .get_result(tx.conn())
        .optional()
}

/// One key, whether it signs or not.
pub fn key_called(tx: &mut TenantTx<'_>, id: CertificateKeyId) -> QueryResult<Key> {
    statement(format!("{KEY} AND id = $1"))
        .bind::<SqlUuid, _>(id)
        .get_result(tx.conn())
}

/// Every key, the newest first.
pub fn keys(tx: &mut TenantTx<'_>) -> QueryResult<Vec<Key>> {
    statement(format!("{KEY} ORDER BY id DESC LIMIT 1000")).load(tx.conn())
}

#[derive(QueryableByName)]
struct Signed {
    #[diesel(sql_type = SqlUuid)]
    key_id: CertificateKeyId,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many certificates that were not taken back each key signs.
pub fn signed(tx: &mut TenantTx<'_>, _: &KeepingKeys) -> QueryResult<Vec<(CertificateKeyId, i64)>> {
    let found: Vec<Signed> = statement(
        "SELECT key_id, count(*) AS count FROM journey_certificates WHERE org_id = app.current_org() AND revoked_at IS NULL GROUP BY key_id",
    )
    .load(tx.conn())?;
    Ok(found.into_iter().map(|one| (one.key_id, one.count)).collect())
}

#[derive(QueryableByName)]
struct Retired {
    #[diesel(sql_type = BigInt)]
    slots: i64,
}

/// Lets the key that signs sign no longer; how many places it gave, or nothing when there was none.
pub fn retire_key(tx: &mut TenantTx<'_>, _: &KeepingKeys) -> QueryResult<Option<i64>> {
    let now = tx.now();
    let found: Option<Retired> = statement(
        "UPDATE certificate_keys SET retired_at = $1 WHERE org_id = app.current_org() AND retired_at IS NULL RETURNING slots",
    )
    .bind::<Timestamptz, _>(now)
    .get_result(tx.conn())
    .optional()?;
    Ok(found.map(|one| one.slots))
}

/// Keeps a key that signs from now on, unless there is one that does; places go on from `slots`, since the list of what was revoked is one for
/// all keys. Which it is.
pub fn add_key(
    tx: &mut TenantTx<'_>,
    _: &KeepingKeys,
    fresh: &Fresh,
    slots: i64,
) -> QueryResult<Option<CertificateKeyId>> {
    let (id, now) = (tx.new_id::<CertificateKeyId>(), tx.now());
    let rows = statement(
        "INSERT INTO certificate_keys (id, sealed, point, slots, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (org_id) WHERE retired_at IS NULL DO NOTHING",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Binary, _>(&fresh.sealed)
    .bind::<Binary, _>(&fresh.point)
    .bind::<BigInt, _>(slots)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok((rows == 1).then_some(id))
}

/// Withdraws a key that no longer signs; whether it was not before.
pub fn withdraw_key(
    tx: &mut TenantTx<'_>,
    _: &KeepingKeys,
    id: CertificateKeyId,
    reason: &str,
) -> QueryResult<bool> {
    let now = tx.now();
    statement(
        "UPDATE certificate_keys SET withdrawn_at = $2, reason = $3 WHERE org_id = app.current_org() AND id = $1 AND withdrawn_at IS NULL AND retired_at IS NOT NULL",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(reason)
    .execute(tx.conn())
    .map(|rows| rows == 1)
}

/// Has what a withdrawn key signed, and was not taken back, signed with another; how many these are.
pub fn sign_anew(
    tx: &mut TenantTx<'_>,
    _: &KeepingKeys,
    (from, to): (CertificateKeyId, CertificateKeyId),
) -> QueryResult<usize> {
    statement(
        "UPDATE journey_certificates SET key_id = $2 WHERE org_id = app.current_org() AND key_id = $1 AND revoked_at IS NULL",
    )
    .bind::<SqlUuid, _>(from)
    .bind::<SqlUuid, _>(to)
    .execute(tx.conn())
}

/// The organization's name.
pub fn organization_name(tx: &mut TenantTx<'_>) -> QueryResult<String> {
    organizations::table.select(organizations::name).first(tx.conn())
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = SqlUuid)]
    id: CertificateKeyId,
    #[diesel(sql_type = BigInt)]
    slot: i64,
}

/// Takes the next place in the list of what was revoked.
fn take_place(tx: &mut TenantTx<'_>) -> QueryResult<Place> {
    statement("UPDATE certificate_keys SET slots = slots + 1 WHERE org_id = app.current_org() AND retired_at IS NULL RETURNING id, slots - 1 AS slot")
        .get_result(tx.conn())
}

/// What stands on a new certificate besides what its journey says.
#[derive(Debug, Clone)]
pub struct Facts {
    pub public_id: Uuid,
    pub number: String,
    pub name: String,
    pub organization: String,
    pub expires_at: Option<DateTime<Utc>>,
    /// The language of who gets it.
    pub locale: Locale,
}

/// Issues a certificate, unless the enrolment has one that counts; whether it did.
pub fn insert(
    tx: &mut TenantTx<'_>,
    earned: &Earned<'_>,
    facts: &Facts,
) -> QueryResult<Option<CertificateId>> {
    let (id, now, place) = (tx.new_id::<CertificateId>(), tx.now(), take_place(tx)?);
    let (enrolment, award) = (earned.enrolment(), earned.award());
    let (title, criteria) = award.words(facts.locale);
    let rows = statement(
        "INSERT INTO journey_certificates (id, public_id, journey_id, enrolment_id, key_id, slot, number, name, organization, journey, title, criteria, signatory, zone, issued_at, expires_at, locale) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT (org_id, enrolment_id) WHERE revoked_at IS NULL DO NOTHING",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(facts.public_id)
    .bind::<SqlUuid, _>(enrolment.journey_id)
    .bind::<SqlUuid, _>(enrolment.id)
    .bind::<SqlUuid, _>(place.id)
    .bind::<Int8, _>(place.slot)
    .bind::<Text, _>(&facts.number)
    .bind::<Text, _>(&facts.name)
    .bind::<Text, _>(&facts.organization)
    .bind::<Text, _>(&enrolment.title)
    .bind::<Text, _>(title)
    .bind::<Text, _>(criteria)
    .bind::<Text, _>(&award.signatory)
    .bind::<Text, _>(&enrolment.zone)
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<Timestamptz>, _>(facts.expires_at)
    .bind::<Text, _>(facts.locale.as_str())
    .execute(tx.conn())?;
    Ok((rows == 1).then_some(id))
}

/// What is read of a certificate.
const CERTIFICATE: &str = "SELECT id, public_id, journey_id, enrolment_id, key_id, locale, slot, number, name, organization, journey, title, criteria, signatory, zone, issued_at, expires_at, \
     revoked_at, reason FROM journey_certificates WHERE org_id = app.current_org() AND ";

/// One certificate.
pub fn certificate(tx: &mut TenantTx<'_>, id: CertificateId) -> QueryResult<Certificate> {
    statement(format!("{CERTIFICATE} id = $1"))
        .bind::<SqlUuid, _>(id)
        .get_result(tx.conn())
}

/// The certificate with this public id; nothing when there is none.
pub fn public(tx: &mut TenantTx<'_>, public_id: Uuid) -> QueryResult<Option<Certificate>> {
    statement(format!("{CERTIFICATE} public_id = $1"))
        .bind::<SqlUuid, _>(public_id)
        .get_result(tx.conn())
        .optional()
}

/// The newest certificate of an enrolment, whether it counts or not.
pub fn of_enrolment(tx: &mut TenantTx<'_>, enrolment: EnrolmentId) -> QueryResult<Option<Certificate>> {
    statement(format!(
        "{CERTIFICATE} enrolment_id = $1 ORDER BY id DESC LIMIT 1"
    ))
    .bind::<SqlUuid, _>(enrolment)
    .get_result(tx.conn())
    .optional()
}

/// The certificates of a journey, the newest first, those before `before`.
pub fn of_journey(
    tx: &mut TenantTx<'_>,
    by: &Certifying,
    before: Option<CertificateId>,
    limit: i64,
) -> QueryResult<Vec<Certificate>> {
    statement(format!(
        "{CERTIFICATE} journey_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"
    ))
    .bind::<SqlUuid, _>(by.journey())
    .bind::<Nullable<SqlUuid>, _>(before)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// Everything somebody was given, the oldest first.
pub fn of_member(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Certificate>> {
    statement(format!(
        "{CERTIFICATE} enrolment_id = ANY(SELECT e.id FROM journey_enrolments e WHERE e.org_id = app.current_org() AND e.member_id = $1) ORDER BY id LIMIT 20000"
    ))
    .bind::<SqlUuid, _>(member)
    .load(tx.conn())
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = SqlUuid)]
    id: EnrolmentId,
}

/// Who finished a journey and was never given anything for it, at most so many.
pub fn without(tx: &mut TenantTx<'_>, by: &Certifying, limit: i64) -> QueryResult<Vec<EnrolmentId>> {
    let found: Vec<Waiting> = statement(
        "SELECT e.id FROM journey_enrolments e WHERE e.org_id = app.current_org() AND e.journey_id = $1 AND e.state = 'completed' \
         AND NOT EXISTS (SELECT FROM journey_certificates c WHERE c.org_id = e.org_id AND c.enrolment_id = e.id) ORDER BY e.id LIMIT $2",
    )
    .bind::<SqlUuid, _>(by.journey())
    .bind::<BigInt, _>(limit)
    .load(tx.conn())?;
    Ok(found.into_iter().map(|one| one.id).collect())
}

/// Takes a certificate back; its place in the list stays taken back for good.
pub fn revoke(tx: &mut TenantTx<'_>, revoking: &Revoking<'_>, reason: &str) -> QueryResult<bool> {
    let (id, now) = (revoking.certificate().id, tx.now());
    statement(
        "WITH c AS (UPDATE journey_certificates SET revoked_at = $2, revoked_by = $3, reason = $4 WHERE org_id = app.current_org() AND id = $1 AND revoked_at IS NULL RETURNING key_id, slot) \
         INSERT INTO certificate_revocations (key_id, slot, revoked_at) SELECT key_id, slot, $2 FROM c",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(revoking.by())
    .bind::<Text, _>(reason)
    .execute(tx.conn())
    .map(|rows| rows == 1)
}

#[derive(QueryableByName)]
struct Slot {
    #[diesel(sql_type = BigInt)]
    slot: i64,
}

/// Places from `first` on, so many of them, that no longer count.
pub fn revoked(tx: &mut TenantTx<'_>, first: i64, places: i64) -> QueryResult<Vec<i64>> {
    let found: Vec<Slot> = statement(
        "SELECT slot FROM certificate_revocations WHERE org_id = app.current_org() AND slot >= $1 AND slot < $1 + $2 ORDER BY slot",
    )
    .bind::<BigInt, _>(first)
    .bind::<BigInt, _>(places)
    .load(tx.conn())?;
    Ok(found.into_iter().map(|one| one.slot).collect())
}
