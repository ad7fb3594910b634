//! Taking an import back.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Uuid as SqlUuid};

use crate::kernel::ids::{ImportId, MemberId};
use crate::platform::db::{TenantTx, statement};

/// A line that was taken over.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Taken {
    /// Where in the file.
    #[diesel(sql_type = Integer)]
    pub line: i32,
    /// Whether it made somebody, and did not change somebody known.
    #[diesel(sql_type = Bool)]
    pub is_new: bool,
}

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = SqlUuid)]
    id: MemberId,
}

/// The next lines to be taken back, before one, the last first.
#[expect(clippy::disallowed_methods, reason = "kept beside the statements it feeds")]
pub fn next_lines(tx: &mut TenantTx<'_>, id: ImportId, before: i32, limit: i64) -> QueryResult<Vec<Taken>> {
    statement(
        "SELECT line, applied = 'new' AS is_new FROM import_rows WHERE import_id = $1 AND line < $2 AND applied IS NOT NULL AND NOT undone \
         ORDER BY line DESC LIMIT $3",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Integer, _>(before)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// Gives people who were changed what they had before, where it still is what the file said.
#[expect(
    clippy::disallowed_methods,
    reason = "statements from joins have no readable typed form"
)]
pub fn restore(tx: &mut TenantTx<'_>, id: ImportId, lines: &[i32]) -> QueryResult<()> {
    macro_rules! of_rows {
        () => {
            "t AS MATERIALIZED (SELECT r.* FROM import_rows r WHERE r.import_id = $1 AND r.line = ANY($2) AND r.applied = 'changed' AND NOT r.undone)"
        };
    }
    for sql in [
        concat!(
            "WITH ",
            of_rows!(),
            " UPDATE members m SET \
               display_name = CASE WHEN m.display_name = t.changes->'name'->>1 THEN t.changes->'name'->>0 ELSE m.display_name END, \
               email = CASE WHEN m.user_id IS NULL AND m.email = t.changes->'email'->>1 THEN NULL ELSE m.email END, \
               locale = CASE WHEN m.locale = t.changes->'locale'->>1 THEN t.changes->'locale'->>0 ELSE m.locale END, \
               stage = CASE WHEN m.stage::text = t.changes->'stage'->>1 THEN (t.changes->'stage'->>0)::member_stage ELSE m.stage END, \
               joined_on = CASE WHEN m.joined_on::text = t.changes->'joined_on'->>1 THEN (t.changes->'joined_on'->>0)::date ELSE m.joined_on END, \
               shift_id = CASE WHEN m.shift_id::text = t.changes->'shift'->>1 THEN (t.changes->'shift'->>0)::uuid ELSE m.shift_id END \
             FROM t WHERE m.org_id = t.org_id AND m.id = t.member_id"
        ),
        // A department is of its worksite: both go back together, or neither.
        concat!(
            "WITH ",
            of_rows!(),
            " UPDATE members m SET \
               worksite_id = CASE WHEN t.changes ? 'worksite' THEN (t.changes->'worksite'->>0)::uuid ELSE m.worksite_id END, \
               department_id = CASE WHEN t.changes ? 'department' THEN (t.changes->'department'->>0)::uuid ELSE m.department_id END \
             FROM t WHERE m.org_id = t.org_id AND m.id = t.member_id AND (t.changes ? 'worksite' OR t.changes ? 'department') \
               AND m.worksite_id IS NOT DISTINCT FROM (CASE WHEN t.changes ? 'worksite' THEN (t.changes->'worksite'->>1)::uuid ELSE m.worksite_id END) \
               AND m.department_id IS NOT DISTINCT FROM (CASE WHEN t.changes ? 'department' THEN (t.changes->'department'->>1)::uuid ELSE m.department_id END)"
        ),
        concat!(
            "WITH ",
            of_rows!(),
            " DELETE FROM contact_points c USING t WHERE c.org_id = t.org_id AND c.member_id = t.member_id \
               AND c.value IN (t.changes->'phone'->>1, t.changes->'email'->>1)"
        ),
        concat!(
            "WITH ",
            of_rows!(),
            " DELETE FROM member_tags g USING t, tags k WHERE g.org_id = t.org_id AND g.member_id = t.member_id AND k.org_id = g.org_id AND k.id = g.tag_id \
               AND g.added_by IS NULL AND EXISTS (SELECT 1 FROM jsonb_array_elements_text(t.changes->'tags') w(name) WHERE lower(w.name) = lower(k.name))"
        ),
        concat!(
            "WITH ",
            of_rows!(),
            ", f AS MATERIALIZED (SELECT t.org_id, t.member_id, v.key::uuid AS field_id, v.value->>0 AS old, v.value->>1 AS new \
               FROM t CROSS JOIN LATERAL jsonb_each(t.changes->'fields') v), \
             gone AS (DELETE FROM member_values h USING f WHERE h.org_id = f.org_id AND h.member_id = f.member_id AND h.field_id = f.field_id \
               AND h.value = f.new AND f.old IS NULL) \
             UPDATE member_values h SET value = f.old FROM f WHERE h.org_id = f.org_id AND h.member_id = f.member_id AND h.field_id = f.field_id \
               AND h.value = f.new AND f.old IS NOT NULL"
        ),
    ] {
        statement(sql)
            .bind::<SqlUuid, _>(id)
            .bind::<Array<Integer>, _>(lines.to_vec())
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Those whom the import made in these lines and who have no login by now; who has one stays as they are. They are held, so that
/// nobody accepts an invitation while they are being taken back.
#[expect(clippy::disallowed_methods, reason = "kept beside the statements it feeds")]
pub fn made(tx: &mut TenantTx<'_>, id: ImportId, lines: &[i32]) -> QueryResult<Vec<MemberId>> {
    let people: Vec<Person> = statement(
        "SELECT m.id FROM import_rows r JOIN members m ON m.org_id = r.org_id AND m.id = r.fresh_id AND m.user_id IS NULL \
         WHERE r.import_id = $1 AND r.line = ANY($2) AND r.applied = 'new' AND NOT r.undone \
         ORDER BY m.id FOR UPDATE OF m",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Array<Integer>, _>(lines.to_vec())
    .load(tx.conn())?;
    Ok(people.into_iter().map(|person| person.id).collect())
}

/// Of these, whose record somebody has worked on since: it is in the log, or they were given to a steward or changed with others. Who
/// else refers to them is found when they are removed; these are asked for because many at once are usual, and each found that way
/// costs several attempts.
#[expect(clippy::disallowed_methods, reason = "kept beside the statements it feeds")]
pub fn worked_on(tx: &mut TenantTx<'_>, people: &[MemberId]) -> QueryResult<Vec<MemberId>> {
    let found: Vec<Person> = statement(
        "SELECT a.subject_id AS id FROM audit_entries a WHERE a.org_id = (SELECT app.current_org()) AND a.subject_id = ANY($1) \
         UNION SELECT s.member_id FROM steward_assignments s WHERE s.org_id = (SELECT app.current_org()) AND s.member_id = ANY($1) \
         UNION SELECT b.member_id FROM bulk_items b WHERE b.org_id = (SELECT app.current_org()) AND b.member_id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(people.to_vec())
    .load(tx.conn())?;
    Ok(found.into_iter().map(|person| person.id).collect())
}

/// Removes these people unless anything refers to one of them; answers whether they are gone.
///
/// Notes and tasks about them cannot be seen from here, but they can be felt: while `app.taking_back` is on, every row that would go
/// along with somebody refuses, whoever may see that row (foreign keys and triggers work beneath row-level security). Only what an
/// import writes goes with its people.
#[expect(clippy::disallowed_methods, reason = "kept beside the statements around it")]
pub fn remove_unused(tx: &mut TenantTx<'_>, people: &[MemberId]) -> QueryResult<bool> {
    use diesel::connection::SimpleConnection as _;
    let outcome = tx.conn().transaction::<(), Error, _>(|conn| {
        conn.batch_execute("SET LOCAL app.taking_back = 'on'")?;
        statement("DELETE FROM members WHERE org_id = (SELECT app.current_org()) AND id = ANY($1)")
            .bind::<Array<SqlUuid>, _>(people.to_vec())
            .execute(conn)?;
        conn.batch_execute("SET LOCAL app.taking_back = 'off'")
    });
    match outcome {
        Ok(()) => Ok(true),
        Err(Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Notes of these people that they are former members and no longer here.
#[expect(clippy::disallowed_methods, reason = "kept beside the statements around it")]
pub fn set_former(tx: &mut TenantTx<'_>, people: &[MemberId]) -> QueryResult<()> {
    statement("UPDATE members SET stage = 'former', state = 'left' WHERE org_id = (SELECT app.current_org()) AND id = ANY($1)")
        .bind::<Array<SqlUuid>, _>(people.to_vec())
        .execute(tx.conn())
        .map(|_| ())
}

/// Marks lines as taken back.
#[expect(clippy::disallowed_methods, reason = "kept beside the statements around it")]
pub fn mark(tx: &mut TenantTx<'_>, id: ImportId, lines: &[i32]) -> QueryResult<()> {
    statement("UPDATE import_rows SET undone = true WHERE import_id = $1 AND line = ANY($2)")
        .bind::<SqlUuid, _>(id)
        .bind::<Array<Integer>, _>(lines.to_vec())
        .execute(tx.conn())
        .map(|_| ())
}
