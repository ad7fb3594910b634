//! Mailboxes, and what was taken in from them, in the database.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};

use crate::domains::campaigns::policy::Providing;
use crate::kernel::ids::{MailboxId, OrgId};
use crate::platform::db::schema::{return_mailboxes, return_mails};
use crate::platform::db::{SystemTx, TenantTx, statement};

use super::model::{EVERY, Facts, Mailbox, Place, Taken, wait_after};

/// Characters of what a server said that are kept.
const SAID: usize = 400;
/// Rows that are forgotten in one transaction.
const FORGOTTEN: i64 = 5_000;
/// For how long it is kept which messages were taken in: many times as long as any is read again.
const KEPT: TimeDelta = TimeDelta::days(90);

/// The organization's mailbox, if it has one.
pub fn mailbox(tx: &mut TenantTx<'_>) -> QueryResult<Option<Mailbox>> {
    Mailbox::query().first(tx.conn()).optional()
}

/// The mailbox while it is still this one and is read, held until the end of the transaction.
pub fn lock_in_use(tx: &mut TenantTx<'_>, id: MailboxId) -> QueryResult<bool> {
    let found = return_mailboxes::table
        .filter(return_mailboxes::id.eq(id))
        .filter(return_mailboxes::paused_at.is_null())
        .select(return_mailboxes::id)
        .for_no_key_update()
        .first::<MailboxId>(tx.conn())
        .optional()?;
    Ok(found.is_some())
}

/// The address of the mailbox, while it is read.
pub fn address(tx: &mut TenantTx<'_>) -> QueryResult<Option<String>> {
    return_mailboxes::table
        .filter(return_mailboxes::paused_at.is_null())
        .select(return_mailboxes::address)
        .first(tx.conn())
        .optional()
}

/// Adds the mailbox.
pub fn insert(
    tx: &mut TenantTx<'_>,
    _: &Providing,
    facts: &Facts,
    secret: Vec<u8>,
) -> QueryResult<MailboxId> {
    let (id, now) = (tx.new_id::<MailboxId>(), tx.now());
    diesel::insert_into(return_mailboxes::table)
        .values((
            return_mailboxes::id.eq(id),
            return_mailboxes::address.eq(&facts.address),
            return_mailboxes::host.eq(&facts.host),
            return_mailboxes::port.eq(i32::from(facts.port)),
            return_mailboxes::security.eq(&facts.security),
            return_mailboxes::user_name.eq(&facts.user),
            return_mailboxes::secret.eq(secret),
            return_mailboxes::root.eq(&facts.root),
            return_mailboxes::due_at.eq(now),
            return_mailboxes::changed_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Changes the mailbox, which is read from now on as one that was never read: its numbers may be another's.
pub fn update(
    tx: &mut TenantTx<'_>,
    _: &Providing,
    known: &Mailbox,
    facts: &Facts,
    secret: Option<Vec<u8>>,
) -> QueryResult<()> {
    let now = tx.now();
    let row = return_mailboxes::table.filter(return_mailboxes::id.eq(known.id));
    diesel::update(row)
        .set((
            return_mailboxes::address.eq(&facts.address),
            return_mailboxes::host.eq(&facts.host),
            return_mailboxes::port.eq(i32::from(facts.port)),
            return_mailboxes::security.eq(&facts.security),
            return_mailboxes::user_name.eq(&facts.user),
            return_mailboxes::root.eq(&facts.root),
            return_mailboxes::due_at.eq(now),
            return_mailboxes::failures.eq(0),
            return_mailboxes::trouble.eq(""),
            return_mailboxes::changed_at.eq(now),
        ))
        .execute(tx.conn())?;
    if known.host != facts.host || known.user_name != facts.user {
        let nowhere = (
            return_mailboxes::uid_validity.eq(None::<i64>),
            return_mailboxes::last_uid.eq(0),
        );
        diesel::update(row).set(nowhere).execute(tx.conn())?;
        give_up_marking(tx, known.id)?;
    }
    if let Some(secret) = secret {
        diesel::update(row)
            .set(return_mailboxes::secret.eq(secret))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// What was taken in from a mailbox that is no longer there can't be marked any more.
fn give_up_marking(tx: &mut TenantTx<'_>, id: MailboxId) -> QueryResult<()> {
    let open = return_mails::table
        .filter(return_mails::mailbox_id.eq(id))
        .filter(return_mails::is_marked.eq(false));
    diesel::update(open)
        .set(return_mails::is_marked.eq(true))
        .execute(tx.conn())
        .map(|_| ())
}

/// Stops reading, or goes on with it.
pub fn set_paused(
    tx: &mut TenantTx<'_>,
    _: &Providing,
    id: MailboxId,
    at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(return_mailboxes::table.filter(return_mailboxes::id.eq(id)))
        .set((
            return_mailboxes::paused_at.eq(at),
            return_mailboxes::due_at.eq(now),
            return_mailboxes::failures.eq(0),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Removes the mailbox with its password. What was taken in stays noted, so that none of it counts again.
pub fn remove(tx: &mut TenantTx<'_>, _: &Providing, id: MailboxId) -> QueryResult<()> {
    give_up_marking(tx, id)?;
    diesel::delete(return_mailboxes::table.filter(return_mailboxes::id.eq(id)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Has the mailbox read at once.
pub fn make_due(tx: &mut TenantTx<'_>, id: MailboxId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(return_mailboxes::table.filter(return_mailboxes::id.eq(id)))
        .set(return_mailboxes::due_at.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}

#[derive(QueryableByName, Debug, Clone, Copy)]
struct Due {
    #[diesel(sql_type = SqlUuid)]
    org_id: OrgId,
}

/// Takes mailboxes that are due in hand, under a lease: they come back by themselves when this process dies.
#[expect(clippy::disallowed_methods, reason = "taken and marked in one statement")]
pub fn claim(tx: &mut SystemTx<'_>, limit: i64, lease: TimeDelta) -> QueryResult<Vec<OrgId>> {
    let now = tx.now();
    let due: Vec<Due> = statement(
        "UPDATE return_mailboxes SET due_at = $2 WHERE org_id = ANY (ARRAY(\
           SELECT m.org_id FROM return_mailboxes m WHERE m.paused_at IS NULL AND m.due_at <= $1 ORDER BY m.due_at LIMIT $3 FOR UPDATE SKIP LOCKED)) \
         RETURNING org_id",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now + lease)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())?;
    Ok(due.into_iter().map(|one| one.org_id).collect())
}

/// How a round of reading ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Everything new was read.
    Through,
    /// There is more.
    More,
    /// It can't be read, because of this.
    Trouble(String),
}

/// Notes how a round of reading ended, and when the next is due.
pub fn note_round(tx: &mut TenantTx<'_>, mailbox: &Mailbox, ended: &Ended) -> QueryResult<()> {
    let now = tx.now();
    let row = diesel::update(return_mailboxes::table.filter(return_mailboxes::id.eq(mailbox.id)));
    match ended {
        Ended::Through | Ended::More => row
            .set((
                return_mailboxes::read_at.eq(now),
                return_mailboxes::failures.eq(0),
                return_mailboxes::trouble.eq(""),
                return_mailboxes::due_at.eq(match ended {
                    Ended::More => now,
                    _ => now + EVERY,
                }),
            ))
            .execute(tx.conn())?,
        Ended::Trouble(why) => {
            let failures = mailbox.failures.saturating_add(1);
            row.set((
                return_mailboxes::failures.eq(failures),
                return_mailboxes::trouble.eq(why.chars().take(SAID).collect::<String>()),
                return_mailboxes::due_at.eq(now + wait_after(failures)),
            ))
            .execute(tx.conn())?
        }
    };
    Ok(())
}

/// Notes up to where the mailbox was read.
pub fn note_position(tx: &mut TenantTx<'_>, id: MailboxId, at: Place) -> QueryResult<()> {
    diesel::update(return_mailboxes::table.filter(return_mailboxes::id.eq(id)))
        .set((
            return_mailboxes::uid_validity.eq(i64::from(at.uid_validity)),
            return_mailboxes::last_uid.eq(i64::from(at.uid)),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes where a message lies that was taken in before; answers whether it was.
pub fn met_again(tx: &mut TenantTx<'_>, id: MailboxId, hash: &[u8], at: Place) -> QueryResult<bool> {
    let known = diesel::update(return_mails::table.filter(return_mails::sha256.eq(hash)))
        .set((
            return_mails::mailbox_id.eq(id),
            return_mails::uid_validity.eq(i64::from(at.uid_validity)),
            return_mails::uid.eq(i64::from(at.uid)),
            return_mails::is_marked.eq(false),
        ))
        .execute(tx.conn())?;
    Ok(known > 0)
}

/// Notes that a message was taken in.
pub fn note_taken(
    tx: &mut TenantTx<'_>,
    id: MailboxId,
    (kind, hash): (Taken, &[u8]),
    at: Place,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(return_mails::table)
        .values((
            return_mails::sha256.eq(hash),
            return_mails::kind.eq(kind.as_str()),
            return_mails::at.eq(now),
            return_mails::mailbox_id.eq(id),
            return_mails::uid_validity.eq(i64::from(at.uid_validity)),
            return_mails::uid.eq(i64::from(at.uid)),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// The numbers of messages that were taken in and are not marked as read yet.
pub fn unmarked(
    tx: &mut TenantTx<'_>,
    id: MailboxId,
    uid_validity: u32,
    limit: i64,
) -> QueryResult<Vec<i64>> {
    return_mails::table
        .filter(return_mails::mailbox_id.eq(id))
        .filter(return_mails::uid_validity.eq(i64::from(uid_validity)))
        .filter(return_mails::is_marked.eq(false))
        .order(return_mails::uid)
        .select(return_mails::uid)
        .limit(limit)
        .load(tx.conn())
}

/// Notes that messages are marked as read.
pub fn note_marked(tx: &mut TenantTx<'_>, id: MailboxId, uid_validity: u32, uids: &[i64]) -> QueryResult<()> {
    let those = return_mails::table
        .filter(return_mails::mailbox_id.eq(id))
        .filter(return_mails::uid_validity.eq(i64::from(uid_validity)))
        .filter(return_mails::uid.eq_any(uids));
    diesel::update(those)
        .set(return_mails::is_marked.eq(true))
        .execute(tx.conn())
        .map(|_| ())
}

/// How many of each kind were taken in, of those that are still kept.
pub fn counts(tx: &mut TenantTx<'_>) -> QueryResult<Vec<(String, i64)>> {
    return_mails::table
        .group_by(return_mails::kind)
        .select((return_mails::kind, count_star()))
        .load(tx.conn())
}

/// Forgets some of what was taken in long ago; answers how many.
pub fn forget_old(tx: &mut TenantTx<'_>) -> QueryResult<usize> {
    let before = tx.now() - KEPT;
    let old: Vec<Vec<u8>> = return_mails::table
        .filter(return_mails::at.lt(before))
        .select(return_mails::sha256)
        .limit(FORGOTTEN)
        .load(tx.conn())?;
    diesel::delete(return_mails::table.filter(return_mails::sha256.eq_any(old))).execute(tx.conn())
}
