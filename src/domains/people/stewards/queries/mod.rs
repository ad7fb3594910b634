//! Assignments and leaves in SQL. Whose somebody is now is asked of `app.steward_of`, never worked out here.

mod leaves;
mod workload;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::people::model::{Assignment, AssignmentKind, Cell, NewAssignment, Reach};
use crate::domains::people::policy::Arranging;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssignmentId, DepartmentId, LeaveId, MemberId, ShiftId, WorksiteId};
use crate::kernel::sql_types;
use crate::platform::db::schema::steward_assignments;
use crate::platform::db::{TenantTx, statement};

pub use leaves::{end_leave, insert_leave, leave, leaves_of, stand_in, without_backup};
pub use workload::{Candidate, Load, candidates, people_per_steward, workload};

/// Assignments shown of one worksite or steward.
pub(super) const SHOWN: i64 = 500;

/// One assignment that reaches somebody, as lists show it.
#[derive(QueryableByName, Debug, Clone)]
pub struct Listed {
    #[diesel(sql_type = SqlUuid)]
    pub id: AssignmentId,
    #[diesel(sql_type = SqlUuid)]
    pub steward_id: MemberId,
    #[diesel(sql_type = Text)]
    pub steward: String,
    #[diesel(sql_type = sql_types::AssignmentKind)]
    pub kind: AssignmentKind,
    /// The person it reaches, when it reaches one.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub member_id: Option<MemberId>,
    /// Their name.
    #[diesel(sql_type = Nullable<Text>)]
    pub member: Option<String>,
    /// The cell in words: worksite, department, shift.
    #[diesel(sql_type = Array<Text>)]
    pub cell: Vec<String>,
    #[diesel(sql_type = Timestamptz)]
    pub effective_from: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub effective_to: Option<DateTime<Utc>>,
    /// Until when the steward is away, when they are.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub away_until: Option<DateTime<Utc>>,
}

macro_rules! listed {
    ($where:literal) => {
        concat!(
            "SELECT a.id, a.steward_id, s.display_name AS steward, a.kind, a.member_id, m.display_name AS member, \
               array_remove(ARRAY[w.name, d.name, h.name], NULL) AS cell, a.effective_from, a.effective_to, \
               (SELECT max(l.ends_at) FROM steward_leaves l WHERE l.org_id = a.org_id AND l.steward_id = a.steward_id \
                  AND l.starts_at <= app.moment() AND l.ends_at > app.moment()) AS away_until \
             FROM steward_assignments a JOIN members s ON s.org_id = a.org_id AND s.id = a.steward_id \
             LEFT JOIN members m ON m.org_id = a.org_id AND m.id = a.member_id \
             LEFT JOIN worksites w ON w.org_id = a.org_id AND w.id = a.worksite_id \
             LEFT JOIN departments d ON d.org_id = a.org_id AND d.id = a.department_id \
             LEFT JOIN shifts h ON h.org_id = a.org_id AND h.id = a.shift_id \
             WHERE (a.effective_to IS NULL OR a.effective_to > app.moment()) AND ",
            $where,
            " ORDER BY CASE a.kind WHEN 'temporary' THEN 0 WHEN 'primary' THEN 1 WHEN 'backup' THEN 2 ELSE 3 END, \
               w.sort_name, d.name NULLS FIRST, h.position NULLS FIRST, s.sort_name, m.sort_name, a.id LIMIT $2"
        )
    };
}

/// The assignments, in force or to come, of one worksite's cells.
#[expect(clippy::disallowed_methods, reason = "five joins have no readable typed form")]
pub fn at_worksite(tx: &mut TenantTx<'_>, worksite: WorksiteId) -> QueryResult<Vec<Listed>> {
    statement(listed!("a.worksite_id = $1"))
        .bind::<SqlUuid, _>(worksite)
        .bind::<BigInt, _>(SHOWN)
        .load(tx.conn())
}

/// The assignments, in force or to come, that reach a person alone or through their cell.
#[expect(clippy::disallowed_methods, reason = "five joins have no readable typed form")]
pub fn reaching(tx: &mut TenantTx<'_>, person: MemberId) -> QueryResult<Vec<Listed>> {
    statement(listed!(
        // As an array, so that each is looked up: with OR the planner reads every assignment there is.
        "a.id = ANY (ARRAY(SELECT o.id FROM steward_assignments o WHERE o.org_id = app.current_org() AND o.member_id = $1 \
           UNION SELECT r.assignment_id FROM app.assignments_of($1, app.moment()) r))"
    ))
    .bind::<SqlUuid, _>(person)
    .bind::<BigInt, _>(SHOWN)
    .load(tx.conn())
}

/// The assignments, in force or to come, of a steward.
#[expect(clippy::disallowed_methods, reason = "five joins have no readable typed form")]
pub fn of_steward(tx: &mut TenantTx<'_>, steward: MemberId) -> QueryResult<Vec<Listed>> {
    statement(listed!("a.steward_id = $1"))
        .bind::<SqlUuid, _>(steward)
        .bind::<BigInt, _>(SHOWN)
        .load(tx.conn())
}

#[derive(QueryableByName)]
struct Kind {
    #[diesel(sql_type = sql_types::AssignmentKind)]
    kind: AssignmentKind,
}

/// How `steward` looks after `person` now; `None` when no assignment in force reaches them, or the two are kept apart.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn looks_after(
    tx: &mut TenantTx<'_>,
    steward: MemberId,
    person: MemberId,
) -> QueryResult<Option<AssignmentKind>> {
    let found: Option<Kind> = statement(
        "SELECT a.kind FROM app.assignments_of($1, app.moment()) a WHERE a.steward_id = $2 AND app.covers($2, $1, app.moment()) \
         ORDER BY CASE a.kind WHEN 'temporary' THEN 0 WHEN 'primary' THEN 1 WHEN 'backup' THEN 2 ELSE 3 END LIMIT 1",
    )
    .bind::<SqlUuid, _>(person)
    .bind::<SqlUuid, _>(steward)
    .get_result(tx.conn())
    .optional()?;
    Ok(found.map(|found| found.kind))
}

#[derive(QueryableByName)]
struct Whose {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    steward: Option<MemberId>,
}

/// Who a person's steward is now.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn steward_of(tx: &mut TenantTx<'_>, person: MemberId) -> QueryResult<Option<MemberId>> {
    let found: Whose = statement("SELECT app.steward_of($1, app.moment()) AS steward")
        .bind::<SqlUuid, _>(person)
        .get_result(tx.conn())?;
    Ok(found.steward)
}

/// Whether anybody looks after this shift, now or ever.
pub fn has_shift(tx: &mut TenantTx<'_>, shift: ShiftId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        steward_assignments::table.filter(steward_assignments::shift_id.eq(shift)),
    ))
    .get_result(tx.conn())
}

type StoredAssignment = (
    MemberId,
    AssignmentKind,
    Option<MemberId>,
    Option<WorksiteId>,
    Option<DepartmentId>,
    Option<ShiftId>,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<LeaveId>,
);

/// One assignment, locked against others who change it.
pub fn assignment(tx: &mut TenantTx<'_>, id: AssignmentId) -> Result<Assignment, AppError> {
    let (steward, kind, member, worksite, department, shift, from, to, leave): StoredAssignment =
        steward_assignments::table
            .filter(steward_assignments::id.eq(id))
            .select((
                steward_assignments::steward_id,
                steward_assignments::kind,
                steward_assignments::member_id,
                steward_assignments::worksite_id,
                steward_assignments::department_id,
                steward_assignments::shift_id,
                steward_assignments::effective_from,
                steward_assignments::effective_to,
                steward_assignments::leave_id,
            ))
            .for_update()
            .first(tx.conn())?;
    let reach = match (member, worksite) {
        (Some(member), _) => Reach::Person(member),
        (None, Some(worksite)) => Reach::Cell(Cell {
            worksite,
            department,
            shift,
        }),
        (None, None) => return Err(AppError::NotFound),
    };
    Ok(Assignment {
        id,
        says: NewAssignment {
            steward,
            kind,
            reach,
            from,
            to,
            leave,
        },
    })
}

/// Writes an assignment.
///
/// # Errors
/// [`AppError::Invalid`] at `steward` when there is a primary of the same reach on those dates already.
pub fn insert(tx: &mut TenantTx<'_>, _: &Arranging, new: &NewAssignment) -> Result<AssignmentId, AppError> {
    write(tx, new)
}

pub(super) fn write(tx: &mut TenantTx<'_>, new: &NewAssignment) -> Result<AssignmentId, AppError> {
    let (id, now, by) = (tx.new_id::<AssignmentId>(), tx.now(), tx.actor().member_id());
    let (member, cell) = match new.reach {
        Reach::Person(member) => (Some(member), None),
        Reach::Cell(cell) => (None, Some(cell)),
    };
    diesel::insert_into(steward_assignments::table)
        .values((
            (
                steward_assignments::id.eq(id),
                steward_assignments::steward_id.eq(new.steward),
                steward_assignments::kind.eq(new.kind),
                steward_assignments::member_id.eq(member),
                steward_assignments::worksite_id.eq(cell.map(|cell| cell.worksite)),
                steward_assignments::department_id.eq(cell.and_then(|cell| cell.department)),
                steward_assignments::shift_id.eq(cell.and_then(|cell| cell.shift)),
            ),
            (
                steward_assignments::effective_from.eq(new.from),
                steward_assignments::effective_to.eq(new.to),
                steward_assignments::leave_id.eq(new.leave),
                steward_assignments::given_by.eq(by),
                steward_assignments::given_at.eq(now),
            ),
        ))
        .execute(tx.conn())
        .map_err(two_primaries)?;
    Ok(id)
}

/// The database's word that two primaries would meet, told at the field.
pub(super) fn two_primaries(error: Error) -> AppError {
    let constraint = match &error {
        Error::DatabaseError(DatabaseErrorKind::ExclusionViolation, info) => info.constraint_name(),
        // Diesel names only some kinds of violations; the others carry the constraint all the same.
        Error::DatabaseError(_, info) => info.constraint_name(),
        _ => None,
    };
    match constraint {
        Some("one_primary_of_a_person" | "one_primary_of_a_cell") => AppError::field(
            "kind",
            "There is a steward on those dates already. End that assignment first, or make this one a backup.",
        ),
        Some("steward_assignments_not_oneself") => AppError::field(
            "steward",
            "Nobody looks after themselves. Choose another steward.",
        ),
        Some("steward_leaves_apart") => {
            AppError::field("first", "They are noted as away on some of these days already.")
        }
        _ => error.into(),
    }
}

/// Ends an assignment at `moment`.
pub fn end(tx: &mut TenantTx<'_>, _: &Arranging, id: AssignmentId, moment: DateTime<Utc>) -> QueryResult<()> {
    let by = tx.actor().member_id();
    diesel::update(steward_assignments::table.filter(steward_assignments::id.eq(id)))
        .set((
            steward_assignments::effective_to.eq(moment),
            steward_assignments::ended_by.eq(by),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes back an assignment that has not begun.
pub fn take_back(tx: &mut TenantTx<'_>, _: &Arranging, id: AssignmentId) -> QueryResult<()> {
    diesel::delete(steward_assignments::table.filter(steward_assignments::id.eq(id)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Whether this steward is kept apart from this person, whatever else is arranged.
pub fn is_kept_apart(tx: &mut TenantTx<'_>, steward: MemberId, member: MemberId) -> QueryResult<bool> {
    use crate::platform::db::schema::steward_blocks;
    let block = steward_blocks::table
        .filter(steward_blocks::steward_id.eq(steward))
        .filter(steward_blocks::member_id.eq(member));
    diesel::select(diesel::dsl::exists(block)).get_result(tx.conn())
}
