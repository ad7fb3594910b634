//! A person's own facts in SQL.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text, Uuid as SqlUuid};
use uuid::Uuid;

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

#[derive(QueryableByName)]
struct InFile {
    #[diesel(sql_type = SqlUuid)]
    import_id: ImportId,
    #[diesel(sql_type = Integer)]
    line: i32,
}

/// Forgets the rows of files that are about a person: known as theirs, with their address, or with their name and number. Answers
/// the files that are still kept: they hold the person too, and go as a whole, with the first rows that were kept of them for
/// choosing their columns. While contact points still say who it is.
#[expect(
    clippy::disallowed_methods,
    reason = "a comparison with two tables has no readable typed form"
)]
pub fn forget_rows(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<Vec<Uuid>> {
    let now = tx.now();
    let rows: Vec<InFile> = statement(
        "SELECT r.import_id, r.line FROM import_rows r, members m WHERE m.org_id = (SELECT app.current_org()) AND m.id = $1 AND r.org_id = m.org_id AND ( \
           r.member_id = m.id OR r.fresh_id = m.id \
           OR r.email = lower(m.email) OR r.email IN (SELECT lower(c.value) FROM contact_points c WHERE c.member_id = $1 AND c.kind = 'email') \
           OR (r.phone IN (SELECT c.value FROM contact_points c WHERE c.member_id = $1 AND c.kind = 'phone') AND app.search_fold(r.name) = m.sort_name))",
    )
    .bind::<SqlUuid, _>(erasing.member())
    .load(tx.conn())?;
    let mut imports: Vec<ImportId> = rows.iter().map(|row| row.import_id).collect();
    imports.sort_unstable();
    imports.dedup();
    let files: Vec<(ImportId, Option<Uuid>)> = people_imports::table
        .filter(people_imports::id.eq_any(&imports))
        .filter(people_imports::file_gone_at.is_null())
        .select((people_imports::id, people_imports::file_id))
        .load(tx.conn())?;
    diesel::update(people_imports::table.filter(people_imports::id.eq_any(&imports)))
        .set((
            people_imports::sample.eq(serde_json::json!([])),
            people_imports::file_gone_at.eq(now),
        ))
        .execute(tx.conn())?;
    for row in &rows {
        diesel::delete(
            import_rows::table
                .filter(import_rows::import_id.eq(row.import_id))
                .filter(import_rows::line.eq(row.line)),
        )
        .execute(tx.conn())?;
    }
    Ok(files
        .into_iter()
        .map(|(import, file)| file.unwrap_or(import.0))
        .collect())
}

/// The records that were given up for this person's and still point to them: what they say is the person's too.
pub fn given_up_for(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<Vec<MemberId>> {
    member_merges::table
        .filter(member_merges::kept_id.eq(erasing.member()))
        .filter(member_merges::parted_at.is_null())
        .select(member_merges::given_up_id)
        .load(tx.conn())
}

/// Takes away what a record says that was given up for one that is erased. Nothing else is known of it: who acted or was written
/// about is not given up.
pub fn empty_given_up(tx: &mut TenantTx<'_>, _: &Erasing, member: MemberId) -> QueryResult<()> {
    diesel::delete(contact_points::table.filter(contact_points::member_id.eq(member))).execute(tx.conn())?;
    diesel::delete(member_tags::table.filter(member_tags::member_id.eq(member))).execute(tx.conn())?;
    diesel::delete(member_values::table.filter(member_values::member_id.eq(member))).execute(tx.conn())?;
    diesel::update(members::table.filter(members::id.eq(member)))
        .set((
            members::display_name.eq("Erased person"),
            members::handle.eq(format!(
                "erased-{}",
                member.0.simple().to_string().get(12..).unwrap_or_default()
            )),
            members::email.eq(None::<String>),
            members::headline.eq(""),
            members::stage.eq(Stage::Former),
            members::worksite_id.eq(None::<WorksiteId>),
            members::department_id.eq(None::<DepartmentId>),
            members::shift_id.eq(None::<ShiftId>),
            members::joined_on.eq(None::<chrono::NaiveDate>),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Forgets the mergers of an erased person: the records stay apart for good, and none of them comes back.
pub fn forget_mergers(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<()> {
    let member = erasing.member();
    let mergers = member_merges::kept_id
        .eq(member)
        .or(member_merges::given_up_id.eq(member));
    diesel::delete(member_merges::table.filter(mergers))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes the name of an erased person out of the words of changes of many, which named stewards once.
#[expect(clippy::disallowed_methods, reason = "replace has no typed form")]
pub fn unname_changes(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<()> {
    statement(
        "UPDATE bulk_changes b SET words = replace(b.words, m.display_name, 'Erased person') FROM members m \
         WHERE m.org_id = b.org_id AND m.id = $1 AND b.kind <> 'tag' AND strpos(b.words, m.display_name) > 0",
    )
    .bind::<SqlUuid, _>(erasing.member())
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
