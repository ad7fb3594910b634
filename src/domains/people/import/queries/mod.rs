//! Imports in SQL. A hundred thousand rows are compared and taken over by a few statements each.

pub mod applying;
pub mod checking;
pub mod keeping;
pub mod rematching;
pub mod undoing;

pub use keeping::{forget_rows, is_over, over};

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text, Uuid as SqlUuid};
use serde_json::Value;
use uuid::Uuid;

use crate::domains::people::policy::Importing;
use crate::kernel::ids::{ImportId, JobId, MemberId};
use crate::platform::db::schema::{import_mappings, import_rows, members, people_imports, worksites};
use crate::platform::db::{TenantTx, statement};

use super::model::{Choices, Counts, Import, ImportState, ImportSummary, RowChoice, Verdict};
use super::reading::Sheet;

/// Keeps a file that was brought.
pub fn insert(
    tx: &mut TenantTx<'_>,
    _: &Importing,
    (id, file): (ImportId, Uuid),
    file_name: &str,
    (sheet, encoding): (&Sheet, &str),
    choices: &Choices,
) -> Result<(), crate::kernel::error::AppError> {
    let (me, now) = (tx.my_id()?, tx.now());
    diesel::insert_into(people_imports::table)
        .values((
            people_imports::id.eq(id),
            people_imports::file_id.eq(file),
            people_imports::file_name.eq(file_name),
            people_imports::made_by.eq(me),
            people_imports::made_at.eq(now),
            people_imports::encoding.eq(encoding),
            people_imports::delimiter.eq(char::from(sheet.delimiter).to_string()),
            people_imports::header.eq(&sheet.header),
            people_imports::sample.eq(serde_json::json!(sheet.sample)),
            people_imports::total.eq(i32::try_from(sheet.total).unwrap_or(i32::MAX)),
            people_imports::choices.eq(serde_json::json!(choices)),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// One import.
pub fn import(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<Import> {
    Import::query().filter(people_imports::id.eq(id)).first(tx.conn())
}

/// One import, locked until the end of the transaction; its rows can be staged meanwhile.
pub fn locked(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<Import> {
    Import::query()
        .filter(people_imports::id.eq(id))
        .for_no_key_update()
        .first(tx.conn())
}

/// The latest imports.
pub fn newest(tx: &mut TenantTx<'_>, limit: i64) -> QueryResult<Vec<ImportSummary>> {
    ImportSummary::query()
        .order((people_imports::made_at.desc(), people_imports::id.desc()))
        .limit(limit)
        .load(tx.conn())
}

/// Keeps what was chosen, and remembers it for the next file with this header.
pub fn choose(
    tx: &mut TenantTx<'_>,
    _: &Importing,
    import: &Import,
    header_hash: &[u8],
    choices: &Choices,
) -> QueryResult<()> {
    let (value, now) = (serde_json::json!(choices), tx.now());
    diesel::update(people_imports::table.filter(people_imports::id.eq(import.id)))
        .set(people_imports::choices.eq(&value))
        .execute(tx.conn())?;
    diesel::insert_into(import_mappings::table)
        .values((
            import_mappings::header_hash.eq(header_hash),
            import_mappings::choices.eq(&value),
            import_mappings::used_at.eq(now),
        ))
        .on_conflict((import_mappings::org_id, import_mappings::header_hash))
        .do_update()
        .set((
            import_mappings::choices.eq(&value),
            import_mappings::used_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// What was chosen for this header the last time.
pub fn remembered(tx: &mut TenantTx<'_>, header_hash: &[u8]) -> QueryResult<Option<Value>> {
    import_mappings::table
        .filter(import_mappings::header_hash.eq(header_hash))
        .select(import_mappings::choices)
        .first(tx.conn())
        .optional()
}

/// Says how far an import is, and which job works on it.
pub fn set_state(
    tx: &mut TenantTx<'_>,
    id: ImportId,
    state: ImportState,
    job: Option<JobId>,
) -> QueryResult<()> {
    let now = tx.now();
    let finished = (!state.is_working()).then_some(now);
    let row = people_imports::table.filter(people_imports::id.eq(id));
    diesel::update(row)
        .set((
            people_imports::state.eq(state),
            people_imports::finished_at.eq(finished),
        ))
        .execute(tx.conn())?;
    if let Some(job) = job {
        diesel::update(row)
            .set(people_imports::job_id.eq(job))
            .execute(tx.conn())?;
    }
    if state == ImportState::Checked {
        diesel::update(row)
            .set(people_imports::checked_at.eq(now))
            .execute(tx.conn())?;
    }
    if matches!(state, ImportState::Done | ImportState::Stopped) {
        diesel::update(row)
            .set(people_imports::applied_at.eq(now))
            .execute(tx.conn())?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    fresh: i64,
    #[diesel(sql_type = BigInt)]
    changed: i64,
    #[diesel(sql_type = BigInt)]
    unchanged: i64,
    #[diesel(sql_type = BigInt)]
    possible: i64,
    #[diesel(sql_type = BigInt)]
    wrong: i64,
    #[diesel(sql_type = BigInt)]
    chosen: i64,
    #[diesel(sql_type = BigInt)]
    applied_new: i64,
    #[diesel(sql_type = BigInt)]
    applied_changed: i64,
    #[diesel(sql_type = BigInt)]
    undone: i64,
}

/// How many rows of each kind an import has.
#[expect(clippy::disallowed_methods, reason = "nine filtered counts in one pass")]
pub fn counts(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<Counts> {
    let counted: Counted = statement(
        "SELECT count(*) FILTER (WHERE verdict = 'new') AS fresh, count(*) FILTER (WHERE verdict = 'changed') AS changed, \
           count(*) FILTER (WHERE verdict = 'unchanged') AS unchanged, count(*) FILTER (WHERE verdict = 'possible') AS possible, \
           count(*) FILTER (WHERE verdict = 'wrong') AS wrong, count(*) FILTER (WHERE verdict = 'possible' AND choice <> 'skip') AS chosen, \
           count(*) FILTER (WHERE applied = 'new') AS applied_new, count(*) FILTER (WHERE applied = 'changed') AS applied_changed, \
           count(*) FILTER (WHERE undone) AS undone \
         FROM import_rows WHERE import_id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())?;
    Ok(Counts {
        fresh: counted.fresh,
        changed: counted.changed,
        unchanged: counted.unchanged,
        possible: counted.possible,
        wrong: counted.wrong,
        chosen: counted.chosen,
        applied_new: counted.applied_new,
        applied_changed: counted.applied_changed,
        undone: counted.undone,
    })
}

/// A row as the preview shows it.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = import_rows)]
pub struct Row {
    pub line: i32,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub worksite: Option<String>,
    pub department: Option<String>,
    pub shift: Option<String>,
    pub member_id: Option<MemberId>,
    pub matched_by: String,
    pub verdict: Option<Verdict>,
    pub choice: RowChoice,
    pub problem: String,
    pub changes: Value,
}

/// A page of an import's rows of one kind, in the order of the file.
pub fn rows(
    tx: &mut TenantTx<'_>,
    id: ImportId,
    verdict: Verdict,
    after: i32,
    limit: i64,
) -> QueryResult<Vec<Row>> {
    Row::query()
        .filter(import_rows::import_id.eq(id))
        .filter(import_rows::verdict.eq(verdict))
        .filter(import_rows::line.gt(after))
        .order(import_rows::line)
        .limit(limit)
        .load(tx.conn())
}

/// What is wrong with rows, by line.
pub fn problems(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<HashMap<i32, String>> {
    let found: Vec<(i32, String)> = import_rows::table
        .filter(import_rows::import_id.eq(id))
        .filter(import_rows::verdict.eq(Verdict::Wrong))
        .select((import_rows::line, import_rows::problem))
        .load(tx.conn())?;
    Ok(found.into_iter().collect())
}

/// Says what happens with rows that are possibly about somebody known. A row that has nobody to be the same as is skipped instead.
#[expect(
    clippy::disallowed_methods,
    reason = "an update from unnested arrays has no typed form"
)]
pub fn decide(
    tx: &mut TenantTx<'_>,
    _: &Importing,
    id: ImportId,
    choices: &[(i32, RowChoice)],
) -> QueryResult<usize> {
    let lines: Vec<i32> = choices.iter().map(|(line, _)| *line).collect();
    let words: Vec<&str> = choices.iter().map(|(_, choice)| choice.as_str()).collect();
    statement(
        "UPDATE import_rows r SET choice = CASE WHEN c.word = 'same' AND r.member_id IS NULL THEN 'skip' ELSE c.word END::import_choice \
         FROM unnest($2, $3) AS c(line, word) WHERE r.import_id = $1 AND r.line = c.line AND r.verdict = 'possible' AND r.applied IS NULL",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Array<Integer>, _>(lines)
    .bind::<Array<Text>, _>(words)
    .execute(tx.conn())
}

/// Says it of all of them at once.
#[expect(
    clippy::disallowed_methods,
    reason = "a conditional enum has no readable typed form"
)]
pub fn decide_all(
    tx: &mut TenantTx<'_>,
    _: &Importing,
    id: ImportId,
    choice: RowChoice,
) -> QueryResult<usize> {
    statement(
        "UPDATE import_rows SET choice = CASE WHEN $2 = 'same' AND member_id IS NULL THEN 'skip' ELSE $2 END::import_choice \
         WHERE import_id = $1 AND verdict = 'possible' AND applied IS NULL",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(choice.as_str())
    .execute(tx.conn())
}

/// Of rows decided to be about the same person, or that change them anyway, keeps the first: the others say so. Two rows cannot both
/// be what somebody's record says.
#[expect(
    clippy::disallowed_methods,
    reason = "an update from a window has no typed form"
)]
pub fn refuse_twins(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<usize> {
    statement(
        "UPDATE import_rows r SET verdict = 'wrong', problem = 'Line ' || f.first || ' is about the same person.' FROM ( \
           SELECT line, first_value(line) OVER (PARTITION BY member_id ORDER BY verdict = 'possible', line) AS first FROM import_rows \
           WHERE import_id = $1 AND member_id IS NOT NULL AND applied IS NULL \
             AND (verdict IN ('changed', 'unchanged') OR (verdict = 'possible' AND choice = 'same'))) f \
         WHERE r.import_id = $1 AND r.line = f.line AND f.first <> f.line",
    )
    .bind::<SqlUuid, _>(id)
    .execute(tx.conn())
}

/// Names of worksites, departments and shifts by id, for showing what changes.
#[expect(
    clippy::disallowed_methods,
    reason = "a union of three tables has no typed form"
)]
pub fn place_names(tx: &mut TenantTx<'_>, ids: &[Uuid]) -> QueryResult<HashMap<Uuid, String>> {
    #[derive(QueryableByName)]
    struct Named {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Text)]
        name: String,
    }
    let named: Vec<Named> = statement(
        "SELECT id, name FROM worksites WHERE id = ANY($1) UNION ALL SELECT id, name FROM departments WHERE id = ANY($1) \
         UNION ALL SELECT id, name FROM shifts WHERE id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(ids.to_vec())
    .load(tx.conn())?;
    Ok(named.into_iter().map(|one| (one.id, one.name)).collect())
}

/// Every handle in use.
pub fn handles(tx: &mut TenantTx<'_>) -> QueryResult<Vec<String>> {
    members::table.select(members::handle).load(tx.conn())
}

/// Whether the organization has worksites.
pub fn has_worksites(tx: &mut TenantTx<'_>) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        worksites::table
            .filter(worksites::archived_at.is_null())
            .select(worksites::id),
    ))
    .get_result(tx.conn())
}

/// Forgets an import as if the file had never been brought.
pub fn delete(tx: &mut TenantTx<'_>, _: &Importing, id: ImportId) -> QueryResult<()> {
    diesel::delete(people_imports::table.filter(people_imports::id.eq(id)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Long statements get longer than a page may wait, and the planner, who takes tables under row-level security for small, no loops.
pub fn patiently(tx: &mut TenantTx<'_>) -> QueryResult<()> {
    use diesel::connection::SimpleConnection as _;
    tx.conn()
        .batch_execute("SET LOCAL statement_timeout = '10min'; SET LOCAL enable_nestloop = off")
}

/// The same for the statements of a batch, which find their rows by index.
pub fn in_batches(tx: &mut TenantTx<'_>) -> QueryResult<()> {
    use diesel::connection::SimpleConnection as _;
    tx.conn().batch_execute("SET LOCAL statement_timeout = '5min'")
}
