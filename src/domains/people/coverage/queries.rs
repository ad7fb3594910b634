//! Coverage in SQL: counts only, set at a time.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};

use crate::kernel::ids::{DepartmentId, ShiftId, WorksiteId};
use crate::platform::db::{TenantTx, statement};

/// One cell of the grid: a worksite, or a department and shift of one.
#[derive(QueryableByName, Debug, Clone)]
pub struct Covered {
    /// The worksite, where the line is about one.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub worksite_id: Option<WorksiteId>,
    /// The department, inside a worksite.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub department_id: Option<DepartmentId>,
    /// The shift, inside a worksite.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub shift_id: Option<ShiftId>,
    /// Its name, or the department's; empty for people without one.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// The shift; empty for a whole worksite and for people without one.
    #[diesel(sql_type = Text)]
    pub shift: String,
    /// People there who did not leave.
    #[diesel(sql_type = BigInt)]
    pub people: i64,
    /// Of those, whose steward now is somebody.
    #[diesel(sql_type = BigInt)]
    pub looked_after: i64,
    /// Different stewards who look after somebody there and are not away.
    #[diesel(sql_type = BigInt)]
    pub stewards: i64,
    /// People spoken with in 90 days.
    #[diesel(sql_type = BigInt)]
    pub contacted: i64,
    /// Languages people there read.
    #[diesel(sql_type = Array<Text>)]
    pub spoken: Vec<String>,
    /// Of those, the ones some steward there reads.
    #[diesel(sql_type = Array<Text>)]
    pub covered: Vec<String>,
}

/// Who looks after whom now, each pair once: by person, and by cell. One pass for all worksites; whose somebody is exactly is
/// asked of `app.steward_of` elsewhere, one person at a time.
macro_rules! pairs {
    ($at:literal) => {
        concat!(
            "hands AS MATERIALIZED (SELECT h.id, h.locale FROM app.hands h), \
             people AS MATERIALIZED (SELECT m.id, m.worksite_id, m.department_id, m.shift_id, m.locale, c.last_reached_at \
               FROM members m LEFT JOIN member_contacts c ON c.org_id = m.org_id AND c.member_id = m.id \
               WHERE m.worksite_id IS NOT NULL AND m.state <> 'left'",
            $at,
            "), force AS MATERIALIZED (SELECT a.steward_id, a.member_id, a.worksite_id, a.department_id, a.shift_id FROM steward_assignments a \
               WHERE a.kind <> 'training' AND a.effective_from <= (SELECT app.moment()) \
                 AND (a.effective_to IS NULL OR a.effective_to > (SELECT app.moment())) AND (a.steward_id IN (SELECT h.id FROM hands h)) IS TRUE), \
             pairs AS MATERIALIZED ( \
               SELECT p.id, f.steward_id FROM people p JOIN force f ON f.member_id = p.id \
               UNION SELECT p.id, f.steward_id FROM people p JOIN force f ON f.worksite_id = p.worksite_id AND f.steward_id <> p.id \
                 AND (f.department_id IS NULL OR f.department_id = p.department_id) AND (f.shift_id IS NULL OR f.shift_id = p.shift_id) \
               EXCEPT SELECT b.member_id, b.steward_id FROM steward_blocks b)"
        )
    };
}

macro_rules! counts {
    () => {
        "count(DISTINCT p.id) AS people, count(DISTINCT x.id) AS looked_after, count(DISTINCT x.steward_id) AS stewards, \
         count(DISTINCT p.id) FILTER (WHERE p.last_reached_at > (SELECT app.moment()) - interval '90 days') AS contacted, \
         array_agg(DISTINCT p.locale) AS spoken, array_remove(array_agg(DISTINCT s.locale), NULL) AS covered"
    };
}

/// Assignments that count at this moment, whoever has them.
macro_rules! in_force {
    () => {
        "a.kind <> 'training' AND a.effective_from <= (SELECT app.moment()) AND (a.effective_to IS NULL OR a.effective_to > (SELECT app.moment()))"
    };
}

/// The same, of who looks after people now; where `hands` is there.
macro_rules! in_hands {
    () => {
        concat!(
            in_force!(),
            " AND (a.steward_id IN (SELECT h.id FROM hands h)) IS TRUE"
        )
    };
}

/// Every open worksite with people, those with the least stewards for their people first.
///
/// People are read twice and assignments once, each from an index that has all it takes and in the order of people: beside whom was
/// spoken with, and beside who looks after them. Put in that order (and kept apart by OFFSET 0), they are merged; kept in between or
/// looked up in a hash, a hundred thousand of them cost twice as much. What is counted by cell goes on as some thousand cells:
/// assignments to cells meet those. Assignments to single people count for their stewards, and for people whom no cell covers. A
/// steward alone in charge of their own cell is looked after by nobody. Each figure is counted by itself and put together last. Whatever
/// can be looked up in a hash is asked as a value, and groups are hashed: the planner takes every one of these tables for one row, and
/// would go through or sort hundreds of thousands.
#[expect(
    clippy::disallowed_methods,
    reason = "common table expressions have no typed form"
)]
pub fn by_worksite(tx: &mut TenantTx<'_>, limit: i64) -> QueryResult<Vec<Covered>> {
    use diesel::connection::SimpleConnection as _;
    tx.conn().batch_execute(
        "SET LOCAL enable_nestloop = off; SET LOCAL enable_sort = off; SET LOCAL jit = off; SET LOCAL work_mem = '32MB'",
    )?;
    let found = statement(concat!(
        "WITH hands AS MATERIALIZED (SELECT h.id, h.locale, h.worksite_id, h.department_id, h.shift_id FROM app.hands h \
           WHERE h.id = ANY (ARRAY(SELECT r.member_id FROM member_roles r WHERE r.org_id = (SELECT app.current_org()) AND r.role <> 'member'))), \
         groups AS MATERIALIZED (SELECT m.worksite_id, coalesce(m.department_id, m.worksite_id) AS department, coalesce(m.shift_id, m.worksite_id) AS shift, m.locale, \
           count(*) AS people, count(*) FILTER (WHERE c.last_reached_at > (SELECT app.moment()) - interval '90 days') AS contacted \
           FROM members m LEFT JOIN (SELECT c.member_id, c.last_reached_at FROM member_contacts c ORDER BY c.org_id, c.member_id OFFSET 0) c ON c.member_id = m.id \
           WHERE m.worksite_id IS NOT NULL AND m.state <> 'left' GROUP BY 1, 2, 3, 4), \
         cells AS MATERIALIZED (SELECT g.worksite_id, g.department, g.shift, sum(g.people) AS people FROM groups g GROUP BY 1, 2, 3), \
         reach AS MATERIALIZED (SELECT DISTINCT c.worksite_id, c.department, c.shift, c.people, w.steward_id FROM cells c \
           JOIN (SELECT a.worksite_id, a.department_id, a.shift_id, a.steward_id FROM steward_assignments a WHERE a.worksite_id IS NOT NULL AND ",
        in_hands!(),
        ") w ON w.worksite_id = c.worksite_id AND (w.department_id IS NULL OR w.department_id = c.department) AND (w.shift_id IS NULL OR w.shift_id = c.shift)), \
         covered AS MATERIALIZED (SELECT r.worksite_id, r.department, r.shift, max(r.people) AS people, count(*) AS hands, min(r.steward_id::text)::uuid AS only_one FROM reach r GROUP BY 1, 2, 3), \
         open AS MATERIALIZED (SELECT c.worksite_id, c.department, c.shift FROM cells c \
           WHERE (c.worksite_id, c.department, c.shift) NOT IN (SELECT v.worksite_id, v.department, v.shift FROM covered v)), \
         near AS MATERIALIZED (SELECT n.worksite_id, n.steward_id FROM (SELECT DISTINCT m.worksite_id, a.steward_id FROM members m \
           JOIN (SELECT a.member_id, a.steward_id FROM steward_assignments a WHERE a.member_id IS NOT NULL AND ",
        in_force!(),
        " ORDER BY a.org_id, a.member_id OFFSET 0) a ON a.member_id = m.id \
           WHERE m.worksite_id IS NOT NULL AND m.state <> 'left') n WHERE n.steward_id IN (SELECT h.id FROM hands h)), \
         single AS (SELECT m.worksite_id, count(*) AS looked_after FROM open o JOIN members m ON m.worksite_id = o.worksite_id \
           AND coalesce(m.department_id, m.worksite_id) = o.department AND coalesce(m.shift_id, m.worksite_id) = o.shift \
           WHERE m.worksite_id IS NOT NULL AND m.state <> 'left' AND EXISTS (SELECT 1 FROM (SELECT a.member_id FROM steward_assignments a WHERE a.member_id IS NOT NULL AND ",
        in_hands!(),
        " ORDER BY a.org_id, a.member_id OFFSET 0) a WHERE a.member_id = m.id) GROUP BY 1), \
         own AS MATERIALIZED (SELECT c.worksite_id, h.id FROM covered c JOIN hands h ON h.id = c.only_one AND h.worksite_id = c.worksite_id \
           AND coalesce(h.department_id, h.worksite_id) = c.department AND coalesce(h.shift_id, h.worksite_id) = c.shift WHERE c.hands = 1), \
         oneself AS (SELECT o.worksite_id, count(*) AS nobody FROM own o \
           WHERE o.id NOT IN (SELECT a.member_id FROM steward_assignments a WHERE a.member_id = ANY (ARRAY(SELECT w.id FROM own w)) AND ",
        in_hands!(),
        ") GROUP BY 1), \
         there AS MATERIALIZED (SELECT r.worksite_id, r.steward_id FROM reach r UNION SELECT n.worksite_id, n.steward_id FROM near n), \
         hand AS (SELECT t.worksite_id, count(*) AS stewards, array_agg(DISTINCT h.locale) AS covered FROM there t JOIN hands h ON h.id = t.steward_id GROUP BY 1), \
         figures AS (SELECT worksite_id, sum(people) AS people, 0 AS looked_after, 0 AS stewards, sum(contacted) AS contacted, array_agg(DISTINCT locale) AS spoken, '{}'::text[] AS covered FROM groups GROUP BY 1 \
         UNION ALL SELECT worksite_id, 0, sum(people), 0, 0, '{}', '{}' FROM covered GROUP BY 1 \
         UNION ALL SELECT worksite_id, 0, looked_after, 0, 0, '{}', '{}' FROM single \
         UNION ALL SELECT worksite_id, 0, -nobody, 0, 0, '{}', '{}' FROM oneself \
         UNION ALL SELECT worksite_id, 0, 0, stewards, 0, '{}', covered FROM hand), \
         total AS MATERIALIZED (SELECT worksite_id, sum(people)::bigint AS people, sum(looked_after)::bigint AS looked_after, sum(stewards)::bigint AS stewards, \
         sum(contacted)::bigint AS contacted, max(spoken) AS spoken, max(covered) AS covered FROM figures GROUP BY 1) \
         SELECT w.id AS worksite_id, NULL::uuid AS department_id, NULL::uuid AS shift_id, w.name, '' AS shift, u.people, u.looked_after, u.stewards, u.contacted, u.spoken, u.covered \
         FROM total u JOIN worksites w ON w.org_id = (SELECT app.current_org()) AND w.id = u.worksite_id AND w.archived_at IS NULL \
         ORDER BY u.stewards::float / u.people, u.people DESC, w.sort_name, w.id LIMIT $1",
    ))
    .bind::<BigInt, _>(limit)
    .load(tx.conn())?;
    tx.conn().batch_execute(
        "SET LOCAL enable_nestloop = on; SET LOCAL enable_sort = on; SET LOCAL jit TO DEFAULT; SET LOCAL work_mem TO DEFAULT",
    )?;
    Ok(found)
}

/// The departments and shifts of a worksite.
#[expect(
    clippy::disallowed_methods,
    reason = "common table expressions have no typed form"
)]
pub fn inside(tx: &mut TenantTx<'_>, worksite: WorksiteId) -> QueryResult<Vec<Covered>> {
    statement(concat!(
        "WITH ",
        pairs!(" AND m.worksite_id = $1"),
        ", grid AS (SELECT p.department_id, p.shift_id, ",
        counts!(),
        " FROM people p LEFT JOIN pairs x ON x.id = p.id LEFT JOIN hands s ON s.id = x.steward_id \
         GROUP BY p.department_id, p.shift_id) \
         SELECT NULL::uuid AS worksite_id, g.department_id, g.shift_id, coalesce(d.name, '') AS name, coalesce(h.name, '') AS shift, g.people, g.looked_after, g.stewards, \
           g.contacted, g.spoken, g.covered \
         FROM grid g LEFT JOIN departments d ON d.org_id = (SELECT app.current_org()) AND d.id = g.department_id \
         LEFT JOIN shifts h ON h.org_id = (SELECT app.current_org()) AND h.id = g.shift_id \
         ORDER BY d.name NULLS LAST, h.position NULLS LAST, h.name",
    ))
    .bind::<SqlUuid, _>(worksite)
    .load(tx.conn())
}
