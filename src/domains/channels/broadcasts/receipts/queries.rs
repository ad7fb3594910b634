//! Receipts in SQL.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{count, count_star};
use diesel::prelude::*;

use crate::domains::channels::broadcasts::model::Broadcast;
use crate::domains::channels::broadcasts::policy::{Answerable, Nudgeable};
use crate::domains::tenancy::{self, MemberState};
use crate::kernel::error::AppError;
use crate::kernel::ids::{BroadcastId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{broadcast_recipients, broadcasts, members};

use super::{InboxCursor, Receipt};

/// A person is asked again at most this often.
pub const BETWEEN_NUDGES: TimeDelta = TimeDelta::hours(24);
/// People on one page of those who have not answered.
pub const PAGE: i64 = 50;

/// The acting member's copy; none when they were not sent it.
///
/// # Errors
/// When the database fails.
pub fn mine(tx: &mut TenantTx<'_>, broadcast: BroadcastId) -> Result<Option<Receipt>, AppError> {
    let me = tx.my_id()?;
    Ok(Receipt::query()
        .filter(broadcast_recipients::broadcast_id.eq(broadcast))
        .filter(broadcast_recipients::member_id.eq(me))
        .first(tx.conn())
        .optional()?)
}

/// Which of these broadcasts the acting member was sent, each with whether it still waits for their confirmation.
///
/// # Errors
/// When the database fails.
pub fn mine_among(tx: &mut TenantTx<'_>, ids: &[BroadcastId]) -> Result<Vec<(BroadcastId, bool)>, AppError> {
    let me = tx.my_id()?;
    Ok(broadcast_recipients::table
        .inner_join(
            broadcasts::table.on(broadcasts::id
                .eq(broadcast_recipients::broadcast_id)
                .and(broadcasts::org_id.eq(broadcast_recipients::org_id))),
        )
        .filter(broadcast_recipients::member_id.eq(me))
        .filter(broadcast_recipients::broadcast_id.eq_any(ids))
        .select((
            broadcasts::id,
            broadcasts::requires_ack.and(broadcast_recipients::acknowledged_at.is_null()),
        ))
        .load(tx.conn())?)
}

/// One line of the inbox.
#[derive(Queryable, Debug)]
pub struct InboxRow {
    pub id: BroadcastId,
    pub author_id: MemberId,
    pub title: String,
    pub body_text: String,
    pub requires_ack: bool,
    pub surfaced_at: DateTime<Utc>,
    pub seen_at: Option<DateTime<Utc>>,
    pub acknowledged_at: Option<DateTime<Utc>>,
}

/// The acting member's broadcasts, the ones that came up last first.
///
/// # Errors
/// When the database fails.
pub fn inbox(
    tx: &mut TenantTx<'_>,
    before: Option<InboxCursor>,
    limit: i64,
) -> Result<Vec<InboxRow>, AppError> {
    let me = tx.my_id()?;
    let mut query = broadcast_recipients::table
        .inner_join(
            broadcasts::table.on(broadcasts::id
                .eq(broadcast_recipients::broadcast_id)
                .and(broadcasts::org_id.eq(broadcast_recipients::org_id))),
        )
        .filter(broadcast_recipients::member_id.eq(me))
        .order((
            broadcast_recipients::surfaced_at.desc(),
            broadcast_recipients::broadcast_id.desc(),
        ))
        .limit(limit)
        .select((
            broadcasts::id,
            broadcasts::author_id,
            broadcasts::title,
            broadcasts::body_text,
            broadcasts::requires_ack,
            broadcast_recipients::surfaced_at,
            broadcast_recipients::seen_at,
            broadcast_recipients::acknowledged_at,
        ))
        .into_boxed();
    if let Some(InboxCursor { when, id }) = before {
        let older = broadcast_recipients::surfaced_at.lt(when);
        query = query.filter(
            older.or(broadcast_recipients::surfaced_at
                .eq(when)
                .and(broadcast_recipients::broadcast_id.lt(id))),
        );
    }
    Ok(query.load(tx.conn())?)
}

/// How many broadcasts a member has not seen since they came up.
pub fn unseen(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<i64> {
    broadcast_recipients::table
        .filter(broadcast_recipients::member_id.eq(member))
        .filter(broadcast_recipients::seen_at.is_null())
        .count()
        .get_result(tx.conn())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn copy_of(broadcast: BroadcastId, member: MemberId) -> _ {
    broadcast_recipients::table
        .filter(broadcast_recipients::broadcast_id.eq(broadcast))
        .filter(broadcast_recipients::member_id.eq(member))
}

/// Notes that a person has seen it; the first time is kept.
pub fn set_seen(tx: &mut TenantTx<'_>, broadcast: BroadcastId, member: MemberId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(copy_of(broadcast, member).filter(broadcast_recipients::seen_at.is_null()))
        .set(broadcast_recipients::seen_at.eq(now))
        .execute(tx.conn())?;
    diesel::update(copy_of(broadcast, member).filter(broadcast_recipients::first_seen_at.is_null()))
        .set(broadcast_recipients::first_seen_at.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes that a member has seen every broadcast that does not wait for their confirmation; answers which they had not.
pub fn see_plain(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<BroadcastId>> {
    let now = tx.now();
    let plain = broadcasts::table
        .filter(broadcasts::requires_ack.eq(false))
        .select(broadcasts::id);
    let unseen = broadcast_recipients::table
        .filter(broadcast_recipients::member_id.eq(member))
        .filter(broadcast_recipients::seen_at.is_null());
    let unseen = unseen.filter(
        broadcast_recipients::acknowledged_at
            .is_not_null()
            .or(broadcast_recipients::broadcast_id.eq_any(plain)),
    );
    let seen: Vec<BroadcastId> = diesel::update(unseen)
        .set(broadcast_recipients::seen_at.eq(now))
        .returning(broadcast_recipients::broadcast_id)
        .get_results(tx.conn())?;
    let first = broadcast_recipients::table
        .filter(broadcast_recipients::member_id.eq(member))
        .filter(broadcast_recipients::broadcast_id.eq_any(&seen))
        .filter(broadcast_recipients::first_seen_at.is_null());
    diesel::update(first)
        .set(broadcast_recipients::first_seen_at.eq(now))
        .execute(tx.conn())?;
    Ok(seen)
}

/// Lets broadcasts wait for a member again.
pub fn unsee(tx: &mut TenantTx<'_>, member: MemberId, ids: &[BroadcastId]) -> QueryResult<()> {
    let seen = broadcast_recipients::table
        .filter(broadcast_recipients::member_id.eq(member))
        .filter(broadcast_recipients::broadcast_id.eq_any(ids));
    diesel::update(seen)
        .set(broadcast_recipients::seen_at.eq(None::<DateTime<Utc>>))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes a confirmation; whether it is the first.
pub fn set_acknowledged(
    tx: &mut TenantTx<'_>,
    proof: Answerable,
    broadcast: BroadcastId,
) -> QueryResult<bool> {
    let now = tx.now();
    let open = copy_of(broadcast, proof.recipient()).filter(broadcast_recipients::acknowledged_at.is_null());
    let noted = diesel::update(open)
        .set(broadcast_recipients::acknowledged_at.eq(now))
        .execute(tx.conn())?;
    Ok(noted == 1)
}

/// What became of a broadcast, in numbers.
#[derive(Queryable, Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// People it was sent to.
    pub delivered: i64,
    /// Of them, have seen it.
    pub seen: i64,
    /// Of them, said that they have read it.
    pub acknowledged: i64,
}

/// Those who can still answer: whoever left the organization or was suspended cannot be asked, and is not counted.
#[diesel::dsl::auto_type(no_type_alias)]
fn those_in(state: MemberState) -> _ {
    members::table
        .filter(members::state.eq(state))
        .select(members::id)
}

/// The figures of a broadcast, over those who are still there.
pub fn figures(tx: &mut TenantTx<'_>, broadcast: BroadcastId) -> QueryResult<Figures> {
    broadcast_recipients::table
        .filter(broadcast_recipients::broadcast_id.eq(broadcast))
        .filter(broadcast_recipients::member_id.eq_any(those_in(MemberState::Active)))
        .select((
            count_star(),
            count(broadcast_recipients::first_seen_at),
            count(broadcast_recipients::acknowledged_at),
        ))
        .first(tx.conn())
}

/// A place in a list ordered by name.
pub type NamePlace = (String, MemberId);

/// People who have not confirmed, by name, after a place in that order; one more than [`PAGE`] when there are more. Those
/// who left the organization are left out: nobody can ask them.
pub fn waiting(
    tx: &mut TenantTx<'_>,
    broadcast: BroadcastId,
    after: Option<NamePlace>,
) -> QueryResult<Vec<NamePlace>> {
    let silent = broadcast_recipients::table
        .filter(broadcast_recipients::broadcast_id.eq(broadcast))
        .filter(broadcast_recipients::acknowledged_at.is_null())
        .select(broadcast_recipients::member_id);
    let mut people = tenancy::visible_people(tx).filter(members::id.eq_any(silent));
    if let Some((name, id)) = after {
        let later = members::sort_name
            .gt(name.clone())
            .or(members::sort_name.eq(name).and(members::id.gt(id)));
        people = people.filter(later);
    }
    people
        .order((members::sort_name, members::id))
        .limit(PAGE + 1)
        .select((members::sort_name, members::id))
        .load(tx.conn())
}

/// Where a member stands in the order of names.
pub fn place_of(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Option<NamePlace>> {
    members::table
        .filter(members::id.eq(member))
        .select((members::sort_name, members::id))
        .first(tx.conn())
        .optional()
}

/// The copies of these people.
pub fn of_members(
    tx: &mut TenantTx<'_>,
    broadcast: BroadcastId,
    people: &[MemberId],
) -> QueryResult<Vec<Receipt>> {
    Receipt::query()
        .filter(broadcast_recipients::broadcast_id.eq(broadcast))
        .filter(broadcast_recipients::member_id.eq_any(people))
        .load(tx.conn())
}

/// How many could be asked again now.
pub fn nudgeable(tx: &mut TenantTx<'_>, broadcast: &Broadcast) -> QueryResult<i64> {
    let since = tx.now() - BETWEEN_NUDGES;
    broadcast_recipients::table
        .filter(broadcast_recipients::broadcast_id.eq(broadcast.id))
        .filter(broadcast_recipients::member_id.eq_any(those_in(MemberState::Active)))
        .filter(broadcast_recipients::acknowledged_at.is_null())
        .filter(
            broadcast_recipients::nudged_at
                .is_null()
                .or(broadcast_recipients::nudged_at.assume_not_null().le(since)),
        )
        .count()
        .get_result(tx.conn())
}

/// Brings it up again in the inbox of everyone (or of one person) who has not confirmed and was not asked within a day;
/// answers how many that were. Asking twice at once asks once: the second finds the moment already set.
pub fn nudge(tx: &mut TenantTx<'_>, proof: &Nudgeable<'_>, only: Option<MemberId>) -> QueryResult<usize> {
    let (now, since) = (tx.now(), tx.now() - BETWEEN_NUDGES);
    let silent = broadcast_recipients::table
        .filter(broadcast_recipients::broadcast_id.eq(proof.broadcast().id))
        .filter(broadcast_recipients::member_id.eq_any(those_in(MemberState::Active)))
        .filter(broadcast_recipients::acknowledged_at.is_null())
        .filter(
            broadcast_recipients::nudged_at
                .is_null()
                .or(broadcast_recipients::nudged_at.assume_not_null().le(since)),
        );
    let again = (
        broadcast_recipients::nudged_at.eq(Some(now)),
        broadcast_recipients::surfaced_at.eq(now),
        broadcast_recipients::seen_at.eq(None::<DateTime<Utc>>),
    );
    match only {
        Some(member) => diesel::update(silent.filter(broadcast_recipients::member_id.eq(member)))
            .set(again)
            .execute(tx.conn()),
        None => diesel::update(silent).set(again).execute(tx.conn()),
    }
}

/// Everyone it was sent to, with name and handle, by name: for the export.
pub fn everyone(
    tx: &mut TenantTx<'_>,
    broadcast: BroadcastId,
) -> QueryResult<Vec<(String, String, Receipt)>> {
    broadcast_recipients::table
        .inner_join(
            members::table.on(members::id
                .eq(broadcast_recipients::member_id)
                .and(members::org_id.eq(broadcast_recipients::org_id))),
        )
        .filter(broadcast_recipients::broadcast_id.eq(broadcast))
        .order((members::sort_name, members::id))
        .select((members::display_name, members::handle, Receipt::as_select()))
        .load(tx.conn())
}
