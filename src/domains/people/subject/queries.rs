//! A person's own facts in SQL.

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};

use crate::domains::people::model::Stage;
use crate::domains::tenancy::Erasing;
use crate::kernel::ids::{DepartmentId, ImportId, MemberId, ShiftId, WorksiteId};
use crate::platform::db::schema::{
    contact_points, import_rows, member_merges, member_tags, member_values, members, people_imports,
    steward_assignments,
};
use crate::platform::db::{TenantTx, statement};

/// Takes away what the record says.
pub fn erase(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<()> {
    let (member, now) = (erasing.member(), tx.now());
    diesel::delete(contact_points::table.filter(contact_points::member_id.eq(member))).execute(tx.conn())?;
    diesel::delete(member_tags::table.filter(member_tags::member_id.eq(member))).execute(tx.conn())?;
    diesel::delete(member_values::table.filter(member_values::member_id.eq(member))).execute(tx.conn())?;
    forget_files(tx, member)?;
    diesel::delete(steward_assignments::table.filter(steward_assignments::member_id.eq(member)))
        .execute(tx.conn())?;
    let held = steward_assignments::table.filter(steward_assignments::steward_id.eq(member));
    diesel::delete(held.filter(steward_assignments::effective_from.ge(now))).execute(tx.conn())?;
    let going_on = steward_assignments::effective_to
        .is_null()
        .or(steward_assignments::effective_to.gt(now));
    diesel::update(held.filter(going_on))
        .set(steward_assignments::effective_to.eq(now))
        .execute(tx.conn())?;
    diesel::update(members::table.filter(members::id.eq(member)))
        .set((
            members::stage.eq(Stage::Former),
            members::worksite_id.eq(None::<WorksiteId>),
            members::department_id.eq(None::<DepartmentId>),
            members::shift_id.eq(None::<ShiftId>),
            members::joined_on.eq(None::<chrono::NaiveDate>),
            members::basis_noted_on.eq(None::<chrono::NaiveDate>),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// What files that were brought in, and mergers of records, still say of a person. A file's first rows are kept for choosing its
/// columns: those of a file that had the person in it go as a whole.
fn forget_files(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<()> {
    let is_theirs = import_rows::member_id
        .eq(member)
        .or(import_rows::fresh_id.eq(member));
    let files: Vec<ImportId> = import_rows::table
        .filter(is_theirs)
        .select(import_rows::import_id)
        .distinct()
        .load(tx.conn())?;
    diesel::update(people_imports::table.filter(people_imports::id.eq_any(&files)))
        .set(people_imports::sample.eq(serde_json::json!([])))
        .execute(tx.conn())?;
    diesel::delete(import_rows::table.filter(is_theirs)).execute(tx.conn())?;
    let mergers = member_merges::kept_id
        .eq(member)
        .or(member_merges::given_up_id.eq(member));
    diesel::update(member_merges::table.filter(mergers))
        .set((
            member_merges::before.eq(serde_json::json!({})),
            member_merges::after.eq(serde_json::json!({})),
            member_merges::moved.eq(serde_json::json!({})),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// One fact.
#[derive(QueryableByName)]
pub struct Fact {
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub value: String,
}

/// What the record says, each a line.
#[expect(
    clippy::disallowed_methods,
    reason = "a union of many small facts has no typed form"
)]
pub fn facts(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Fact>> {
    statement(
        "SELECT f.title, f.value FROM ( \
           SELECT 1 AS n, v.title, v.value FROM members m \
             LEFT JOIN worksites w ON w.org_id = m.org_id AND w.id = m.worksite_id \
             LEFT JOIN departments d ON d.org_id = m.org_id AND d.id = m.department_id \
             LEFT JOIN shifts h ON h.org_id = m.org_id AND h.id = m.shift_id \
             CROSS JOIN LATERAL (VALUES ('Name', m.display_name), ('Handle', m.handle), ('E-mail', m.email), ('About', m.headline), \
               ('Stage', m.stage::text), ('State', m.state::text), ('Language', m.locale), ('Time zone', m.time_zone), \
               ('Worksite', w.name), ('Department', d.name), ('Shift', h.name), ('Joined', m.joined_on::text), \
               ('Legal basis', concat_ws(', noted ', m.legal_basis, m.basis_noted_on::text)), \
               ('Known here since', m.created_at::date::text)) AS v(title, value) \
             WHERE m.id = $1 AND coalesce(v.value, '') <> '' \
           UNION ALL SELECT 2, 'Contact point', concat_ws(' · ', c.value, nullif(c.label, '')) FROM contact_points c WHERE c.member_id = $1 \
           UNION ALL SELECT 2, f.name, v.value FROM member_values v JOIN custom_fields f ON f.org_id = v.org_id AND f.id = v.field_id WHERE v.member_id = $1 \
           UNION ALL SELECT 3, 'Tag', concat_ws(', until ', t.name, x.expires_on::text) FROM member_tags x \
             JOIN tags t ON t.org_id = x.org_id AND t.id = x.tag_id WHERE x.member_id = $1 \
           UNION ALL SELECT 4, 'Looked after by', concat(s.display_name, ' (', a.kind, '), from ', a.effective_from::date, coalesce(' to ' || a.effective_to::date, '')) \
             FROM steward_assignments a JOIN members s ON s.org_id = a.org_id AND s.id = a.steward_id WHERE a.member_id = $1 \
           UNION ALL SELECT 5, 'Office', concat(o.office, ', from ', o.effective_from::date, coalesce(' to ' || o.effective_to::date, '')) FROM officers o WHERE o.member_id = $1 \
           UNION ALL SELECT 6, 'Role', r.role::text FROM member_roles r WHERE r.member_id = $1 \
         ) f ORDER BY f.n",
    )
    .bind::<SqlUuid, _>(member)
    .load(tx.conn())
}
