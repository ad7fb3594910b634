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
            "away AS MATERIALIZED (SELECT l.steward_id FROM steward_leaves l WHERE l.org_id = (SELECT app.current_org()) \
               AND l.starts_at <= (SELECT app.moment()) AND l.ends_at > (SELECT app.moment())), \
             people AS MATERIALIZED (SELECT m.id, m.worksite_id, m.department_id, m.shift_id, m.locale, c.last_reached_at \
               FROM members m LEFT JOIN member_contacts c ON c.org_id = m.org_id AND c.member_id = m.id \
               WHERE m.worksite_id IS NOT NULL AND m.state <> 'left'",
            $at,
            "), force AS MATERIALIZED (SELECT a.steward_id, a.member_id, a.worksite_id, a.department_id, a.shift_id FROM steward_assignments a \
               JOIN members s ON s.org_id = a.org_id AND s.id = a.steward_id AND s.state = 'active' \
               WHERE a.kind IN ('primary', 'temporary', 'backup') AND a.effective_from <= (SELECT app.moment()) \
                 AND (a.effective_to IS NULL OR a.effective_to > (SELECT app.moment())) AND a.steward_id NOT IN (SELECT w.steward_id FROM away w) \
                 AND EXISTS (SELECT 1 FROM member_roles o WHERE o.org_id = a.org_id AND o.member_id = a.steward_id AND o.role IN ('steward', 'coach'))), \
             pairs AS MATERIALIZED ( \
               SELECT p.id, f.steward_id FROM people p JOIN force f ON f.member_id = p.id \
               UNION SELECT p.id, f.steward_id FROM people p JOIN force f ON f.worksite_id = p.worksite_id AND f.steward_id <> p.id \
                 AND (f.department_id IS NULL OR f.department_id = p.department_id) AND (f.shift_id IS NULL OR f.shift_id = p.shift_id))"
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

/// Assignments in force of who looks after people and is not away. The condition is asked as a value so that it is looked up in a
/// hash: as a join, the planner, who takes `hands` for one row, went through all of them for every assignment.
macro_rules! in_force {
    () => {
        "a.kind <> 'training' AND a.effective_from <= (SELECT app.moment()) AND (a.effective_to IS NULL OR a.effective_to > (SELECT app.moment())) \
         AND (a.steward_id IN (SELECT h.id FROM hands h)) IS TRUE"
    };
}

/// Every open worksite with people, those with the least stewards for their people first.
///
/// People are counted by cell first, and assignments to cells meet some thousand cells instead of a hundred thousand people;
/// assignments to single people count only for their stewards, and for people whom no cell covers. A steward alone in charge of
/// their own cell is looked after by nobody. Each figure is counted by itself and put together last.
#[expect(
    clippy::disallowed_methods,
    reason = "common table expressions have no typed form"
)]
pub fn by_worksite(tx: &mut TenantTx<'_>, limit: i64) -> QueryResult<Vec<Covered>> {
    use diesel::connection::SimpleConnection as _;
    tx.conn()
        .batch_execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '16MB'")?;
    let found = statement(concat!(
        "WITH away AS MATERIALIZED (SELECT l.steward_id FROM steward_leaves l WHERE l.org_id = (SELECT app.current_org()) \
             AND l.starts_at <= (SELECT app.moment()) AND l.ends_at > (SELECT app.moment())), \
         hands AS MATERIALIZED (SELECT s.id, s.locale, s.worksite_id, s.department_id, s.shift_id FROM members s WHERE s.state = 'active' \
             AND (s.id IN (SELECT r.member_id FROM member_roles r WHERE r.role IN ('steward', 'coach') AND r.role <> 'member')) IS TRUE \
             AND s.id NOT IN (SELECT w.steward_id FROM away w)), \
         groups AS MATERIALIZED (SELECT m.worksite_id, coalesce(m.department_id, m.worksite_id) AS department, coalesce(m.shift_id, m.worksite_id) AS shift, \
             m.locale, count(*) AS people FROM members m WHERE m.worksite_id IS NOT NULL AND m.state <> 'left' GROUP BY 1, 2, 3, 4), \
         cells AS MATERIALIZED (SELECT g.worksite_id, g.department, g.shift, sum(g.people) AS people FROM groups g GROUP BY 1, 2, 3), \
         wide AS MATERIALIZED (SELECT a.steward_id, a.worksite_id, a.department_id, a.shift_id FROM steward_assignments a WHERE a.worksite_id IS NOT NULL AND ",
        in_force!(),
        "), reach AS MATERIALIZED (SELECT DISTINCT c.worksite_id, c.department, c.shift, c.people, w.steward_id FROM cells c JOIN wide w ON w.worksite_id = c.worksite_id \
             AND (w.department_id IS NULL OR w.department_id = c.department) AND (w.shift_id IS NULL OR w.shift_id = c.shift)), \
         covered AS MATERIALIZED (SELECT r.worksite_id, r.department, r.shift, max(r.people) AS people, count(*) AS hands, min(r.steward_id::text)::uuid AS only_one \
             FROM reach r GROUP BY 1, 2, 3), \
         near AS MATERIALIZED (SELECT DISTINCT m.worksite_id, a.steward_id FROM steward_assignments a JOIN members m ON m.org_id = a.org_id AND m.id = a.member_id \
             WHERE a.member_id IS NOT NULL AND m.worksite_id IS NOT NULL AND m.state <> 'left' AND ",
        in_force!(),
        "), single AS (SELECT m.worksite_id, count(*) AS looked_after FROM members m WHERE m.worksite_id IS NOT NULL AND m.state <> 'left' \
             AND (m.worksite_id, coalesce(m.department_id, m.worksite_id), coalesce(m.shift_id, m.worksite_id)) NOT IN (SELECT c.worksite_id, c.department, c.shift FROM covered c) \
             AND EXISTS (SELECT 1 FROM steward_assignments a WHERE a.org_id = m.org_id AND a.member_id = m.id AND ",
        in_force!(),
        ") GROUP BY 1), \
         oneself AS (SELECT c.worksite_id, count(*) AS nobody FROM covered c JOIN hands h ON h.id = c.only_one AND h.worksite_id = c.worksite_id \
             AND coalesce(h.department_id, h.worksite_id) = c.department AND coalesce(h.shift_id, h.worksite_id) = c.shift \
             WHERE c.hands = 1 AND NOT EXISTS (SELECT 1 FROM steward_assignments a WHERE a.org_id = (SELECT app.current_org()) AND a.member_id = h.id AND ",
        in_force!(),
        ") GROUP BY 1), \
         contacts AS (SELECT m.worksite_id, count(*) AS contacted FROM members m JOIN member_contacts c ON c.org_id = m.org_id AND c.member_id = m.id \
             WHERE m.worksite_id IS NOT NULL AND m.state <> 'left' AND c.last_reached_at > (SELECT app.moment()) - interval '90 days' GROUP BY 1), \
         there AS MATERIALIZED (SELECT r.worksite_id, r.steward_id FROM reach r UNION SELECT n.worksite_id, n.steward_id FROM near n), \
         hand AS (SELECT t.worksite_id, count(*) AS stewards, array_agg(DISTINCT h.locale) AS covered FROM there t JOIN hands h ON h.id = t.steward_id GROUP BY 1), \
         figures AS (SELECT worksite_id, sum(people) AS people, 0 AS looked_after, 0 AS stewards, 0 AS contacted, array_agg(DISTINCT locale) AS spoken, \
               '{}'::text[] AS covered FROM groups GROUP BY 1 \
             UNION ALL SELECT worksite_id, 0, sum(people), 0, 0, '{}', '{}' FROM covered GROUP BY 1 \
             UNION ALL SELECT worksite_id, 0, looked_after, 0, 0, '{}', '{}' FROM single \
             UNION ALL SELECT worksite_id, 0, -nobody, 0, 0, '{}', '{}' FROM oneself \
             UNION ALL SELECT worksite_id, 0, 0, stewards, 0, '{}', covered FROM hand \
             UNION ALL SELECT worksite_id, 0, 0, 0, contacted, '{}', '{}' FROM contacts), \
         total AS MATERIALIZED (SELECT worksite_id, sum(people)::bigint AS people, sum(looked_after)::bigint AS looked_after, sum(stewards)::bigint AS stewards, \
             sum(contacted)::bigint AS contacted, max(spoken) AS spoken, max(covered) AS covered FROM figures GROUP BY 1) \
         SELECT w.id AS worksite_id, NULL::uuid AS department_id, NULL::uuid AS shift_id, w.name, '' AS shift, u.people, u.looked_after, u.stewards, u.contacted, \
           u.spoken, u.covered \
         FROM total u JOIN worksites w ON w.org_id = (SELECT app.current_org()) AND w.id = u.worksite_id AND w.archived_at IS NULL \
         ORDER BY u.stewards::float / u.people, u.people DESC, w.sort_name, w.id LIMIT $1",
    ))
    .bind::<BigInt, _>(limit)
    .load(tx.conn())?;
    tx.conn()
        .batch_execute("SET LOCAL enable_nestloop = on; SET LOCAL work_mem TO DEFAULT")?;
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
        " FROM people p LEFT JOIN pairs x ON x.id = p.id LEFT JOIN members s ON s.org_id = (SELECT app.current_org()) AND s.id = x.steward_id \
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
