//! Staging the rows of a file and comparing them with who is known.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Integer, Nullable, Text, Uuid as SqlUuid};

use crate::domains::people::import::model::Draft;
use crate::kernel::ids::{ImportId, MemberId};
use crate::platform::db::schema::import_rows;
use crate::platform::db::{TenantTx, statement};

/// Empties the staging of an import: it is checked anew.
pub fn clear(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<()> {
    diesel::delete(import_rows::table.filter(import_rows::import_id.eq(id)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Stages rows, each with the handle it would get.
#[expect(
    clippy::disallowed_methods,
    reason = "INSERT … SELECT FROM unnest has no typed form"
)]
pub fn stage(tx: &mut TenantTx<'_>, id: ImportId, rows: &[(Draft, String)]) -> QueryResult<()> {
    let texts = |pick: fn(&Draft) -> Option<&str>| rows.iter().map(|(row, _)| pick(row)).collect::<Vec<_>>();
    let lines: Vec<i32> = rows.iter().map(|(row, _)| row.line).collect();
    let ids: Vec<MemberId> = rows.iter().map(|_| tx.new_id()).collect();
    let joined: Vec<String> = rows.iter().map(|(row, _)| row.tags.join("\n")).collect();
    let fields: Vec<String> = rows
        .iter()
        .map(|(row, _)| serde_json::Value::Object(row.fields.clone()).to_string())
        .collect();
    statement(
        "INSERT INTO import_rows (import_id, line, fresh_id, handle, name, email, phone, worksite, department, shift, stage, joined_on, locale, tags, fields, problem) \
         SELECT $1, u.line, u.fresh, u.handle, u.name, u.email, u.phone, u.worksite, u.department, u.shift, u.stage::member_stage, u.joined, u.locale, \
           nullif(u.tags, ''), u.fields::jsonb, u.problem \
         FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
           AS u(line, fresh, handle, name, email, phone, worksite, department, shift, stage, joined, locale, tags, fields, problem) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Array<Integer>, _>(lines)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(rows.iter().map(|(_, handle)| handle.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|(row, _)| row.name.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(texts(|row| row.email.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(texts(|row| row.phone.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(texts(|row| row.worksite.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(texts(|row| row.department.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(texts(|row| row.shift.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(texts(|row| row.stage.map(|stage| stage.as_str())))
    .bind::<Array<Nullable<Date>>, _>(rows.iter().map(|(row, _)| row.joined_on).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(texts(|row| row.locale))
    .bind::<Array<Text>, _>(joined)
    .bind::<Array<Text>, _>(fields)
    .bind::<Array<Text>, _>(rows.iter().map(|(row, _)| row.problems.join(" ")).collect::<Vec<_>>())
    .execute(tx.conn())
    .map(|_| ())
}

/// Has the database count the rows of the files that are staged: it knows nothing of a new file, takes its hundred thousand rows for
/// one, and would read all of them for each batch until it counts by itself, a minute later.
#[expect(clippy::disallowed_methods, reason = "a function of the schema")]
pub fn measure(tx: &mut TenantTx<'_>) -> QueryResult<()> {
    statement("SELECT app.measure_import_rows()")
        .execute(tx.conn())
        .map(|_| ())
}

/// Runs statements about one import, in order.
#[expect(
    clippy::disallowed_methods,
    reason = "updates from joins have no readable typed form"
)]
fn each(tx: &mut TenantTx<'_>, id: ImportId, statements: &[&'static str]) -> QueryResult<()> {
    for sql in statements {
        statement(*sql).bind::<SqlUuid, _>(id).execute(tx.conn())?;
    }
    Ok(())
}

/// Finds the worksites, departments and shifts that rows name: by name, without regard to case and accents, among the open ones.
pub fn find_places(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<()> {
    each(
        tx,
        id,
        &[
            "UPDATE import_rows r SET worksite_id = f.id FROM ( \
               SELECT n.worksite, min(w.id::text)::uuid AS id FROM (SELECT DISTINCT worksite FROM import_rows WHERE import_id = $1 AND worksite IS NOT NULL) n \
               JOIN worksites w ON w.sort_name = app.search_fold(n.worksite) AND w.archived_at IS NULL GROUP BY n.worksite) f \
             WHERE r.import_id = $1 AND r.worksite = f.worksite",
            "UPDATE import_rows r SET department_id = f.id FROM ( \
               SELECT n.worksite_id, n.department, min(d.id::text)::uuid AS id \
               FROM (SELECT DISTINCT worksite_id, department FROM import_rows WHERE import_id = $1 AND worksite_id IS NOT NULL AND department IS NOT NULL) n \
               JOIN departments d ON d.worksite_id = n.worksite_id AND app.search_fold(d.name) = app.search_fold(n.department) \
               GROUP BY n.worksite_id, n.department) f \
             WHERE r.import_id = $1 AND r.worksite_id = f.worksite_id AND r.department = f.department",
            "UPDATE import_rows r SET shift_id = f.id FROM ( \
               SELECT n.shift, min(s.id::text)::uuid AS id FROM (SELECT DISTINCT shift FROM import_rows WHERE import_id = $1 AND shift IS NOT NULL) n \
               JOIN shifts s ON app.search_fold(s.name) = app.search_fold(n.shift) GROUP BY n.shift) f \
             WHERE r.import_id = $1 AND r.shift = f.shift",
        ],
    )
}

/// Makes a name that nobody knows an error of its row.
pub fn refuse_unknown_places(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<()> {
    each(
        tx,
        id,
        &[
            "UPDATE import_rows r SET problem = concat_ws(' ', nullif(r.problem, ''), \
             CASE WHEN r.worksite IS NOT NULL AND r.worksite_id IS NULL THEN 'There is no worksite called “' || r.worksite || '”.' END, \
             CASE WHEN r.department IS NOT NULL AND r.worksite_id IS NOT NULL AND r.department_id IS NULL \
               THEN 'There is no department called “' || r.department || '” there.' END, \
             CASE WHEN r.shift IS NOT NULL AND r.shift_id IS NULL THEN 'There is no shift called “' || r.shift || '”.' END) \
           WHERE r.import_id = $1 AND ((r.worksite IS NOT NULL AND r.worksite_id IS NULL) \
             OR (r.department IS NOT NULL AND r.worksite_id IS NOT NULL AND r.department_id IS NULL) OR (r.shift IS NOT NULL AND r.shift_id IS NULL))",
        ],
    )
}

/// Compares rows with each other and with who is known: by e-mail address, then by phone number, then by name and worksite.
///
/// An address is one person's. A number alone may be a family's: it counts when the name is the same too, and is else a
/// possibility, as is the same name at the same worksite. Who is here comes before who left, and a record that was given up for
/// another is nobody's.
pub fn find_people(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<()> {
    each(
        tx,
        id,
        &[
            "UPDATE import_rows r SET problem = 'The same e-mail address is in line ' || f.first || '.' FROM ( \
               SELECT line, first_value(line) OVER (PARTITION BY email ORDER BY line) AS first FROM import_rows \
               WHERE import_id = $1 AND email IS NOT NULL AND problem = '') f \
             WHERE r.import_id = $1 AND r.line = f.line AND f.first <> f.line",
            "UPDATE import_rows r SET member_id = f.id, matched_by = 'email', verdict = CASE WHEN f.many > 1 THEN 'possible'::import_verdict END FROM ( \
               SELECT r.line, coalesce(min(k.id::text) FILTER (WHERE NOT k.has_left), min(k.id::text))::uuid AS id, \
                 count(DISTINCT k.id) FILTER (WHERE NOT k.has_left) AS many FROM import_rows r JOIN ( \
                 SELECT lower(m.email) AS email, m.id, m.state = 'left' AS has_left FROM members m WHERE m.email IS NOT NULL \
                 UNION SELECT lower(c.value), c.member_id, m.state = 'left' FROM contact_points c JOIN members m ON m.org_id = c.org_id AND m.id = c.member_id \
                   WHERE c.kind = 'email') k ON k.email = r.email \
               WHERE r.import_id = $1 AND r.problem = '' AND k.id NOT IN (SELECT g.given_up_id FROM member_merges g WHERE g.parted_at IS NULL) GROUP BY r.line) f \
             WHERE r.import_id = $1 AND r.line = f.line",
            "UPDATE import_rows r SET member_id = f.id, matched_by = 'phone', verdict = CASE WHEN f.alike THEN NULL ELSE 'possible'::import_verdict END FROM ( \
               SELECT DISTINCT ON (r.line) r.line, m.id, m.sort_name = app.search_fold(r.name) AS alike \
               FROM import_rows r JOIN contact_points c ON c.value = r.phone AND c.kind = 'phone' JOIN members m ON m.id = c.member_id \
               WHERE r.import_id = $1 AND r.problem = '' AND r.member_id IS NULL AND r.phone IS NOT NULL \
                 AND (m.state <> 'left' OR m.sort_name = app.search_fold(r.name)) \
                 AND m.id NOT IN (SELECT g.given_up_id FROM member_merges g WHERE g.parted_at IS NULL) \
               ORDER BY r.line, m.state = 'left', m.sort_name = app.search_fold(r.name) DESC, m.id) f \
             WHERE r.import_id = $1 AND r.line = f.line",
            "UPDATE import_rows r SET member_id = f.id, matched_by = 'name', verdict = 'possible' FROM ( \
               SELECT r.line, min(m.id::text)::uuid AS id FROM (SELECT line, app.search_fold(name) AS folded, \
                   CASE WHEN worksite IS NULL THEN '00000000-0000-0000-0000-000000000000'::uuid ELSE worksite_id END AS place \
                 FROM import_rows WHERE import_id = $1 AND problem = '' AND member_id IS NULL) r \
               JOIN members m ON m.sort_name = r.folded AND coalesce(m.worksite_id, '00000000-0000-0000-0000-000000000000'::uuid) = r.place \
               WHERE m.state <> 'left' GROUP BY r.line) f \
             WHERE r.import_id = $1 AND r.line = f.line",
            "UPDATE import_rows r SET problem = 'Line ' || f.first || ' is about the same person.' FROM ( \
               SELECT line, first_value(line) OVER (PARTITION BY member_id ORDER BY line) AS first FROM import_rows \
               WHERE import_id = $1 AND member_id IS NOT NULL AND verdict IS NULL AND problem = '') f \
             WHERE r.import_id = $1 AND r.line = f.line AND f.first <> f.line",
            "UPDATE import_rows r SET verdict = 'possible', matched_by = 'file' FROM ( \
               SELECT line, email, first_value(line) OVER same AS first, first_value(email) OVER same AS first_email FROM import_rows \
               WHERE import_id = $1 AND member_id IS NULL AND problem = '' \
               WINDOW same AS (PARTITION BY app.search_fold(name), coalesce(worksite_id::text, app.search_fold(worksite)) ORDER BY line)) f \
             WHERE r.import_id = $1 AND r.line = f.line AND f.first <> f.line AND (f.email IS NULL OR f.first_email IS NULL)",
            "UPDATE import_rows r SET verdict = 'possible', matched_by = 'file' FROM ( \
               SELECT line, first_value(line) OVER (PARTITION BY app.search_fold(name), phone ORDER BY line) AS first FROM import_rows \
               WHERE import_id = $1 AND member_id IS NULL AND problem = '' AND phone IS NOT NULL) f \
             WHERE r.import_id = $1 AND r.line = f.line AND f.first <> f.line",
            "UPDATE import_rows r SET problem = 'This person left. Restore them on their page first.' FROM members m \
             WHERE r.import_id = $1 AND r.member_id = m.id AND m.state = 'left' AND r.problem = '' AND r.verdict IS NULL",
            "UPDATE import_rows SET verdict = 'wrong' WHERE import_id = $1 AND problem <> ''",
            "UPDATE import_rows SET verdict = 'new' WHERE import_id = $1 AND verdict IS NULL AND member_id IS NULL",
        ],
    )
}

/// What a row changes about whom it is about: by field the old value and the new one. An empty cell changes nothing; who has a
/// login keeps the name and language they chose.
macro_rules! differences {
    ($which:literal) => {
        concat!(
            "UPDATE import_rows r SET changes = f.changes, verdict = CASE WHEN r.verdict = 'possible' THEN r.verdict \
               WHEN f.changes = '{}'::jsonb THEN 'unchanged'::import_verdict ELSE 'changed'::import_verdict END \
             FROM (SELECT x.line, jsonb_strip_nulls(jsonb_build_object( \
               'name', CASE WHEN m.user_id IS NULL AND x.name <> m.display_name THEN jsonb_build_array(m.display_name, x.name) END, \
               'email', CASE WHEN x.email IS NOT NULL AND lower(coalesce(m.email, '')) <> x.email AND NOT EXISTS (SELECT 1 FROM contact_points c \
                 WHERE c.org_id = m.org_id AND c.member_id = m.id AND c.value = x.email) THEN jsonb_build_array(NULL, x.email) END, \
               'phone', CASE WHEN x.phone IS NOT NULL AND NOT EXISTS (SELECT 1 FROM contact_points c \
                 WHERE c.org_id = m.org_id AND c.member_id = m.id AND c.value = x.phone) THEN jsonb_build_array(NULL, x.phone) END, \
               'worksite', CASE WHEN x.worksite IS NOT NULL AND (x.worksite_id IS NULL OR x.worksite_id IS DISTINCT FROM m.worksite_id) \
                 THEN jsonb_build_array(m.worksite_id, x.worksite_id) END, \
               'department', CASE WHEN x.department IS NOT NULL AND (x.department_id IS NULL OR x.department_id IS DISTINCT FROM m.department_id) \
                 THEN jsonb_build_array(m.department_id, x.department_id) \
                 WHEN x.department IS NULL AND x.worksite IS NOT NULL AND x.worksite_id IS DISTINCT FROM m.worksite_id AND m.department_id IS NOT NULL \
                 THEN jsonb_build_array(m.department_id, NULL) END, \
               'shift', CASE WHEN x.shift IS NOT NULL AND (x.shift_id IS NULL OR x.shift_id IS DISTINCT FROM m.shift_id) \
                 THEN jsonb_build_array(m.shift_id, x.shift_id) END, \
               'stage', CASE WHEN x.stage <> m.stage THEN jsonb_build_array(m.stage, x.stage) END, \
               'joined_on', CASE WHEN x.joined_on IS NOT NULL AND x.joined_on IS DISTINCT FROM m.joined_on THEN jsonb_build_array(m.joined_on, x.joined_on) END, \
               'locale', CASE WHEN m.user_id IS NULL AND x.locale <> m.locale THEN jsonb_build_array(m.locale, x.locale) END, \
               'tags', CASE WHEN x.tags IS NOT NULL THEN (SELECT jsonb_agg(t.name) FROM unnest(string_to_array(x.tags, chr(10))) AS t(name) \
                 WHERE NOT EXISTS (SELECT 1 FROM member_tags g JOIN tags k ON k.org_id = g.org_id AND k.id = g.tag_id \
                   WHERE g.org_id = m.org_id AND g.member_id = m.id AND lower(k.name) = lower(t.name) \
                     AND (g.expires_on IS NULL OR g.expires_on >= (SELECT app.moment())::date))) END, \
               'fields', CASE WHEN x.fields <> '{}'::jsonb THEN (SELECT jsonb_object_agg(v.key, jsonb_build_array(h.value, v.value)) \
                 FROM jsonb_each_text(x.fields) v LEFT JOIN member_values h ON h.org_id = m.org_id AND h.member_id = m.id AND h.field_id = v.key::uuid \
                 WHERE h.value IS DISTINCT FROM v.value) END \
             )) AS changes FROM import_rows x JOIN members m ON m.org_id = x.org_id AND m.id = x.member_id \
             WHERE x.import_id = $1 AND x.verdict IS DISTINCT FROM 'wrong' AND ",
            $which,
            ") f WHERE r.import_id = $1 AND r.line = f.line"
        )
    };
}

/// Notes for every row about somebody known what it changes.
pub fn compare(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<()> {
    each(tx, id, &[differences!("x.applied IS NULL")])
}

/// The same for some lines, just before they are taken over: somebody may have changed the record since. Without loops: the
/// planner takes the two thousand lines for one and would read the file anew for each.
#[expect(
    clippy::disallowed_methods,
    reason = "an update from a join has no readable typed form"
)]
pub fn compare_lines(tx: &mut TenantTx<'_>, id: ImportId, lines: &[i32]) -> QueryResult<()> {
    use diesel::connection::SimpleConnection as _;
    tx.conn().batch_execute("SET LOCAL enable_nestloop = off")?;
    statement(differences!("x.line = ANY($2) AND x.applied IS NULL"))
        .bind::<SqlUuid, _>(id)
        .bind::<Array<Integer>, _>(lines.to_vec())
        .execute(tx.conn())?;
    tx.conn().batch_execute("SET LOCAL enable_nestloop = on")
}

/// Handles nobody has: `ada.lovelace`, then `ada.lovelace.2`.
pub struct Handles {
    taken: std::collections::HashSet<String>,
    next: HashMap<String, u32>,
}

impl Handles {
    /// Besides these.
    pub fn besides(taken: impl IntoIterator<Item = String>) -> Self {
        Self {
            taken: taken.into_iter().collect(),
            next: HashMap::new(),
        }
    }

    /// A handle for this base, given away once.
    pub fn take(&mut self, base: &str) -> String {
        if self.taken.insert(base.to_owned()) {
            return base.to_owned();
        }
        let stem: String = base.chars().take(24).collect();
        let next = self.next.entry(stem.clone()).or_insert(1);
        loop {
            *next += 1;
            let handle = format!("{stem}.{next}");
            if self.taken.insert(handle.clone()) {
                return handle;
            }
        }
    }
}
