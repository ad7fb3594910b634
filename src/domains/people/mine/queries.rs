//! One's own people in SQL.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::people::model::{AssignmentKind, Stage};
use crate::kernel::ids::{MemberId, WorksiteId};
use crate::kernel::sql_types;
use crate::platform::db::{TenantTx, statement};

/// One of the acting member's people.
#[derive(QueryableByName, Debug, Clone)]
pub struct Mine {
    #[diesel(sql_type = SqlUuid)]
    pub id: MemberId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = sql_types::MemberStage)]
    pub stage: Stage,
    #[diesel(sql_type = sql_types::AssignmentKind)]
    pub kind: AssignmentKind,
    /// The last moment of the assignment, when it has one.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    pub place: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub phone: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub reached: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    pub overdue: i64,
    #[diesel(sql_type = Nullable<Date>)]
    pub next_due: Option<NaiveDate>,
    /// 0 a follow-up is overdue, 1 nobody spoke with them for long, 2 new, 3 nothing.
    #[diesel(sql_type = Integer)]
    pub need: i32,
}

/// Which of one's people.
#[derive(Debug, Clone, Default)]
pub struct MineFilter {
    /// Whose folded name has this in it.
    pub words: String,
    /// Working there.
    pub worksite: Option<WorksiteId>,
    /// Those whom one only backs up, instead of those who are one's own now.
    pub as_backup: bool,
    /// After this person in the order of need.
    pub after: Option<MemberId>,
}

/// A page of one's people: whose somebody is now is asked of `app.steward_of`, but not about the many whose own steward is here
/// (of two thousand that one backs up, asking took a second). Those first who need one most: a follow-up is overdue, nobody
/// spoke with them for 60 days, they are new since 30 days. While a steward is away, whom they look after is among the people of
/// whoever they fall to.
///
/// Ids go on as arrays: the planner, who takes what comes out of row-level security for small, would else read all members and all
/// assignments for the sake of fifty.
#[expect(clippy::disallowed_methods, reason = "lateral joins have no typed form")]
pub fn page(
    tx: &mut TenantTx<'_>,
    me: MemberId,
    filter: &MineFilter,
    today: NaiveDate,
    limit: i64,
) -> QueryResult<Vec<Mine>> {
    statement(
        "WITH my AS MATERIALIZED (SELECT p.member_id, p.kind, p.until FROM app.people_of($1, app.moment()) p), \
         held AS MATERIALIZED (SELECT a.member_id, a.steward_id FROM steward_assignments a \
           WHERE a.org_id = app.current_org() AND a.member_id = ANY (ARRAY(SELECT y.member_id FROM my y WHERE y.kind = 'backup')) \
             AND a.kind IN ('primary', 'temporary') AND a.effective_from <= (SELECT app.moment()) \
             AND (a.effective_to IS NULL OR a.effective_to > (SELECT app.moment()))), \
         hands AS MATERIALIZED (SELECT o.id FROM app.hands o WHERE o.org_id = app.current_org() AND o.id = ANY (ARRAY(SELECT l.steward_id FROM held l))), \
         mine AS MATERIALIZED ( \
           SELECT m.id, m.display_name, m.sort_name, m.stage, p.kind, p.until, m.worksite_id, m.department_id, m.shift_id, m.email, \
             c.last_reached_at AS reached, coalesce(t.overdue, 0) AS overdue, t.next_due, \
             CASE WHEN t.overdue > 0 THEN 0 \
               WHEN coalesce(m.joined_on, m.created_at::date) > $2 - 30 THEN 2 \
               WHEN c.last_reached_at IS NULL OR c.last_reached_at < (SELECT app.moment()) - interval '60 days' THEN 1 \
               ELSE 3 END AS need \
           FROM my p \
           JOIN members m ON m.org_id = app.current_org() AND m.id = p.member_id AND m.state <> 'left' AND m.id = ANY (ARRAY(SELECT y.member_id FROM my y)) \
           LEFT JOIN member_contacts c ON c.org_id = m.org_id AND c.member_id = m.id \
           LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE t.due_on < $2) AS overdue, min(t.due_on) AS next_due FROM tasks t \
             WHERE t.org_id = m.org_id AND t.member_id = m.id AND t.completed_at IS NULL AND t.status <> 'cancelled') t ON true \
           WHERE ($3 = '' OR m.sort_name LIKE '%' || app.search_fold($3) || '%') AND ($4::uuid IS NULL OR m.worksite_id = $4) \
             AND CASE WHEN $5 THEN p.kind = 'backup' ELSE p.kind <> 'backup' OR (NOT EXISTS ( \
               SELECT 1 FROM held l WHERE l.member_id = m.id AND l.steward_id IN (SELECT o.id FROM hands o) \
             ) AND app.steward_of(m.id, app.moment()) = $1) END \
         ), ranked AS ( \
           SELECT x.*, coalesce(x.reached, '-infinity') AS since FROM mine x \
         ) \
         SELECT r.id, r.display_name AS name, r.stage, r.kind, r.until, concat_ws(' · ', w.name, d.name, h.name) AS place, \
           CASE WHEN r.kind <> 'training' THEN (SELECT k.value FROM contact_points k WHERE k.org_id = app.current_org() \
             AND k.member_id = r.id AND k.kind = 'phone' ORDER BY k.created_at, k.id LIMIT 1) END AS phone, \
           r.email, r.reached, r.overdue, r.next_due, r.need \
         FROM ranked r LEFT JOIN worksites w ON w.org_id = app.current_org() AND w.id = r.worksite_id \
         LEFT JOIN departments d ON d.org_id = app.current_org() AND d.id = r.department_id \
         LEFT JOIN shifts h ON h.org_id = app.current_org() AND h.id = r.shift_id \
         WHERE $6::uuid IS NULL OR (r.need, r.since, r.sort_name, r.id) > (SELECT a.need, a.since, a.sort_name, a.id FROM ranked a WHERE a.id = $6) \
         ORDER BY r.need, r.since, r.sort_name, r.id LIMIT $7",
    )
    .bind::<SqlUuid, _>(me)
    .bind::<Date, _>(today)
    .bind::<Text, _>(filter.words.clone())
    .bind::<Nullable<SqlUuid>, _>(filter.worksite)
    .bind::<diesel::sql_types::Bool, _>(filter.as_backup)
    .bind::<Nullable<SqlUuid>, _>(filter.after)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// A worksite of one's people.
#[derive(QueryableByName, Debug, Clone)]
pub struct Place {
    #[diesel(sql_type = SqlUuid)]
    pub id: WorksiteId,
    #[diesel(sql_type = Text)]
    pub name: String,
}

/// Where one's people work, by name.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn places(tx: &mut TenantTx<'_>, me: MemberId) -> QueryResult<Vec<Place>> {
    statement(
        "SELECT DISTINCT w.id, w.name, w.sort_name FROM app.people_of($1, app.moment()) p \
         JOIN members m ON m.org_id = app.current_org() AND m.id = p.member_id \
         JOIN worksites w ON w.org_id = m.org_id AND w.id = m.worksite_id ORDER BY w.sort_name, w.id LIMIT $2",
    )
    .bind::<SqlUuid, _>(me)
    .bind::<BigInt, _>(500_i64)
    .load(tx.conn())
}
