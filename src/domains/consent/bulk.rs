//! Whether many people may be written to, as SQL: what [`super::standing`] and the suppressions say of one, asked of a set in the
//! statement that sends. A test asks both about the same people.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Bytea, Text, Timestamptz};

use crate::kernel::error::AppError;
use crate::kernel::ids::OrgId;
use crate::platform::crypto::{KeyRing, Signer};
use crate::platform::db::{Statement, TenantTx};

use super::model::{Channel, TRANSACTIONAL};
use super::{queries, standing};

/// Bytes that SHA-256 takes at once, to which HMAC pads its key (RFC 2104, 2).
const BLOCK: usize = 64;

/// What is asked about many people at once: one kind of messages over one channel, now.
#[derive(Clone)]
pub struct Bulk {
    channel: Channel,
    category: String,
    now: DateTime<Utc>,
    membership_counts: bool,
    keyed: Keyed,
    /// The same key, for addresses that are hashed here.
    signer: Signer,
}

/// The key of an organization's address hashes, for statements that hash many addresses (HMAC, RFC 2104).
#[derive(Clone)]
pub struct Keyed {
    inner: [u8; BLOCK],
    outer: [u8; BLOCK],
}

impl Keyed {
    /// Parameters that [`Keyed::sql`] needs.
    pub const PARAMETERS: usize = 2;

    /// The key of an organization.
    pub fn of(keys: &KeyRing, org: OrgId) -> Self {
        let key = keys.derive::<32>(&super::actions::suppression_use(org));
        let padded = |with: u8| {
            let mut block = [with; BLOCK];
            for (byte, of_key) in block.iter_mut().zip(key) {
                *byte ^= of_key;
            }
            block
        };
        Self {
            inner: padded(0x36),
            outer: padded(0x5c),
        }
    }

    /// The hash of what `address` says in SQL, as suppressions and deliveries have it. Parameters begin at `$first`.
    pub fn sql(address: &str, first: usize) -> String {
        let (inner, outer) = (format!("${first}"), format!("${}", first + 1));
        format!("sha256({outer} || sha256({inner} || convert_to(lower(btrim({address})), 'UTF8')))")
    }

    /// Adds the values of [`Keyed::sql`].
    pub fn bind<'a>(&self, statement: Statement<'a>) -> Statement<'a> {
        statement
            .bind::<Bytea, _>(self.inner.to_vec())
            .bind::<Bytea, _>(self.outer.to_vec())
    }
}

impl std::fmt::Debug for Keyed {
    /// Without the key.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Keyed")
    }
}

impl Bulk {
    /// Parameters that [`Bulk::joins`] needs.
    pub const PARAMETERS: usize = Self::WORDS + Keyed::PARAMETERS;
    /// Parameters that [`Bulk::joins_but_suppressions`] needs.
    const WORDS: usize = 4;

    /// Reads the rules of the organization.
    ///
    /// # Errors
    /// When the database fails.
    pub fn of(
        tx: &mut TenantTx<'_>,
        keys: &KeyRing,
        channel: Channel,
        category: &str,
    ) -> Result<Self, AppError> {
        let asker = queries::asker(tx)?;
        Ok(Self {
            channel,
            category: category.to_owned(),
            now: tx.now(),
            membership_counts: standing::membership_counts(asker.place(), asker.zone(), tx.now()),
            keyed: Keyed::of(keys, tx.org()),
            signer: keys.signer(&super::actions::suppression_use(tx.org())),
        })
    }

    /// Joins to `members m` that say where they are reached (`reached.address`, `reached.hash`), when they want quiet
    /// (`pauses.quiet_from`, `pauses.quiet_to`), how often they want to hear (`own.frequency`), and `may.refusal`: the word for why
    /// not, or nothing. Parameters begin at `$first`.
    pub fn joins(&self, first: usize) -> String {
        let [channel, category] = [0, 1].map(|n| format!("${}", first + n));
        let hash = Keyed::sql("a.address", first + Self::WORDS);
        let suppressed = format!(
            "WHEN EXISTS (SELECT 1 FROM suppressions s WHERE s.org_id = m.org_id AND s.channel = {channel}::contact_channel AND s.address_hash = reached.hash AND s.lifted_at IS NULL \
               AND ({category} <> '{TRANSACTIONAL}' OR s.reason <> 'unsubscribed')) THEN 'suppressed'"
        );
        self.joined(first, &format!("{hash} AS hash"), &suppressed)
    }

    /// The same joins, but `may.refusal` knows nothing of suppressions and there is no hash: who reads the addresses anyway asks
    /// [`Bulk::suppressed`] about them, since hashing one takes the database two microseconds.
    pub fn joins_but_suppressions(&self, first: usize) -> String {
        self.joined(first, "NULL::bytea AS hash", "")
    }

    fn joined(&self, first: usize, hash: &str, suppressed: &str) -> String {
        let [channel, category, now, membership] = [0, 1, 2, 3].map(|n| format!("${}", first + n));
        let address = match self.channel {
            Channel::Email => "m.email",
            _ => {
                "(SELECT p.value FROM contact_points p WHERE p.member_id = m.id AND p.kind = 'phone' ORDER BY p.created_at, p.id LIMIT 1)"
            }
        };
        let implied = match self.channel {
            Channel::Sms | Channel::Push => "false",
            _ => "(m.legal_basis = 'consent' AND m.basis_noted_on IS NOT NULL) OR (m.stage = 'member' AND m.state <> 'left' AND {membership})",
        }
        .replace("{membership}", &membership);
        let said = "CASE WHEN own.is_allowed IS NULL THEN wide.is_allowed ELSE own.is_allowed END";
        let until = "CASE WHEN own.is_allowed IS NULL THEN wide.expires_at ELSE own.expires_at END";
        format!(
            "CROSS JOIN LATERAL (SELECT a.address, {hash} \
               FROM (SELECT {address} AS address OFFSET 0) a OFFSET 0) reached \
             LEFT JOIN message_pauses pauses ON pauses.org_id = m.org_id AND pauses.member_id = m.id \
             LEFT JOIN preferences own ON own.org_id = m.org_id AND own.member_id = m.id AND own.channel = {channel}::contact_channel AND own.category = {category} \
             LEFT JOIN preferences wide ON wide.org_id = m.org_id AND wide.member_id = m.id AND wide.channel = {channel}::contact_channel AND wide.category = 'all' \
             CROSS JOIN LATERAL (SELECT CASE \
               WHEN reached.address IS NULL THEN 'no_address' \
               {suppressed} \
               WHEN {category} = '{TRANSACTIONAL}' THEN NULL \
               WHEN ({said}) IS FALSE THEN 'withdrawn' \
               WHEN pauses.paused_until > {now} THEN 'paused' \
               WHEN ({said}) AND coalesce(({until}) > {now}, true) THEN NULL \
               WHEN {implied} THEN NULL \
               WHEN ({said}) THEN 'expired' \
               ELSE 'no_basis' END AS refusal OFFSET 0) may"
        )
    }

    /// Adds the values of [`Bulk::joins`], as they are now.
    pub fn bind<'a>(&self, statement: Statement<'a>) -> Statement<'a> {
        self.keyed.bind(self.bind_but_suppressions(statement))
    }

    /// Adds the values of [`Bulk::joins_but_suppressions`], as they are now.
    pub fn bind_but_suppressions<'a>(&self, statement: Statement<'a>) -> Statement<'a> {
        statement
            .bind::<Text, _>(self.channel.as_str())
            .bind::<Text, _>(self.category.clone())
            .bind::<Timestamptz, _>(self.now)
            .bind::<Bool, _>(self.membership_counts)
    }

    /// For each of these addresses whether it must not be written to.
    ///
    /// # Errors
    /// When the database fails.
    pub fn suppressed(&self, tx: &mut TenantTx<'_>, addresses: &[&str]) -> Result<Vec<bool>, AppError> {
        let hash = |address: &&str| super::actions::signed_address(&self.signer, address);
        let hashes: Vec<[u8; 32]> = addresses.iter().map(hash).collect();
        let found = queries::suppressed_among(tx, self.channel, &self.category, &hashes)?;
        Ok(hashes
            .iter()
            .map(|hash| found.contains(hash.as_slice()))
            .collect())
    }

    /// The channel that is asked about.
    pub fn channel(&self) -> Channel {
        self.channel
    }

    /// The same question at another moment.
    #[must_use]
    pub fn at(mut self, now: DateTime<Utc>) -> Self {
        self.now = now;
        self
    }
}

impl std::fmt::Debug for Bulk {
    /// Without the key.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Bulk({} by {})", self.category, self.channel)
    }
}
