//! What changed between the look at a file and its taking over: people, places, and who came since.

use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Uuid as SqlUuid};

use crate::kernel::ids::ImportId;
use crate::platform::db::{TenantTx, statement};

/// Waits until no other import of this organization is in the middle of a batch: of two files with the same people, the second is
/// to find whom the first made.
#[expect(clippy::disallowed_methods, reason = "a lock of the database's own")]
pub fn alone(tx: &mut TenantTx<'_>) -> QueryResult<()> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('people.import', 0) # hashtextextended(app.current_org()::text, 0))")
        .execute(tx.conn())
        .map(|_| ())
}

/// Makes rows errors whose person, worksite, department or shift is gone since they were compared: they would fail each time.
pub fn refuse_gone(tx: &mut TenantTx<'_>, id: ImportId, lines: &[i32]) -> QueryResult<()> {
    each(
        tx,
        id,
        lines,
        &[
            "UPDATE import_rows r SET verdict = 'wrong', problem = 'This person is no longer here. Check the file again.' \
             WHERE r.import_id = $1 AND r.line = ANY($2) AND r.applied IS NULL AND r.verdict <> 'new' AND NOT (r.verdict = 'possible' AND r.choice = 'new') \
               AND NOT EXISTS (SELECT 1 FROM members m WHERE m.org_id = r.org_id AND m.id = r.member_id AND m.state <> 'left')",
            "UPDATE import_rows r SET verdict = 'wrong', problem = 'The worksite, department or shift is no longer there. Check the file again.' \
             WHERE r.import_id = $1 AND r.line = ANY($2) AND r.applied IS NULL AND r.verdict <> 'wrong' AND ( \
               (r.worksite_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM worksites w WHERE w.org_id = r.org_id AND w.id = r.worksite_id)) \
               OR (r.department_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM departments d WHERE d.org_id = r.org_id AND d.id = r.department_id AND d.worksite_id = r.worksite_id)) \
               OR (r.shift_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM shifts s WHERE s.org_id = r.org_id AND s.id = r.shift_id)))",
        ],
    )
}

/// Compares rows that would become new people with who came since the file was looked at. Whose address is known by now is changed
/// instead; a namesake at the same place, or with the same number, is for somebody to decide: the row says so. Addresses are looked
/// for as whole words and namesakes row by row, which indexes serve: a join would compare every row with everybody.
pub fn find_newcomers(tx: &mut TenantTx<'_>, id: ImportId, lines: &[i32]) -> QueryResult<()> {
    each(
        tx,
        id,
        lines,
        &[
            "WITH n AS MATERIALIZED (SELECT r.line, r.email FROM import_rows r WHERE r.import_id = $1 AND r.line = ANY($2) AND r.applied IS NULL \
               AND r.email IS NOT NULL AND r.matched_by <> 'email' AND (r.verdict = 'new' OR (r.verdict = 'possible' AND r.choice = 'new'))), \
             f AS MATERIALIZED (SELECT n.line, (SELECT m.id FROM (SELECT w.member_id FROM contact_words w \
                 WHERE w.org_id = (SELECT app.current_org()) AND w.word = left(lower(n.email), 64) OFFSET 0) k \
               JOIN members m ON m.org_id = (SELECT app.current_org()) AND m.id = k.member_id AND m.state <> 'left' \
                 AND (lower(m.email) = n.email OR EXISTS (SELECT 1 FROM contact_points c WHERE c.org_id = m.org_id AND c.member_id = m.id AND lower(c.value) = n.email)) \
               ORDER BY m.id LIMIT 1) AS id FROM n) \
             UPDATE import_rows r SET member_id = f.id, matched_by = 'email', verdict = 'changed', choice = 'skip' FROM f \
             WHERE f.id IS NOT NULL AND r.import_id = $1 AND r.line = f.line",
            "WITH n AS MATERIALIZED (SELECT r.line, r.phone, r.worksite_id, app.search_fold(r.name) AS folded, i.checked_at \
               FROM import_rows r JOIN people_imports i ON i.org_id = r.org_id AND i.id = r.import_id \
               WHERE r.import_id = $1 AND r.line = ANY($2) AND r.applied IS NULL AND r.verdict = 'new'), \
             f AS MATERIALIZED (SELECT n.line FROM n CROSS JOIN LATERAL (SELECT 1 FROM members m \
               WHERE m.org_id = (SELECT app.current_org()) AND m.sort_name = n.folded AND m.state <> 'left' AND m.created_at >= n.checked_at \
                 AND (m.worksite_id IS NOT DISTINCT FROM n.worksite_id \
                   OR EXISTS (SELECT 1 FROM contact_points c WHERE c.org_id = m.org_id AND c.member_id = m.id AND c.value = n.phone)) \
                 AND NOT EXISTS (SELECT 1 FROM import_rows o WHERE o.org_id = m.org_id AND o.fresh_id = m.id AND o.import_id = $1) LIMIT 1) m) \
             UPDATE import_rows r SET verdict = 'wrong', problem = 'Somebody with this name and number, or at this worksite, was added meanwhile. Check the file again.' \
             FROM f WHERE r.import_id = $1 AND r.line = f.line",
        ],
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "updates from joins have no readable typed form"
)]
fn each(tx: &mut TenantTx<'_>, id: ImportId, lines: &[i32], statements: &[&'static str]) -> QueryResult<()> {
    for sql in statements {
        statement(*sql)
            .bind::<SqlUuid, _>(id)
            .bind::<Array<Integer>, _>(lines.to_vec())
            .execute(tx.conn())?;
    }
    Ok(())
}
