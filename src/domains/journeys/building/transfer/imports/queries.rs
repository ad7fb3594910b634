//! Imports in SQL.

use diesel::prelude::*;
use serde_json::Value;

use crate::kernel::ids::{ContextId, JobId, JourneyId, JourneyImportId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::journey_imports;

use super::model::{Import, ImportState};

/// An archive that was stored, and what is to be made of it.
#[derive(Debug, Clone)]
pub struct Begun {
    pub id: JourneyImportId,
    pub title: String,
    pub team: Option<ContextId>,
    pub file_name: String,
    pub storage_key: String,
}

/// Writes down that an import began.
pub fn insert(tx: &mut TenantTx<'_>, begun: &Begun, job: JobId, by: MemberId) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(journey_imports::table)
        .values((
            journey_imports::id.eq(begun.id),
            journey_imports::title.eq(&begun.title),
            journey_imports::team_id.eq(begun.team),
            journey_imports::file_name.eq(&begun.file_name),
            journey_imports::storage_key.eq(&begun.storage_key),
            journey_imports::job_id.eq(job),
            journey_imports::made_by.eq(by),
            journey_imports::made_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// One import.
pub fn import(tx: &mut TenantTx<'_>, id: JourneyImportId) -> QueryResult<Import> {
    Import::query()
        .filter(journey_imports::id.eq(id))
        .first(tx.conn())
}

/// One import, held until the end of the transaction.
pub fn held(tx: &mut TenantTx<'_>, id: JourneyImportId) -> QueryResult<Import> {
    journey_imports::table
        .filter(journey_imports::id.eq(id))
        .select(Import::as_select())
        .for_update()
        .first(tx.conn())
}

/// The last imports of a member, the newest first.
pub fn last_of(tx: &mut TenantTx<'_>, member: MemberId, limit: i64) -> QueryResult<Vec<Import>> {
    Import::query()
        .filter(journey_imports::made_by.eq(member))
        .order(journey_imports::id.desc())
        .limit(limit)
        .load(tx.conn())
}

/// Writes down what became of the assets so far, and what was left out.
pub fn note(
    tx: &mut TenantTx<'_>,
    id: JourneyImportId,
    (assets, report): (&Value, &[String]),
) -> QueryResult<()> {
    diesel::update(journey_imports::table.filter(journey_imports::id.eq(id)))
        .set((
            journey_imports::assets.eq(assets),
            journey_imports::report.eq(report),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Writes down how an import ended; the archive is nobody's from then on.
pub fn finish(
    tx: &mut TenantTx<'_>,
    id: JourneyImportId,
    state: ImportState,
    journey: Option<JourneyId>,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(journey_imports::table.filter(journey_imports::id.eq(id)))
        .set((
            journey_imports::state.eq(state),
            journey_imports::journey_id.eq(journey),
            journey_imports::storage_key.eq(None::<String>),
            journey_imports::finished_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}
