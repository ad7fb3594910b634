//! Receipts of what was sent, and notes that need a person, in SQL. Row-level security leaves out what others wrote.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::tenancy::Erasing;
use crate::kernel::ids::{MemberId, NoteId};
use crate::platform::db::schema::{field_receipts, unplaced_notes};
use crate::platform::db::{TenantTx, statement};

use super::model::{Outcome, Timing, Unplaced};
use super::policy::Sending;

/// What is remembered of something that was sent.
#[derive(Queryable, Debug, Clone)]
pub struct Remembered {
    pub author: MemberId,
    pub hash: Vec<u8>,
    pub outcome: Outcome,
}

/// Notes that something of this id is being taken in; answers what is remembered of it, when it was here before. A second sender
/// waits for the first to end.
pub fn take_in(
    tx: &mut TenantTx<'_>,
    sending: &Sending,
    id: uuid::Uuid,
    hash: &[u8],
    timing: Timing,
) -> QueryResult<Option<Remembered>> {
    let new = diesel::insert_into(field_receipts::table)
        .values((
            field_receipts::id.eq(id),
            field_receipts::author_id.eq(sending.author()),
            field_receipts::sent_hash.eq(hash),
            field_receipts::outcome.eq(Outcome::Noted),
            field_receipts::occurred_at.eq(timing.told),
            field_receipts::received_at.eq(timing.now),
            field_receipts::is_doubtful.eq(timing.is_doubtful()),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    if new == 1 {
        return Ok(None);
    }
    field_receipts::table
        .filter(field_receipts::id.eq(id))
        .select((
            field_receipts::author_id,
            field_receipts::sent_hash,
            field_receipts::outcome,
        ))
        .first(tx.conn())
        .optional()
}

/// Writes down what was made of it.
pub fn settle(tx: &mut TenantTx<'_>, id: uuid::Uuid, outcome: Outcome) -> QueryResult<()> {
    diesel::update(field_receipts::table.filter(field_receipts::id.eq(id)))
        .set(field_receipts::outcome.eq(outcome))
        .execute(tx.conn())
        .map(|_| ())
}

/// Forgets that it was sent, since nothing was made of it.
pub fn forget(tx: &mut TenantTx<'_>, id: uuid::Uuid) -> QueryResult<()> {
    diesel::delete(field_receipts::table.filter(field_receipts::id.eq(id)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Keeps a note that needs a person.
pub fn hold(
    tx: &mut TenantTx<'_>,
    sending: &Sending,
    id: NoteId,
    occurred_at: DateTime<Utc>,
    sealed: &[u8],
) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(unplaced_notes::table)
        .values((
            unplaced_notes::id.eq(id),
            unplaced_notes::author_id.eq(sending.author()),
            unplaced_notes::occurred_at.eq(occurred_at),
            unplaced_notes::received_at.eq(now),
            unplaced_notes::sealed.eq(sealed),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// A page of the acting member's notes that need a person, the newest first.
pub fn unplaced(tx: &mut TenantTx<'_>, after: Option<NoteId>, limit: i64) -> QueryResult<Vec<Unplaced>> {
    let mut page = Unplaced::query()
        .order((unplaced_notes::occurred_at.desc(), unplaced_notes::id.desc()))
        .limit(limit)
        .into_boxed();
    if let Some(last) = after {
        let at: Option<DateTime<Utc>> = unplaced_notes::table
            .filter(unplaced_notes::id.eq(last))
            .select(unplaced_notes::occurred_at)
            .first(tx.conn())
            .optional()?;
        if let Some(at) = at {
            page = page.filter(
                unplaced_notes::occurred_at.lt(at).or(unplaced_notes::occurred_at
                    .eq(at)
                    .and(unplaced_notes::id.lt(last))),
            );
        }
    }
    page.load(tx.conn())
}

/// One of the acting member's notes that need a person.
pub fn one_unplaced(tx: &mut TenantTx<'_>, id: NoteId) -> QueryResult<Unplaced> {
    Unplaced::query()
        .filter(unplaced_notes::id.eq(id))
        .first(tx.conn())
}

/// How many of the acting member's notes need a person.
pub fn count_unplaced(tx: &mut TenantTx<'_>) -> QueryResult<i64> {
    unplaced_notes::table.count().get_result(tx.conn())
}

/// Takes away what somebody who is erased wrote and sent.
pub fn erase(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<()> {
    let member = erasing.member();
    diesel::delete(unplaced_notes::table.filter(unplaced_notes::author_id.eq(member))).execute(tx.conn())?;
    diesel::delete(field_receipts::table.filter(field_receipts::author_id.eq(member)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes away notes that need a person, of who stopped being a member 90 days ago; answers how many.
///
/// The condition is named here although row-level security asks it too: PostgreSQL asks policies of sight only of statements that read.
#[expect(
    clippy::disallowed_methods,
    reason = "a setting of the transaction, and a rule kept in SQL"
)]
pub fn shred(tx: &mut TenantTx<'_>) -> QueryResult<usize> {
    statement("SELECT set_config('app.shredding', 'on', true)").execute(tx.conn())?;
    statement("DELETE FROM unplaced_notes WHERE app.left_long_ago(author_id)").execute(tx.conn())
}

/// When somebody sent something, and what was made of it; the oldest first.
pub fn sent_by(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    limit: i64,
) -> QueryResult<Vec<(DateTime<Utc>, Outcome)>> {
    field_receipts::table
        .filter(field_receipts::author_id.eq(member))
        .order((field_receipts::received_at, field_receipts::id))
        .select((field_receipts::received_at, field_receipts::outcome))
        .limit(limit)
        .load(tx.conn())
}

/// Lets go of a note that has its person, or was thrown away.
pub fn let_go(tx: &mut TenantTx<'_>, _: &Sending, id: NoteId) -> QueryResult<usize> {
    diesel::delete(unplaced_notes::table.filter(unplaced_notes::id.eq(id))).execute(tx.conn())
}
