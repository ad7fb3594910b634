//! Taking rows over, a batch in a transaction.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Text, Uuid as SqlUuid};

use crate::domains::people::model::Stage;
use crate::kernel::ids::{DepartmentId, ImportId, ShiftId, TagId, WorksiteId};
use crate::kernel::sql_types::MemberStage;
use crate::platform::db::schema::{departments, shifts, worksites};
use crate::platform::db::{TenantTx, statement};

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct PlacedName {
    #[diesel(sql_type = SqlUuid)]
    worksite_id: WorksiteId,
    #[diesel(sql_type = Text)]
    name: String,
}

/// Rows of one statement that binds every value alone: a statement takes 65,535 of them.
const PARAMETERS: usize = 5_000;

/// What is to be taken over: rows that are new or change something, and possible ones somebody decided about.
macro_rules! wanted {
    () => {
        "applied IS NULL AND (verdict IN ('new', 'changed') OR (verdict = 'possible' AND choice <> 'skip'))"
    };
}

/// Makes the worksites that rows to be taken over name and nobody knows; answers how many.
#[expect(
    clippy::disallowed_methods,
    reason = "grouping by a folded name has no typed form"
)]
pub fn make_worksites(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<usize> {
    let missing: Vec<Name> = statement(concat!(
        "SELECT min(worksite) AS name FROM import_rows WHERE import_id = $1 AND worksite IS NOT NULL AND worksite_id IS NULL AND ",
        wanted!(),
        " GROUP BY app.search_fold(worksite)"
    ))
    .bind::<SqlUuid, _>(id)
    .load(tx.conn())?;
    let now = tx.now();
    let rows: Vec<_> = missing
        .iter()
        .map(|one| {
            (
                worksites::id.eq(tx.new_id::<WorksiteId>()),
                worksites::name.eq(&one.name),
                worksites::created_at.eq(now),
            )
        })
        .collect();
    let mut made = 0;
    for rows in rows.chunks(PARAMETERS) {
        made += diesel::insert_into(worksites::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(tx.conn())?;
    }
    Ok(made)
}

/// Makes the departments, once every worksite is known.
#[expect(
    clippy::disallowed_methods,
    reason = "grouping by a folded name has no typed form"
)]
pub fn make_departments(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<usize> {
    let missing: Vec<PlacedName> = statement(concat!(
        "SELECT worksite_id, min(department) AS name FROM import_rows WHERE import_id = $1 AND worksite_id IS NOT NULL \
           AND department IS NOT NULL AND department_id IS NULL AND ",
        wanted!(),
        " GROUP BY worksite_id, app.search_fold(department)"
    ))
    .bind::<SqlUuid, _>(id)
    .load(tx.conn())?;
    let rows: Vec<_> = missing
        .iter()
        .map(|one| {
            (
                departments::id.eq(tx.new_id::<DepartmentId>()),
                departments::worksite_id.eq(one.worksite_id),
                departments::name.eq(&one.name),
            )
        })
        .collect();
    let mut made = 0;
    for rows in rows.chunks(PARAMETERS) {
        made += diesel::insert_into(departments::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(tx.conn())?;
    }
    Ok(made)
}

/// Makes the shifts.
#[expect(
    clippy::disallowed_methods,
    reason = "grouping by a folded name has no typed form"
)]
pub fn make_shifts(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<usize> {
    let missing: Vec<Name> = statement(concat!(
        "SELECT min(shift) AS name FROM import_rows WHERE import_id = $1 AND shift IS NOT NULL AND shift_id IS NULL AND ",
        wanted!(),
        " GROUP BY app.search_fold(shift)"
    ))
    .bind::<SqlUuid, _>(id)
    .load(tx.conn())?;
    let rows: Vec<_> = missing
        .iter()
        .zip(100_i32..)
        .map(|(one, position)| {
            (
                shifts::id.eq(tx.new_id::<ShiftId>()),
                shifts::name.eq(&one.name),
                shifts::position.eq(position),
            )
        })
        .collect();
    let mut made = 0;
    for rows in rows.chunks(PARAMETERS) {
        made += diesel::insert_into(shifts::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(tx.conn())?;
    }
    Ok(made)
}

/// Makes the tags that rows put on people and nobody used before.
#[expect(clippy::disallowed_methods, reason = "unnesting a text has no typed form")]
pub fn make_tags(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<()> {
    use crate::platform::db::schema::tags;
    let missing: Vec<Name> = statement(concat!(
        "SELECT min(t.name) AS name FROM (SELECT unnest(string_to_array(tags, chr(10))) AS name FROM import_rows \
           WHERE import_id = $1 AND tags IS NOT NULL AND ",
        wanted!(),
        ") t WHERE NOT EXISTS (SELECT 1 FROM tags k WHERE lower(k.name) = lower(t.name)) GROUP BY lower(t.name)"
    ))
    .bind::<SqlUuid, _>(id)
    .load(tx.conn())?;
    let now = tx.now();
    let rows: Vec<_> = missing
        .iter()
        .map(|one| {
            (
                tags::id.eq(tx.new_id::<TagId>()),
                tags::name.eq(&one.name),
                tags::created_at.eq(now),
            )
        })
        .collect();
    for rows in rows.chunks(PARAMETERS) {
        diesel::insert_into(tags::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(tx.conn())?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Integer)]
    line: i32,
}

/// The next lines to be taken over, after one.
#[expect(
    clippy::disallowed_methods,
    reason = "the condition is shared with other statements"
)]
pub fn next_lines(tx: &mut TenantTx<'_>, id: ImportId, after: i32, limit: i64) -> QueryResult<Vec<i32>> {
    let lines: Vec<Line> = statement(concat!(
        "SELECT line FROM import_rows WHERE import_id = $1 AND line > $2 AND ",
        wanted!(),
        " ORDER BY line LIMIT $3"
    ))
    .bind::<SqlUuid, _>(id)
    .bind::<Integer, _>(after)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())?;
    Ok(lines.into_iter().map(|line| line.line).collect())
}

/// Whom a row becomes: somebody new, or whom it was found to be about.
macro_rules! taken {
    () => {
        "t AS MATERIALIZED (SELECT r.*, CASE WHEN r.verdict = 'new' OR (r.verdict = 'possible' AND r.choice = 'new') THEN r.fresh_id \
           ELSE r.member_id END AS person, r.verdict = 'new' OR (r.verdict = 'possible' AND r.choice = 'new') AS is_new \
         FROM import_rows r WHERE r.import_id = $1 AND r.line = ANY($2) AND r.applied IS NULL AND r.verdict IN ('new', 'changed', 'possible'))"
    };
}

/// What new people get besides what their row says.
pub struct Usual<'a> {
    /// How far they are.
    pub stage: Stage,
    /// Why their data may be kept.
    pub legal_basis: &'a str,
    /// When that was noted.
    pub basis_noted_on: Option<NaiveDate>,
}

/// Makes people of the new rows among these lines.
#[expect(
    clippy::disallowed_methods,
    reason = "INSERT … SELECT has no readable typed form"
)]
pub fn make_people(
    tx: &mut TenantTx<'_>,
    id: ImportId,
    lines: &[i32],
    usual: &Usual<'_>,
) -> QueryResult<usize> {
    let now = tx.now();
    statement(concat!(
        "WITH ",
        taken!(),
        " INSERT INTO members (id, display_name, handle, email, time_zone, locale, stage, worksite_id, department_id, shift_id, joined_on, \
            legal_basis, basis_noted_on, created_at) \
         SELECT t.fresh_id, t.name, CASE WHEN EXISTS (SELECT 1 FROM members k WHERE k.org_id = t.org_id AND k.handle = t.handle) \
             THEN left(t.handle, 23) || '.' || right(t.fresh_id::text, 8) ELSE t.handle END, \
           t.email, o.time_zone, coalesce(t.locale, o.locale), coalesce(t.stage, $3), t.worksite_id, t.department_id, t.shift_id, t.joined_on, $4, $5, $6 \
         FROM t CROSS JOIN (SELECT time_zone, locale FROM organizations WHERE id = (SELECT app.current_org())) o WHERE t.is_new"
    ))
    .bind::<SqlUuid, _>(id)
    .bind::<Array<Integer>, _>(lines.to_vec())
    .bind::<MemberStage, _>(usual.stage)
    .bind::<Text, _>(usual.legal_basis)
    .bind::<Nullable<Date>, _>(usual.basis_noted_on)
    .bind::<diesel::sql_types::Timestamptz, _>(now)
    .execute(tx.conn())
}

/// What some lines hold, as far as statements can be spared where there is nothing of it.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Held {
    /// Rows about somebody who is known.
    #[diesel(sql_type = Bool)]
    pub known: bool,
    /// Rows with tags.
    #[diesel(sql_type = Bool)]
    pub tags: bool,
    /// Rows with the organization's own fields.
    #[diesel(sql_type = Bool)]
    pub fields: bool,
}

/// What these lines hold.
#[expect(clippy::disallowed_methods, reason = "three answers in one pass")]
pub fn held(tx: &mut TenantTx<'_>, id: ImportId, lines: &[i32]) -> QueryResult<Held> {
    statement(
        "SELECT coalesce(bool_or(member_id IS NOT NULL), false) AS known, coalesce(bool_or(tags IS NOT NULL), false) AS tags, \
           coalesce(bool_or(fields <> '{}'::jsonb), false) AS fields FROM import_rows WHERE import_id = $1 AND line = ANY($2)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Array<Integer>, _>(lines.to_vec())
    .get_result(tx.conn())
}

/// Writes what the other rows among these lines change, and for all of them what hangs on a person; marks them as taken over.
#[expect(
    clippy::disallowed_methods,
    reason = "statements from joins have no readable typed form"
)]
pub fn write(tx: &mut TenantTx<'_>, id: ImportId, lines: &[i32], held: Held) -> QueryResult<()> {
    for (_, sql) in [
        (true, concat!(
            "WITH ",
            taken!(),
            " INSERT INTO member_roles (member_id, role) SELECT t.person, 'member' FROM t WHERE t.is_new ON CONFLICT DO NOTHING"
        )),
        // An address is kept with the person when there is none yet and they have no login, else beside it.
        (held.known, concat!(
            "WITH ",
            taken!(),
            " UPDATE members m SET display_name = CASE WHEN t.changes ? 'name' THEN t.name ELSE m.display_name END, \
               email = CASE WHEN t.changes ? 'email' AND m.user_id IS NULL THEN coalesce(m.email, t.email) ELSE m.email END, \
               locale = CASE WHEN t.changes ? 'locale' THEN t.locale ELSE m.locale END, \
               stage = CASE WHEN t.changes ? 'stage' THEN t.stage ELSE m.stage END, \
               joined_on = CASE WHEN t.changes ? 'joined_on' THEN t.joined_on ELSE m.joined_on END, \
               worksite_id = CASE WHEN t.changes ? 'worksite' THEN t.worksite_id ELSE m.worksite_id END, \
               department_id = CASE WHEN t.changes ? 'department' THEN t.department_id ELSE m.department_id END, \
               shift_id = CASE WHEN t.changes ? 'shift' THEN t.shift_id ELSE m.shift_id END \
             FROM t WHERE m.org_id = t.org_id AND m.id = t.person AND NOT t.is_new AND t.changes <> '{}'::jsonb"
        )),
        (true, concat!(
            "WITH ",
            taken!(),
            " INSERT INTO contact_points (id, member_id, kind, value) \
             SELECT gen_random_uuid(), p.person, p.kind::contact_kind, p.value FROM ( \
               SELECT t.person, 'phone' AS kind, t.phone AS value FROM t WHERE t.phone IS NOT NULL AND (t.is_new OR t.changes ? 'phone') \
               UNION ALL SELECT t.person, 'email', t.email FROM t JOIN members m ON m.org_id = t.org_id AND m.id = t.person \
                 WHERE NOT t.is_new AND t.changes ? 'email' AND lower(coalesce(m.email, '')) <> t.email) p ON CONFLICT DO NOTHING"
        )),
        (held.tags, concat!(
            "WITH ",
            taken!(),
            " INSERT INTO member_tags (member_id, tag_id) SELECT DISTINCT t.person, k.id FROM t CROSS JOIN LATERAL \
               unnest(string_to_array(t.tags, chr(10))) AS w(name) JOIN tags k ON k.org_id = t.org_id AND lower(k.name) = lower(w.name) \
             ON CONFLICT (org_id, member_id, tag_id) DO UPDATE SET expires_on = NULL, added_by = NULL, added_at = (SELECT app.moment()) \
               WHERE member_tags.expires_on < (SELECT app.moment())::date"
        )),
        (held.fields, concat!(
            "WITH ",
            taken!(),
            " INSERT INTO member_values (member_id, field_id, value) SELECT t.person, v.key::uuid, v.value FROM t CROSS JOIN LATERAL \
               jsonb_each_text(t.fields) v WHERE EXISTS (SELECT 1 FROM custom_fields f WHERE f.org_id = t.org_id AND f.id = v.key::uuid) \
             ON CONFLICT (org_id, member_id, field_id) DO UPDATE SET value = excluded.value, changed_at = now()"
        )),
        (true, "UPDATE import_rows SET applied = CASE WHEN verdict = 'new' OR (verdict = 'possible' AND choice = 'new') THEN 'new' ELSE 'changed' END::import_verdict \
         WHERE import_id = $1 AND line = ANY($2) AND applied IS NULL AND verdict IN ('new', 'changed', 'possible')"),
    ]
    .into_iter()
    .filter(|(is_held, _)| *is_held)
    {
        statement(sql)
            .bind::<SqlUuid, _>(id)
            .bind::<Array<Integer>, _>(lines.to_vec())
            .execute(tx.conn())?;
    }
    Ok(())
}
