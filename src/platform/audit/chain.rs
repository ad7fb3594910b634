//! The chain of hashes over the audit log, and whether it still holds.
//!
//! An entry is chained within about a minute of its commit. Whoever changes, removes or inserts an entry after that breaks the
//! chain from there on. What nobody can see from inside is a log whose whole end was cut off with its chain: for that, keep the
//! head that `waymark audit verify` prints.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text, Uuid as SqlUuid};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::kernel::error::AppError;
use crate::platform::db::schema::audit_chain;
use crate::platform::db::{TenantTx, statement};

/// Links chained in one transaction.
const BATCH: i64 = 1_000;

/// Links read at once when verifying.
const READ: i64 = 5_000;

#[derive(QueryableByName)]
struct Unchained {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    line: String,
    #[diesel(sql_type = Binary)]
    details: Vec<u8>,
}

#[derive(Queryable)]
struct Last {
    position: i64,
    hash: Vec<u8>,
}

/// Chains the oldest entries that are not yet, at most a thousand; answers how many.
///
/// An entry whose transaction took long comes in after younger ones: an hour back is looked at each time.
///
/// # Errors
/// When the database fails.
#[expect(clippy::disallowed_methods, reason = "functions of the database")]
pub fn link(tx: &mut TenantTx<'_>) -> Result<usize, AppError> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('audit-chain' || app.current_org()::text, 0))")
        .execute(tx.conn())?;
    let last = last(tx)?;
    let entries: Vec<Unchained> = statement(
        "SELECT e.id, app.audit_line(e.id, e.at, e.member_id, e.portal_task, e.action, e.subject_kind, e.subject_id, e.request_id) AS line, \
           app.audit_details_hash(e.before, e.after) AS details \
         FROM audit_entries e WHERE e.at > coalesce((SELECT l.at FROM audit_chain c JOIN audit_entries l ON l.org_id = c.org_id AND l.id = c.entry_id \
             ORDER BY c.position DESC LIMIT 1), '-infinity') - interval '1 hour' \
           AND NOT EXISTS (SELECT 1 FROM audit_chain c WHERE c.org_id = e.org_id AND c.entry_id = e.id) \
         ORDER BY e.at, e.id LIMIT $1",
    )
    .bind::<BigInt, _>(BATCH)
    .load(tx.conn())?;
    let now = tx.now();
    let (mut position, mut hash) = last.map_or((0, Vec::new()), |last| (last.position, last.hash));
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        position += 1;
        hash = hashed(&hash, position, &entry.line, &entry.details);
        rows.push((
            audit_chain::position.eq(position),
            audit_chain::entry_id.eq(entry.id),
            audit_chain::details_hash.eq(entry.details),
            audit_chain::hash.eq(hash.clone()),
            audit_chain::chained_at.eq(now),
        ));
    }
    diesel::insert_into(audit_chain::table)
        .values(&rows)
        .execute(tx.conn())?;
    Ok(rows.len())
}

fn last(tx: &mut TenantTx<'_>) -> QueryResult<Option<Last>> {
    audit_chain::table
        .order(audit_chain::position.desc())
        .select((audit_chain::position, audit_chain::hash))
        .first(tx.conn())
        .optional()
}

/// SHA-256 over the hash before, the position, the entry's line and the hash of its details.
fn hashed(before: &[u8], position: i64, line: &str, details: &[u8]) -> Vec<u8> {
    let mut sha = Sha256::new();
    sha.update(before);
    sha.update(position.to_be_bytes());
    sha.update(line.as_bytes());
    sha.update(details);
    sha.finalize().to_vec()
}

/// What verifying found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Links whose hashes are right.
    pub links: i64,
    /// Entries older than two hours that were never chained: put in later, or the portal was down since.
    pub unchained: i64,
    /// The first thing that is wrong, in words.
    pub broken: Option<String>,
    /// The hash of the last link, in hexadecimal.
    pub head: String,
}

#[derive(QueryableByName)]
struct Link {
    #[diesel(sql_type = BigInt)]
    position: i64,
    #[diesel(sql_type = SqlUuid)]
    entry_id: Uuid,
    #[diesel(sql_type = Binary)]
    details_hash: Vec<u8>,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
    #[diesel(sql_type = Nullable<Text>)]
    line: Option<String>,
    #[diesel(sql_type = Nullable<Binary>)]
    details: Option<Vec<u8>>,
    #[diesel(sql_type = Bool)]
    is_erased: bool,
}

/// Walks the chain of the organization from its first link.
///
/// # Errors
/// When the database fails; a broken chain is a [`Verdict`].
pub fn verify(tx: &mut TenantTx<'_>) -> Result<Verdict, AppError> {
    let mut verdict = Verdict {
        unchained: unchained(tx)?,
        ..Verdict::default()
    };
    let mut hash = Vec::new();
    loop {
        let links = links(tx, verdict.links)?;
        let read = links.len();
        for link in links {
            if let Some(broken) = wrong(&link, verdict.links + 1, &hash) {
                verdict.broken = Some(broken);
                return Ok(verdict);
            }
            verdict.links += 1;
            hash = link.hash;
        }
        if i64::try_from(read).unwrap_or(READ) < READ {
            verdict.head = hex::encode(hash);
            return Ok(verdict);
        }
    }
}

/// What is wrong with a link, in words.
fn wrong(link: &Link, expected: i64, before: &[u8]) -> Option<String> {
    if link.position != expected {
        return Some(format!("link {expected} is missing"));
    }
    let (Some(line), Some(details)) = (&link.line, &link.details) else {
        return Some(format!("entry {} of link {expected} is gone", link.entry_id));
    };
    if !link.is_erased && *details != link.details_hash {
        return Some(format!(
            "what was before or after entry {} was changed",
            link.entry_id
        ));
    }
    match hashed(before, link.position, line, &link.details_hash) == link.hash {
        true => None,
        false => Some(format!("entry {} was changed, or link {expected}", link.entry_id)),
    }
}

#[expect(clippy::disallowed_methods, reason = "functions of the database")]
fn links(tx: &mut TenantTx<'_>, after: i64) -> QueryResult<Vec<Link>> {
    statement(
        "SELECT c.position, c.entry_id, c.details_hash, c.hash, \
           CASE WHEN e.id IS NOT NULL THEN app.audit_line(e.id, e.at, e.member_id, e.portal_task, e.action, e.subject_kind, e.subject_id, e.request_id) END AS line, \
           CASE WHEN e.id IS NOT NULL THEN app.audit_details_hash(e.before, e.after) END AS details, \
           coalesce(e.erased_at IS NOT NULL AND e.before IS NULL AND e.after IS NULL, false) AS is_erased \
         FROM audit_chain c LEFT JOIN audit_entries e ON e.org_id = c.org_id AND e.id = c.entry_id \
         WHERE c.position > $1 ORDER BY c.position LIMIT $2",
    )
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(READ)
    .load(tx.conn())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[expect(clippy::disallowed_methods, reason = "an anti-join over two tables")]
fn unchained(tx: &mut TenantTx<'_>) -> QueryResult<i64> {
    statement(
        "SELECT count(*) AS count FROM audit_entries e WHERE e.at < app.moment() - interval '2 hours' \
           AND NOT EXISTS (SELECT 1 FROM audit_chain c WHERE c.org_id = e.org_id AND c.entry_id = e.id)",
    )
    .get_result::<Count>(tx.conn())
    .map(|found| found.count)
}
