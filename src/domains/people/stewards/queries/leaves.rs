//! Days away, and who stands in on them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};

use crate::domains::people::model::{AssignmentKind, Leave, NewAssignment};
use crate::domains::people::policy::Absence;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssignmentId, LeaveId, MemberId};
use crate::platform::db::schema::{steward_assignments, steward_leaves};
use crate::platform::db::{TenantTx, statement};

use super::{SHOWN, assignment, two_primaries, write};

/// Notes a leave.
///
/// # Errors
/// [`AppError::Invalid`] at `first` when it meets another of the same steward.
pub fn insert_leave(
    tx: &mut TenantTx<'_>,
    proof: &Absence,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
) -> Result<LeaveId, AppError> {
    let (id, now, by) = (tx.new_id::<LeaveId>(), tx.now(), tx.actor().member_id());
    diesel::insert_into(steward_leaves::table)
        .values((
            steward_leaves::id.eq(id),
            steward_leaves::steward_id.eq(proof.steward()),
            steward_leaves::starts_at.eq(starts_at),
            steward_leaves::ends_at.eq(ends_at),
            steward_leaves::created_by.eq(by),
            steward_leaves::created_at.eq(now),
        ))
        .execute(tx.conn())
        .map_err(two_primaries)?;
    Ok(id)
}

/// The leaves of a steward that are not over, the next one first.
pub fn leaves_of(tx: &mut TenantTx<'_>, steward: MemberId) -> QueryResult<Vec<Leave>> {
    let now = tx.now();
    let rows: Vec<(LeaveId, DateTime<Utc>, DateTime<Utc>)> = steward_leaves::table
        .filter(steward_leaves::steward_id.eq(steward))
        .filter(steward_leaves::ends_at.gt(now))
        .order(steward_leaves::starts_at)
        .limit(SHOWN)
        .select((
            steward_leaves::id,
            steward_leaves::starts_at,
            steward_leaves::ends_at,
        ))
        .load(tx.conn())?;
    Ok(rows
        .into_iter()
        .map(|(id, starts_at, ends_at)| Leave {
            id,
            steward,
            starts_at,
            ends_at,
        })
        .collect())
}

/// One leave, locked.
pub fn leave(tx: &mut TenantTx<'_>, id: LeaveId) -> QueryResult<Leave> {
    let (steward, starts_at, ends_at) = steward_leaves::table
        .filter(steward_leaves::id.eq(id))
        .select((
            steward_leaves::steward_id,
            steward_leaves::starts_at,
            steward_leaves::ends_at,
        ))
        .for_update()
        .first(tx.conn())?;
    Ok(Leave {
        id,
        steward,
        starts_at,
        ends_at,
    })
}

/// Ends a leave now, or takes it back when it has not begun; the stand-ins given for it end with it.
pub fn end_leave(tx: &mut TenantTx<'_>, _: &Absence, leave: &Leave) -> QueryResult<()> {
    let now = tx.now();
    if leave.starts_at >= now {
        return diesel::delete(steward_leaves::table.filter(steward_leaves::id.eq(leave.id)))
            .execute(tx.conn())
            .map(|_| ());
    }
    diesel::update(steward_leaves::table.filter(steward_leaves::id.eq(leave.id)))
        .set(steward_leaves::ends_at.eq(now))
        .execute(tx.conn())?;
    let stand_ins = steward_assignments::table.filter(steward_assignments::leave_id.eq(leave.id));
    diesel::update(stand_ins.filter(steward_assignments::effective_from.lt(now)))
        .set(steward_assignments::effective_to.eq(now))
        .execute(tx.conn())?;
    let to_come = steward_assignments::table.filter(steward_assignments::leave_id.eq(leave.id));
    diesel::delete(to_come.filter(steward_assignments::effective_from.ge(now)))
        .execute(tx.conn())
        .map(|_| ())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many people would have nobody while a steward is away: those whose steward they are at `moment` and whom no backup has.
#[expect(clippy::disallowed_methods, reason = "functions of the database")]
pub fn without_backup(tx: &mut TenantTx<'_>, steward: MemberId, moment: DateTime<Utc>) -> QueryResult<i64> {
    let found: Count = statement(
        "SELECT count(*) AS count FROM app.people_of($1, $2) p WHERE p.kind IN ('primary', 'temporary') \
         AND NOT EXISTS (SELECT 1 FROM app.assignments_of(p.member_id, $2) a WHERE a.steward_id <> $1 AND a.kind <> 'training' \
           AND NOT app.is_away(a.steward_id, $2))",
    )
    .bind::<SqlUuid, _>(steward)
    .bind::<Timestamptz, _>(moment)
    .get_result(tx.conn())?;
    Ok(found.count)
}

/// Gives every assignment in force of a leave's steward to a stand-in for the days of the leave, where nobody is backup of the
/// same reach on all of them. Answers how many.
#[expect(
    clippy::disallowed_methods,
    reason = "IS NOT DISTINCT FROM has no readable typed form here"
)]
pub fn stand_in(
    tx: &mut TenantTx<'_>,
    proof: &Absence,
    leave: LeaveId,
    stand_in: MemberId,
    days: (DateTime<Utc>, DateTime<Utc>),
) -> Result<usize, AppError> {
    let alone: Vec<Alone> = statement(
        "SELECT a.id FROM steward_assignments a \
         WHERE a.steward_id = $1 AND a.kind IN ('primary', 'temporary') AND a.member_id IS DISTINCT FROM $2 \
           AND a.effective_from < $4 AND (a.effective_to IS NULL OR a.effective_to > $3) \
           AND NOT EXISTS (SELECT 1 FROM steward_assignments b WHERE b.org_id = a.org_id AND b.kind = 'backup' \
             AND b.member_id IS NOT DISTINCT FROM a.member_id AND b.worksite_id IS NOT DISTINCT FROM a.worksite_id \
             AND b.department_id IS NOT DISTINCT FROM a.department_id AND b.shift_id IS NOT DISTINCT FROM a.shift_id \
             AND b.effective_from <= $3 AND (b.effective_to IS NULL OR b.effective_to >= $4))",
    )
    .bind::<SqlUuid, _>(proof.steward())
    .bind::<SqlUuid, _>(stand_in)
    .bind::<Timestamptz, _>(days.0)
    .bind::<Timestamptz, _>(days.1)
    .load(tx.conn())?;
    for Alone { id } in &alone {
        let says = assignment(tx, *id)?.says;
        let new = NewAssignment {
            steward: stand_in,
            kind: AssignmentKind::Temporary,
            from: says.from.max(days.0),
            to: Some(says.to.map_or(days.1, |to| to.min(days.1))),
            leave: Some(leave),
            ..says
        };
        write(tx, &new)?;
    }
    Ok(alone.len())
}

#[derive(QueryableByName)]
struct Alone {
    #[diesel(sql_type = SqlUuid)]
    id: AssignmentId,
}
