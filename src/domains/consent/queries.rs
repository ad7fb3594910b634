//! The ledger and its cache in SQL.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, NaiveTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bytea, Text};
use sha2::{Digest, Sha256};

use crate::kernel::ids::{ConsentRecordId, ConsentTextId, MemberId, SuppressionId};
use crate::platform::db::schema::{
    consent_evidence, consent_records, consent_texts, contact_points, members, message_categories,
    message_pauses, organizations, preferences, suppressions,
};
use crate::platform::db::{TenantTx, statement};

use super::fold::{Decision, Decisions};
use super::model::{
    Action, Basis, Channel, Frequency, Method, Pauses, Preference, Record, SuppressionReason, TRANSACTIONAL,
};
use super::policy::{Deciding, Keeping};
use super::rules::Jurisdiction;

/// Records of one person that are read: nobody changes their mind so often.
const MOST_RECORDS: i64 = 10_000;

/// A category of the organization's own.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = message_categories)]
pub struct OwnCategory {
    pub key: String,
    pub name_en: String,
    pub name_fr: String,
    pub about_en: String,
    pub about_fr: String,
}

/// Those in use, by key.
pub fn own_categories(tx: &mut TenantTx<'_>) -> QueryResult<Vec<OwnCategory>> {
    OwnCategory::query()
        .filter(message_categories::archived_at.is_null())
        .order(message_categories::key)
        .limit(100)
        .load(tx.conn())
}

/// Adds a category, or brings back one that was put away; changes its words when it is there.
pub fn store_category(tx: &mut TenantTx<'_>, _: &Keeping, category: &OwnCategory) -> QueryResult<()> {
    let now = tx.now();
    let words = (
        message_categories::name_en.eq(&category.name_en),
        message_categories::name_fr.eq(&category.name_fr),
        message_categories::about_en.eq(&category.about_en),
        message_categories::about_fr.eq(&category.about_fr),
        message_categories::archived_at.eq(None::<DateTime<Utc>>),
    );
    diesel::insert_into(message_categories::table)
        .values((
            message_categories::key.eq(&category.key),
            words,
            message_categories::created_at.eq(now),
        ))
        .on_conflict((message_categories::org_id, message_categories::key))
        .do_update()
        .set(words)
        .execute(tx.conn())
        .map(|_| ())
}

/// Puts a category away; answers whether it was in use.
pub fn archive_category(tx: &mut TenantTx<'_>, _: &Keeping, key: &str) -> QueryResult<bool> {
    let now = tx.now();
    diesel::update(
        message_categories::table
            .filter(message_categories::key.eq(key))
            .filter(message_categories::archived_at.is_null()),
    )
    .set(message_categories::archived_at.eq(now))
    .execute(tx.conn())
    .map(|count| count == 1)
}

/// Who asks for consent.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = organizations)]
pub struct Asker {
    pub name: String,
    pub postal_address: String,
    pub contact_line: String,
    pub time_zone: String,
    pub jurisdiction: String,
}

impl Asker {
    /// The zone in which its days begin.
    pub fn zone(&self) -> chrono_tz::Tz {
        self.time_zone.parse().unwrap_or(chrono_tz::UTC)
    }

    /// Whose law counts.
    pub fn place(&self) -> Jurisdiction {
        Jurisdiction::of_word(&self.jurisdiction)
    }
}

/// The organization.
pub fn asker(tx: &mut TenantTx<'_>) -> QueryResult<Asker> {
    Asker::query().first(tx.conn())
}

/// Whether people are asked before what allows messages to them runs out.
pub fn is_renewing(tx: &mut TenantTx<'_>) -> QueryResult<bool> {
    let org = tx.org();
    organizations::table
        .find(org)
        .select(organizations::asks_to_renew)
        .first(tx.conn())
}

/// Sets that.
pub fn set_renewing(tx: &mut TenantTx<'_>, _: &Keeping, is_on: bool) -> QueryResult<()> {
    let org = tx.org();
    diesel::update(organizations::table.find(org))
        .set(organizations::asks_to_renew.eq(is_on))
        .execute(tx.conn())
        .map(|_| ())
}

/// The id of a wording, which is written down when it is new.
pub fn keep_text(tx: &mut TenantTx<'_>, name: &str, locale: &str, body: &str) -> QueryResult<ConsentTextId> {
    let digest = Sha256::digest(body.as_bytes()).to_vec();
    let known = |tx: &mut TenantTx<'_>| {
        consent_texts::table
            .filter(consent_texts::name.eq(name))
            .filter(consent_texts::locale.eq(locale))
            .filter(consent_texts::sha256.eq(&digest))
            .select(consent_texts::id)
            .first(tx.conn())
            .optional()
    };
    // Whoever comes second waits for who writes the same wording down, and finds it in the next round.
    for _ in 0..5 {
        if let Some(id) = known(tx)? {
            return Ok(id);
        }
        let latest: Option<i32> = consent_texts::table
            .filter(consent_texts::name.eq(name))
            .filter(consent_texts::locale.eq(locale))
            .select(diesel::dsl::max(consent_texts::version))
            .first(tx.conn())?;
        let (id, now) = (tx.new_id::<ConsentTextId>(), tx.now());
        let written = diesel::insert_into(consent_texts::table)
            .values((
                consent_texts::id.eq(id),
                consent_texts::name.eq(name),
                consent_texts::version.eq(latest.unwrap_or(0) + 1),
                consent_texts::locale.eq(locale),
                consent_texts::body.eq(body),
                consent_texts::sha256.eq(&digest),
                consent_texts::created_at.eq(now),
            ))
            .on_conflict_do_nothing()
            .execute(tx.conn())?;
        if written == 1 {
            return Ok(id);
        }
    }
    Err(diesel::result::Error::NotFound)
}

/// A wording, its version and language.
pub fn text(tx: &mut TenantTx<'_>, id: ConsentTextId) -> QueryResult<(String, i32, String)> {
    consent_texts::table
        .filter(consent_texts::id.eq(id))
        .select((consent_texts::body, consent_texts::version, consent_texts::locale))
        .first(tx.conn())
}

/// Holds a person's consent until the end of the transaction: two who decide at once decide one after the other.
pub fn lock(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<()> {
    members::table
        .filter(members::id.eq(member))
        .select(members::id)
        .for_no_key_update()
        .first::<MemberId>(tx.conn())
        .map(|_| ())
}

#[derive(QueryableByName)]
struct Hashed {
    #[diesel(sql_type = Bytea)]
    address_hash: Vec<u8>,
}

/// Which of these hashes of addresses must not be written to with messages of this kind.
#[expect(clippy::disallowed_methods, reason = "by an array, each found in the index")]
pub fn suppressed_among(
    tx: &mut TenantTx<'_>,
    channel: Channel,
    category: &str,
    hashes: &[[u8; 32]],
) -> QueryResult<HashSet<Vec<u8>>> {
    if hashes.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<Hashed> = statement(
        "SELECT s.address_hash FROM suppressions s WHERE s.org_id = (SELECT app.current_org()) AND s.channel = $1::contact_channel \
           AND s.address_hash = ANY ($2) AND s.lifted_at IS NULL AND ($3 <> $4 OR s.reason <> 'unsubscribed')",
    )
    .bind::<Text, _>(channel.as_str())
    .bind::<Array<Bytea>, _>(hashes.iter().map(<[u8; 32]>::as_slice).collect::<Vec<_>>())
    .bind::<Text, _>(category)
    .bind::<Text, _>(TRANSACTIONAL)
    .load(tx.conn())?;
    Ok(found.into_iter().map(|one| one.address_hash).collect())
}

/// What shows that something was said.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The address, number or device it is about.
    pub address: String,
    /// From where, behind trusted proxies; empty when nobody's device was involved.
    pub ip: String,
    /// With what.
    pub user_agent: String,
    /// What else there is, in words.
    pub note: String,
}

impl Evidence {
    /// SHA-256 of a salt and what is kept, by which it is shown to be unchanged.
    pub fn hash(&self, salt: &[u8]) -> Vec<u8> {
        let mut sha = Sha256::new();
        sha.update(salt);
        for part in [&self.address, &self.ip, &self.user_agent, &self.note] {
            sha.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            sha.update(part.as_bytes());
        }
        sha.finalize().to_vec()
    }
}

/// One thing that was said, to be written down.
#[derive(Debug, Clone)]
pub struct Said {
    pub channel: Channel,
    pub category: String,
    pub action: Action,
    pub basis: Option<Basis>,
    pub method: Method,
    pub text: Option<ConsentTextId>,
    pub effective_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub answers: Option<ConsentRecordId>,
    pub evidence: Evidence,
}

/// Writes it down; none when that confirmation or undo was written down before.
pub fn insert(
    tx: &mut TenantTx<'_>,
    deciding: &Deciding,
    said: &Said,
    salt: &[u8],
) -> QueryResult<Option<ConsentRecordId>> {
    let (id, now) = (tx.new_id::<ConsentRecordId>(), tx.now());
    let written = diesel::insert_into(consent_records::table)
        .values((
            (
                consent_records::id.eq(id),
                consent_records::member_id.eq(deciding.member()),
                consent_records::channel.eq(said.channel),
                consent_records::category.eq(&said.category),
                consent_records::action.eq(said.action),
                consent_records::basis.eq(said.basis),
                consent_records::method.eq(said.method),
            ),
            (
                consent_records::text_id.eq(said.text),
                consent_records::effective_at.eq(said.effective_at.min(now)),
                consent_records::recorded_at.eq(now),
                consent_records::expires_at.eq(said.expires_at),
                consent_records::recorded_by.eq(deciding.noted_by()),
                consent_records::answers_id.eq(said.answers),
                consent_records::evidence_hash.eq(said.evidence.hash(salt)),
            ),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    if written == 0 {
        return Ok(None);
    }
    diesel::insert_into(consent_evidence::table)
        .values((
            consent_evidence::record_id.eq(id),
            consent_evidence::member_id.eq(deciding.member()),
            consent_evidence::address.eq(&said.evidence.address),
            consent_evidence::ip.eq(&said.evidence.ip),
            consent_evidence::user_agent.eq(&said.evidence.user_agent),
            consent_evidence::note.eq(&said.evidence.note),
            consent_evidence::salt.eq(salt),
        ))
        .execute(tx.conn())?;
    Ok(Some(id))
}

/// Everything written down about one person, in the order in which it was.
pub fn records(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Record>> {
    Record::query()
        .filter(consent_records::member_id.eq(member))
        .order((consent_records::recorded_at, consent_records::id))
        .limit(MOST_RECORDS)
        .load(tx.conn())
}

/// What is kept about the circumstances of some records.
pub fn evidence(
    tx: &mut TenantTx<'_>,
    member: MemberId,
) -> QueryResult<BTreeMap<ConsentRecordId, (Evidence, Vec<u8>)>> {
    type Row = (ConsentRecordId, String, String, String, String, Vec<u8>);
    let rows: Vec<Row> = consent_evidence::table
        .filter(consent_evidence::member_id.eq(member))
        .select((
            consent_evidence::record_id,
            consent_evidence::address,
            consent_evidence::ip,
            consent_evidence::user_agent,
            consent_evidence::note,
            consent_evidence::salt,
        ))
        .limit(MOST_RECORDS)
        .load(tx.conn())?;
    let of_row = |(id, address, ip, user_agent, note, salt): Row| {
        let evidence = Evidence {
            address,
            ip,
            user_agent,
            note,
        };
        (id, (evidence, salt))
    };
    Ok(rows.into_iter().map(of_row).collect())
}

/// What the cache says about one person.
pub fn preferences(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Preference>> {
    Preference::query()
        .filter(preferences::member_id.eq(member))
        .order((preferences::channel, preferences::category))
        .limit(1_000)
        .load(tx.conn())
}

/// Writes decisions into the cache, where they differ from it; how often somebody wants to hear stays.
pub fn cache(tx: &mut TenantTx<'_>, member: MemberId, decisions: &Decisions) -> QueryResult<()> {
    for ((channel, category), decision) in decisions {
        let Decision {
            is_allowed,
            basis,
            expires_at,
            decided_at,
            record,
        } = decision;
        let said = (
            preferences::is_allowed.eq(Some(*is_allowed)),
            preferences::basis.eq(*basis),
            preferences::expires_at.eq(*expires_at),
            preferences::decided_at.eq(Some(*decided_at)),
            preferences::record_id.eq(Some(*record)),
        );
        diesel::insert_into(preferences::table)
            .values((
                preferences::member_id.eq(member),
                preferences::channel.eq(*channel),
                preferences::category.eq(category),
                said,
            ))
            .on_conflict((
                preferences::org_id,
                preferences::member_id,
                preferences::channel,
                preferences::category,
            ))
            .do_update()
            .set(said)
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Forgets cached decisions about which nothing is said any more, since what was said was undone.
pub fn uncache(tx: &mut TenantTx<'_>, member: MemberId, channel: Channel, category: &str) -> QueryResult<()> {
    let row = preferences::table
        .filter(preferences::member_id.eq(member))
        .filter(preferences::channel.eq(channel))
        .filter(preferences::category.eq(category));
    diesel::update(row)
        .set((
            preferences::is_allowed.eq(None::<bool>),
            preferences::basis.eq(None::<Basis>),
            preferences::expires_at.eq(None::<DateTime<Utc>>),
            preferences::decided_at.eq(None::<DateTime<Utc>>),
            preferences::record_id.eq(None::<ConsentRecordId>),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// How often somebody wants to hear about a category by mail.
pub fn set_frequency(
    tx: &mut TenantTx<'_>,
    deciding: &Deciding,
    category: &str,
    frequency: Frequency,
) -> QueryResult<()> {
    diesel::insert_into(preferences::table)
        .values((
            preferences::member_id.eq(deciding.member()),
            preferences::channel.eq(Channel::Email),
            preferences::category.eq(category),
            preferences::frequency.eq(frequency),
        ))
        .on_conflict((
            preferences::org_id,
            preferences::member_id,
            preferences::channel,
            preferences::category,
        ))
        .do_update()
        .set(preferences::frequency.eq(frequency))
        .execute(tx.conn())
        .map(|_| ())
}

/// When somebody wants no message; nothing is said about most people.
pub fn pauses(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Pauses> {
    let found = Pauses::query()
        .filter(message_pauses::member_id.eq(member))
        .first(tx.conn())
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Sets when somebody wants no message.
pub fn set_pauses(
    tx: &mut TenantTx<'_>,
    deciding: &Deciding,
    quiet: Option<(NaiveTime, NaiveTime)>,
    paused_until: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    let now = tx.now();
    let values = (
        message_pauses::quiet_from.eq(quiet.map(|(from, _)| from)),
        message_pauses::quiet_to.eq(quiet.map(|(_, to)| to)),
        message_pauses::paused_until.eq(paused_until),
        message_pauses::changed_at.eq(now),
    );
    diesel::insert_into(message_pauses::table)
        .values((message_pauses::member_id.eq(deciding.member()), values))
        .on_conflict((message_pauses::org_id, message_pauses::member_id))
        .do_update()
        .set(values)
        .execute(tx.conn())
        .map(|_| ())
}

/// The numbers and further addresses of a person, by channel.
pub fn contact_values(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<String>> {
    contact_points::table
        .filter(contact_points::member_id.eq(member))
        .order((contact_points::created_at, contact_points::id))
        .select(contact_points::value)
        .limit(100)
        .load(tx.conn())
}

/// An address nothing is sent to.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = suppressions)]
pub struct Suppression {
    pub id: SuppressionId,
    pub channel: Channel,
    pub address_hash: Vec<u8>,
    pub reason: SuppressionReason,
    pub note: String,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<MemberId>,
    pub lifted_at: Option<DateTime<Utc>>,
    pub lifted_by: Option<MemberId>,
    pub lift_reason: Option<String>,
}

/// Those in force among some addresses of a channel.
pub fn in_force(
    tx: &mut TenantTx<'_>,
    channel: Channel,
    hashes: &[Vec<u8>],
) -> QueryResult<Vec<Suppression>> {
    Suppression::query()
        .filter(suppressions::channel.eq(channel))
        .filter(suppressions::address_hash.eq_any(hashes))
        .filter(suppressions::lifted_at.is_null())
        .load(tx.conn())
}

/// Adds an address; none when it was there.
pub fn suppress(
    tx: &mut TenantTx<'_>,
    channel: Channel,
    hash: &[u8],
    reason: SuppressionReason,
    note: &str,
) -> QueryResult<Option<SuppressionId>> {
    let (id, now, by) = (tx.new_id::<SuppressionId>(), tx.now(), tx.actor().member_id());
    let written = diesel::insert_into(suppressions::table)
        .values((
            suppressions::id.eq(id),
            suppressions::channel.eq(channel),
            suppressions::address_hash.eq(hash),
            suppressions::reason.eq(reason),
            suppressions::note.eq(note),
            suppressions::created_at.eq(now),
            suppressions::created_by.eq(by),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok((written == 1).then_some(id))
}

/// Lets an address be written to again.
pub fn lift(tx: &mut TenantTx<'_>, id: SuppressionId, reason: &str) -> QueryResult<bool> {
    let (now, by) = (tx.now(), tx.actor().member_id());
    diesel::update(
        suppressions::table
            .filter(suppressions::id.eq(id))
            .filter(suppressions::lifted_at.is_null()),
    )
    .set((
        suppressions::lifted_at.eq(now),
        suppressions::lifted_by.eq(by),
        suppressions::lift_reason.eq(reason),
    ))
    .execute(tx.conn())
    .map(|count| count == 1)
}

/// The list, the newest first, before one when given.
pub fn suppressions(
    tx: &mut TenantTx<'_>,
    before: Option<SuppressionId>,
    limit: i64,
) -> QueryResult<Vec<Suppression>> {
    let mut found = Suppression::query()
        .order(suppressions::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        found = found.filter(suppressions::id.lt(before));
    }
    found.load(tx.conn())
}

/// One of them.
pub fn suppression(tx: &mut TenantTx<'_>, id: SuppressionId) -> QueryResult<Suppression> {
    Suppression::query()
        .filter(suppressions::id.eq(id))
        .first(tx.conn())
}

/// Takes away from where an erased person said what, and when they wanted quiet.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn forget_circumstances(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<()> {
    diesel::delete(message_pauses::table.filter(message_pauses::member_id.eq(member))).execute(tx.conn())?;
    statement("SELECT app.erase_consent_evidence($1)")
        .bind::<diesel::sql_types::Uuid, _>(member)
        .execute(tx.conn())
        .map(|_| ())
}

/// Somebody who is known by an address.
#[derive(Debug, Clone)]
pub struct Known {
    pub org: crate::kernel::ids::OrgId,
    pub member: MemberId,
    pub name: String,
    pub locale: String,
    pub organization: String,
}

/// Everybody whose mail goes to this address, in whatever organization.
pub fn known_by_address(tx: &mut crate::platform::db::SystemTx<'_>, email: &str) -> QueryResult<Vec<Known>> {
    type Row = (crate::kernel::ids::OrgId, MemberId, String, String, String);
    let rows: Vec<Row> = members::table
        .inner_join(organizations::table)
        .filter(
            diesel::dsl::sql::<diesel::sql_types::Bool>("lower(members.email) = ")
                .bind::<diesel::sql_types::Text, _>(email),
        )
        .order((members::org_id, members::id))
        .select((
            members::org_id,
            members::id,
            members::display_name,
            members::locale,
            organizations::name,
        ))
        .limit(20)
        .load(tx.conn())?;
    Ok(rows
        .into_iter()
        .map(|(org, member, name, locale, organization)| Known {
            org,
            member,
            name,
            locale,
            organization,
        })
        .collect())
}

/// The next people about whom anything is written down, after one.
pub fn with_records(
    tx: &mut TenantTx<'_>,
    after: Option<MemberId>,
    limit: i64,
) -> QueryResult<Vec<MemberId>> {
    let mut found = consent_records::table
        .select(consent_records::member_id)
        .distinct()
        .order(consent_records::member_id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        found = found.filter(consent_records::member_id.gt(after));
    }
    found.load(tx.conn())
}

#[derive(QueryableByName)]
struct Has {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: MemberId,
}

/// Everybody who has an address or number.
#[expect(clippy::disallowed_methods, reason = "of two tables")]
pub fn by_address(tx: &mut TenantTx<'_>, address: &str) -> QueryResult<Vec<MemberId>> {
    let found: Vec<Has> = statement(
        "SELECT m.id FROM members m WHERE m.org_id = (SELECT app.current_org()) AND lower(m.email) = lower($1) \
         UNION SELECT p.member_id AS id FROM contact_points p WHERE p.org_id = (SELECT app.current_org()) AND p.value = $1 LIMIT 50",
    )
    .bind::<diesel::sql_types::Text, _>(address.to_owned())
    .load(tx.conn())?;
    Ok(found.into_iter().map(|one| one.id).collect())
}
