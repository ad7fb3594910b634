//! How long an import's rows and file are kept.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::domains::people::import::model::ImportState;
use crate::kernel::ids::ImportId;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{import_rows, people_imports};

/// Imports that are over by two moments: taken over, or taken back, before the first; never taken up, or broken off, before the
/// second. Whether one that seems broken off is at work after all is for who has its job to say.
macro_rules! over {
    ($applied_before:expr, $made_before:expr) => {{
        let settled = people_imports::state
            .eq_any([ImportState::Done, ImportState::Stopped])
            .and(people_imports::applied_at.lt($applied_before).assume_not_null());
        let taken_back = people_imports::state
            .eq(ImportState::Undone)
            .and(people_imports::finished_at.lt($applied_before).assume_not_null());
        let left_alone = people_imports::state
            .eq_any([
                ImportState::Uploaded,
                ImportState::Checked,
                ImportState::Checking,
                ImportState::Running,
                ImportState::Undoing,
            ])
            .and(people_imports::made_at.lt($made_before));
        people_imports::table
            .filter(settled.or(taken_back).or(left_alone))
            .filter(people_imports::forgotten_at.is_null())
    }};
}

/// Imports whose rows and file are no longer needed.
pub fn over(
    tx: &mut TenantTx<'_>,
    applied_before: DateTime<Utc>,
    made_before: DateTime<Utc>,
) -> QueryResult<Vec<ImportId>> {
    over!(applied_before, made_before)
        .order(people_imports::made_at)
        .select(people_imports::id)
        .load(tx.conn())
}

/// Whether one still is.
pub fn is_over(
    tx: &mut TenantTx<'_>,
    id: ImportId,
    applied_before: DateTime<Utc>,
    made_before: DateTime<Utc>,
) -> QueryResult<bool> {
    let found = over!(applied_before, made_before).filter(people_imports::id.eq(id));
    diesel::select(exists(found.select(people_imports::id))).get_result(tx.conn())
}

/// Forgets the rows of an import and what its file looked like. That it was made stays.
pub fn forget_rows(tx: &mut TenantTx<'_>, id: ImportId) -> QueryResult<()> {
    let now = tx.now();
    diesel::delete(import_rows::table.filter(import_rows::import_id.eq(id))).execute(tx.conn())?;
    diesel::update(people_imports::table.filter(people_imports::id.eq(id)))
        .set((
            people_imports::sample.eq(serde_json::json!([])),
            people_imports::file_gone_at.eq(now),
            people_imports::forgotten_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}
