//! Coverage in SQL: counts only, set at a time.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};

use crate::kernel::ids::WorksiteId;
use crate::platform::db::{TenantTx, statement};

/// One cell of the grid: a worksite, or a department and shift of one.
#[derive(QueryableByName, Debug, Clone)]
pub struct Covered {
    /// The worksite, where the line is about one.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub worksite_id: Option<WorksiteId>,
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

/// Every open worksite with people, those with the least stewards for their people first. Each figure is counted by itself and
/// put together last: joined first, a hundred thousand people were sorted with everything about them, and joined last, the
/// planner, who takes each for one row, counted anew for every worksite.
#[expect(
    clippy::disallowed_methods,
    reason = "common table expressions have no typed form"
)]
pub fn by_worksite(tx: &mut TenantTx<'_>, limit: i64) -> QueryResult<Vec<Covered>> {
    statement(concat!(
        "WITH ",
        pairs!(""),
        ", sizes AS (SELECT p.worksite_id, count(*) AS people, array_agg(DISTINCT p.locale) AS spoken, \
             count(*) FILTER (WHERE p.last_reached_at > (SELECT app.moment()) - interval '90 days') AS contacted \
           FROM people p GROUP BY p.worksite_id), \
         there AS MATERIALIZED (SELECT p.worksite_id, x.id, x.steward_id FROM pairs x JOIN people p ON p.id = x.id), \
         reached AS (SELECT t.worksite_id, count(DISTINCT t.id) AS looked_after FROM there t GROUP BY t.worksite_id), \
         hands AS (SELECT d.worksite_id, count(*) AS stewards, array_agg(DISTINCT s.locale) AS covered \
           FROM (SELECT DISTINCT t.worksite_id, t.steward_id FROM there t) d \
           JOIN members s ON s.org_id = (SELECT app.current_org()) AND s.id = d.steward_id GROUP BY d.worksite_id) \
         SELECT w.id AS worksite_id, w.name, '' AS shift, u.people, u.looked_after, u.stewards, u.contacted, u.spoken, u.covered \
         FROM (SELECT q.worksite_id, max(q.people) AS people, max(q.looked_after) AS looked_after, max(q.stewards) AS stewards, \
             max(q.contacted) AS contacted, max(q.spoken) AS spoken, max(q.covered) AS covered \
           FROM (SELECT worksite_id, people, 0 AS looked_after, 0 AS stewards, contacted, spoken, '{}'::text[] AS covered FROM sizes \
             UNION ALL SELECT worksite_id, 0, looked_after, 0, 0, '{}', '{}' FROM reached \
             UNION ALL SELECT worksite_id, 0, 0, stewards, 0, '{}', covered FROM hands) q GROUP BY q.worksite_id) u \
         JOIN worksites w ON w.org_id = (SELECT app.current_org()) AND w.id = u.worksite_id AND w.archived_at IS NULL \
         ORDER BY u.stewards::float / u.people, u.people DESC, w.sort_name, w.id LIMIT $1",
    ))
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
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
         SELECT NULL::uuid AS worksite_id, coalesce(d.name, '') AS name, coalesce(h.name, '') AS shift, g.people, g.looked_after, g.stewards, \
           g.contacted, g.spoken, g.covered \
         FROM grid g LEFT JOIN departments d ON d.org_id = (SELECT app.current_org()) AND d.id = g.department_id \
         LEFT JOIN shifts h ON h.org_id = (SELECT app.current_org()) AND h.id = g.shift_id \
         ORDER BY d.name NULLS LAST, h.position NULLS LAST, h.name",
    ))
    .bind::<SqlUuid, _>(worksite)
    .load(tx.conn())
}
