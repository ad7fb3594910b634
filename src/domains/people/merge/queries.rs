//! Merging in SQL.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Jsonb, Text, Uuid as SqlUuid};
use serde_json::{Value, json};

use crate::domains::people::policy::Arranging;
use crate::domains::tenancy::MemberState;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, MergeId, fresh};
use crate::platform::db::schema::{member_merges, members};
use crate::platform::db::{TenantTx, statement};

use super::model::{Merge, Said};
use super::registry::{REGISTRY, Treatment};

#[derive(QueryableByName)]
struct Document {
    #[diesel(sql_type = Jsonb)]
    value: Value,
}

/// What a record says, by column.
#[expect(clippy::disallowed_methods, reason = "a row as a document has no typed form")]
pub fn said(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Said> {
    let found: Document = statement(
        "SELECT jsonb_build_object('display_name', display_name, 'email', email, 'worksite_id', worksite_id, 'department_id', department_id, \
           'shift_id', shift_id, 'stage', stage, 'joined_on', joined_on, 'legal_basis', legal_basis, 'basis_noted_on', basis_noted_on) AS value \
         FROM members WHERE id = $1",
    )
    .bind::<SqlUuid, _>(member)
    .get_result(tx.conn())?;
    Ok(serde_json::from_value(found.value).unwrap_or_default())
}

/// Makes a record say this.
#[expect(
    clippy::disallowed_methods,
    reason = "a row from a document has no typed form"
)]
pub fn say(tx: &mut TenantTx<'_>, _: &Arranging, member: MemberId, said: &Said) -> QueryResult<()> {
    statement(
        "UPDATE members m SET display_name = v.display_name, email = v.email, worksite_id = v.worksite_id, department_id = v.department_id, \
           shift_id = v.shift_id, stage = v.stage, joined_on = v.joined_on, legal_basis = v.legal_basis, basis_noted_on = v.basis_noted_on \
         FROM jsonb_to_record($2) AS v(display_name text, email text, worksite_id uuid, department_id uuid, shift_id uuid, stage member_stage, \
           joined_on date, legal_basis text, basis_noted_on date) WHERE m.id = $1",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<Jsonb, _>(json!(said))
    .execute(tx.conn())
    .map(|_| ())
}

/// Which table refers to a record in a way that does not let it be given up, when one does.
///
/// Notes and tasks about somebody cannot be seen from here, but their foreign keys can be felt: the database refuses to give a
/// row another id while one refers to it, whoever may see that row (foreign keys are checked beneath row-level security). So what
/// may stay is put aside, another id is tried, and all of it is rolled back.
#[expect(clippy::disallowed_methods, reason = "an id is never changed for good")]
pub fn holding(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Option<String>> {
    let mut holder = None;
    let tried: QueryResult<()> = tx.conn().transaction(|conn| {
        for (table, column, treatment) in REGISTRY {
            match treatment {
                Treatment::Refused => {}
                Treatment::Written => {
                    statement(format!("SET CONSTRAINTS {table}_of_member DEFERRED")).execute(conn)?;
                }
                Treatment::Moved | Treatment::Beside => {
                    statement(format!(
                        "DELETE FROM {table} WHERE org_id = (SELECT app.current_org()) AND {column} = $1"
                    ))
                    .bind::<SqlUuid, _>(member)
                    .execute(conn)?;
                }
            }
        }
        let renamed =
            statement("UPDATE members SET id = $2 WHERE org_id = (SELECT app.current_org()) AND id = $1")
                .bind::<SqlUuid, _>(member)
                .bind::<SqlUuid, _>(fresh::<MemberId>())
                .execute(conn);
        match renamed {
            Err(Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, info)) => {
                holder = Some(info.table_name().unwrap_or_default().to_owned());
                Err(Error::RollbackTransaction)
            }
            Err(error) => Err(error),
            Ok(_) => Err(Error::RollbackTransaction),
        }
    });
    match tried {
        Ok(()) | Err(Error::RollbackTransaction) => Ok(holder),
        Err(error) => Err(error),
    }
}

/// What of a record can become another's, each with the keys that find it again. What the other has already stays where it is.
const MOVES: &[(&str, &str)] = &[
    (
        "contact_points",
        "WITH moved AS (UPDATE contact_points c SET member_id = $2 WHERE c.member_id = $1 AND NOT EXISTS (SELECT 1 FROM contact_points o \
           WHERE o.org_id = c.org_id AND o.member_id = $2 AND o.value = c.value) RETURNING c.id) SELECT coalesce(jsonb_agg(id), '[]') AS value FROM moved",
    ),
    (
        "member_tags",
        "WITH moved AS (UPDATE member_tags c SET member_id = $2 WHERE c.member_id = $1 AND NOT EXISTS (SELECT 1 FROM member_tags o \
           WHERE o.org_id = c.org_id AND o.member_id = $2 AND o.tag_id = c.tag_id) RETURNING c.tag_id) SELECT coalesce(jsonb_agg(tag_id), '[]') AS value FROM moved",
    ),
    (
        "member_values",
        "WITH moved AS (UPDATE member_values c SET member_id = $2 WHERE c.member_id = $1 AND NOT EXISTS (SELECT 1 FROM member_values o \
           WHERE o.org_id = c.org_id AND o.member_id = $2 AND o.field_id = c.field_id) RETURNING c.field_id) SELECT coalesce(jsonb_agg(field_id), '[]') AS value FROM moved",
    ),
    (
        "steward_assignments",
        "WITH moved AS (UPDATE steward_assignments c SET member_id = $2 WHERE c.member_id = $1 AND c.steward_id <> $2 AND NOT (c.kind = 'primary' \
           AND EXISTS (SELECT 1 FROM steward_assignments o WHERE o.org_id = c.org_id AND o.member_id = $2 AND o.kind = 'primary' \
             AND tstzrange(o.effective_from, o.effective_to) && tstzrange(c.effective_from, c.effective_to))) RETURNING c.id) \
         SELECT coalesce(jsonb_agg(id), '[]') AS value FROM moved",
    ),
    (
        "steward_blocks",
        "WITH moved AS (UPDATE steward_blocks c SET member_id = $2 WHERE c.member_id = $1 AND c.steward_id <> $2 AND NOT EXISTS (SELECT 1 FROM steward_blocks o \
           WHERE o.org_id = c.org_id AND o.member_id = $2 AND o.steward_id = c.steward_id) RETURNING c.steward_id) SELECT coalesce(jsonb_agg(steward_id), '[]') AS value FROM moved",
    ),
];

/// Moves what can be moved from one record to another; answers the keys of what moved, by table.
#[expect(
    clippy::disallowed_methods,
    reason = "each table is moved by a statement of its own"
)]
pub fn move_all(
    tx: &mut TenantTx<'_>,
    _: &Arranging,
    from: MemberId,
    to: MemberId,
) -> QueryResult<serde_json::Map<String, Value>> {
    let mut moved = serde_json::Map::new();
    for (table, sql) in MOVES {
        let keys: Document = statement(*sql)
            .bind::<SqlUuid, _>(from)
            .bind::<SqlUuid, _>(to)
            .get_result(tx.conn())?;
        moved.insert((*table).to_owned(), keys.value);
    }
    Ok(moved)
}

/// Says which two records are being merged, as ids between blanks; none when it is over. Policies of sight ask this setting, and
/// whether an admin acts.
#[expect(clippy::disallowed_methods, reason = "a setting of the transaction")]
pub fn lay_open(tx: &mut TenantTx<'_>, both: &str) -> QueryResult<()> {
    statement("SELECT set_config('app.merging', $1, true)")
        .bind::<Text, _>(both)
        .execute(tx.conn())
        .map(|_| ())
}

/// Holds two records until the end of the transaction, always in the same order, so that two merges of the same records wait for one
/// another.
pub fn lock_both(tx: &mut TenantTx<'_>, one: MemberId, other: MemberId) -> QueryResult<()> {
    members::table
        .filter(members::id.eq_any([one, other]))
        .order(members::id)
        .select(members::id)
        .for_update()
        .load::<MemberId>(tx.conn())
        .map(drop)
}

/// Keeps the addresses of these records with a person as further ways to reach them, where they are not there already; answers the
/// keys of those that were added.
#[expect(
    clippy::disallowed_methods,
    reason = "an INSERT that is gathered has no typed form"
)]
pub fn keep_addresses(
    tx: &mut TenantTx<'_>,
    _: &Arranging,
    member: MemberId,
    records: &[&Said],
) -> QueryResult<Value> {
    let addresses: Vec<&str> = records
        .iter()
        .filter_map(|said| said.get("email")?.as_str())
        .collect();
    let added: Document = statement(
        "WITH added AS (INSERT INTO contact_points (id, member_id, kind, value) \
           SELECT gen_random_uuid(), m.id, 'email', a.value FROM members m CROSS JOIN (SELECT DISTINCT lower(v) AS value FROM unnest($2) AS v) a \
           WHERE m.org_id = (SELECT app.current_org()) AND m.id = $1 AND a.value <> lower(coalesce(m.email, '')) AND a.value ~ '^[^@\\s]+@[^@\\s]+$' \
           ON CONFLICT DO NOTHING RETURNING id) SELECT coalesce(jsonb_agg(id), '[]') AS value FROM added",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<diesel::sql_types::Array<Text>, _>(addresses)
    .get_result(tx.conn())?;
    Ok(added.value)
}

/// Moves back what moved then, as far as it is still there, and takes away what was added for it.
///
/// # Errors
/// [`AppError::Conflict`] when the record it goes back to has the same by now.
#[expect(
    clippy::disallowed_methods,
    reason = "each table is moved by a statement of its own"
)]
pub fn move_back(tx: &mut TenantTx<'_>, _: &Arranging, merge: &Merge) -> Result<(), AppError> {
    let added = merge.moved.get("added").cloned().unwrap_or_else(|| json!([]));
    statement(
        "DELETE FROM contact_points WHERE org_id = (SELECT app.current_org()) AND member_id = $1 \
         AND id IN (SELECT k::uuid FROM jsonb_array_elements_text($2) AS k)",
    )
    .bind::<SqlUuid, _>(merge.kept_id)
    .bind::<Jsonb, _>(added)
    .execute(tx.conn())?;
    for (table, column) in [
        ("contact_points", "id"),
        ("member_tags", "tag_id"),
        ("member_values", "field_id"),
        ("steward_assignments", "id"),
        ("steward_blocks", "steward_id"),
    ] {
        let keys = merge.moved.get(table).cloned().unwrap_or_else(|| json!([]));
        statement(format!(
            "UPDATE {table} SET member_id = $2 WHERE org_id = (SELECT app.current_org()) AND member_id = $1 \
             AND {column} IN (SELECT k::uuid FROM jsonb_array_elements_text($3) AS k)"
        ))
        .bind::<SqlUuid, _>(merge.kept_id)
        .bind::<SqlUuid, _>(merge.given_up_id)
        .bind::<Jsonb, _>(keys)
        .execute(tx.conn())
        .map_err(|error| on_both(error, table))?;
    }
    Ok(())
}

/// The database's word that the other record has the same already.
fn on_both(error: Error, table: &str) -> AppError {
    let what = match table {
        "contact_points" => "a phone number or address",
        "member_tags" => "a tag",
        "member_values" => "a field",
        "steward_blocks" => "a steward they are kept apart from",
        _ => "a steward",
    };
    match error {
        Error::DatabaseError(
            DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ExclusionViolation,
            _,
        ) => AppError::Conflict(format!(
            "The record that was given up has {what} by now that would come back to it. Take it off one of the two first."
        )),
        error => error.into(),
    }
}

/// How much would move, by table.
#[expect(clippy::disallowed_methods, reason = "five counts in one row")]
pub fn counts(tx: &mut TenantTx<'_>, from: MemberId) -> QueryResult<Value> {
    let found: Document = statement(
        "SELECT jsonb_build_object('contact_points', (SELECT count(*) FROM contact_points WHERE member_id = $1), \
           'member_tags', (SELECT count(*) FROM member_tags WHERE member_id = $1), 'member_values', (SELECT count(*) FROM member_values WHERE member_id = $1), \
           'steward_assignments', (SELECT count(*) FROM steward_assignments WHERE member_id = $1), \
           'steward_blocks', (SELECT count(*) FROM steward_blocks WHERE member_id = $1)) AS value",
    )
    .bind::<SqlUuid, _>(from)
    .get_result(tx.conn())?;
    Ok(found.value)
}

/// Puts a record into another state: out of use once it is given up, as it was when the two are parted.
#[expect(clippy::disallowed_methods, reason = "kept beside the statements around it")]
pub fn set_state(
    tx: &mut TenantTx<'_>,
    _: &Arranging,
    member: MemberId,
    state: MemberState,
) -> QueryResult<()> {
    statement(
        "UPDATE members SET state = $2::member_state WHERE org_id = (SELECT app.current_org()) AND id = $1",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<Text, _>(state.as_str())
    .execute(tx.conn())
    .map(|_| ())
}

/// Remembers a merge.
pub fn insert(
    tx: &mut TenantTx<'_>,
    _: &Arranging,
    (kept, given_up): (MemberId, MemberId),
    (before, after): (&Said, &Said),
    moved: &Value,
    given_up_state: MemberState,
) -> Result<MergeId, AppError> {
    let (id, now, me) = (tx.new_id::<MergeId>(), tx.now(), tx.my_id()?);
    diesel::insert_into(member_merges::table)
        .values((
            member_merges::id.eq(id),
            member_merges::kept_id.eq(kept),
            member_merges::given_up_id.eq(given_up),
            member_merges::merged_by.eq(me),
            member_merges::merged_at.eq(now),
            member_merges::before.eq(json!(before)),
            member_merges::after.eq(json!(after)),
            member_merges::moved.eq(moved),
            member_merges::given_up_state.eq(given_up_state),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// One merge, locked.
pub fn locked(tx: &mut TenantTx<'_>, id: MergeId) -> QueryResult<Merge> {
    Merge::query()
        .filter(member_merges::id.eq(id))
        .for_update()
        .first(tx.conn())
}

/// The open merges into a record, the newest first.
pub fn into(tx: &mut TenantTx<'_>, kept: MemberId) -> QueryResult<Vec<Merge>> {
    Merge::query()
        .filter(member_merges::kept_id.eq(kept))
        .filter(member_merges::parted_at.is_null())
        .order(member_merges::merged_at.desc())
        .limit(20)
        .load(tx.conn())
}

/// The open merge that gave this record up.
pub fn of_given_up(tx: &mut TenantTx<'_>, given_up: MemberId) -> QueryResult<Option<Merge>> {
    Merge::query()
        .filter(member_merges::given_up_id.eq(given_up))
        .filter(member_merges::parted_at.is_null())
        .first(tx.conn())
        .optional()
}

/// Notes that the two are parted.
pub fn mark_parted(tx: &mut TenantTx<'_>, id: MergeId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(member_merges::table.filter(member_merges::id.eq(id)))
        .set(member_merges::parted_at.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}
