//! The audit log as a CSV file.

use csv::Writer;

use crate::domains::oversight::policy::AuditReading;
use crate::kernel::error::AppError;
use crate::kernel::time::machine;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::filter::{AuditFilter, AuditQuery};
use super::pages::{people, who};
use super::queries::{self, EntryRow};

/// Rows of one file.
pub const MOST: usize = 50_000;
/// Rows read at a time.
const BATCH: usize = 5_000;

const HEAD: [&str; 10] = [
    "at",
    "who",
    "who_id",
    "action",
    "subject_kind",
    "subject_id",
    "before",
    "after",
    "request_id",
    "entry_id",
];

/// A file of what the filter finds, newest first, at most [`MOST`] rows. That it was taken is noted in the log.
///
/// # Errors
/// When the database fails.
pub fn csv(
    tx: &mut TenantTx<'_>,
    reading: &AuditReading,
    query: &AuditQuery,
    filter: AuditFilter,
) -> Result<Vec<u8>, AppError> {
    let mut file = Writer::from_writer(Vec::new());
    file.write_record(HEAD).map_err(broken)?;
    let mut written = 0_usize;
    let mut next = AuditFilter {
        before: None,
        ..filter
    };
    while written < MOST {
        let want = BATCH.min(MOST - written);
        let rows = queries::page(tx, reading, &next, i64::try_from(want).unwrap_or(i64::MAX))?;
        let Some(last) = rows.last() else { break };
        next.before = Some(last.id);
        let cards = people(tx, &rows)?;
        for row in &rows {
            file.write_record(record(row, &who(row, &cards)))
                .map_err(broken)?;
        }
        written += rows.len();
        if rows.len() < want {
            break;
        }
    }
    tx.audit(
        Entry::general("oversight.audit.exported", "audit_log")
            .after(serde_json::json!({ "filters": query, "rows": written })),
    )?;
    file.into_inner()
        .map_err(|cause| AppError::Unexpected(anyhow::anyhow!("the export could not be written: {cause}")))
}

fn broken(cause: csv::Error) -> AppError {
    AppError::Unexpected(anyhow::anyhow!("the export could not be written: {cause}"))
}

fn record(row: &EntryRow, who: &str) -> [String; 10] {
    let text = |value: Option<String>| value.unwrap_or_default();
    [
        machine(row.at),
        who.to_owned(),
        text(row.member_id.map(|id| id.to_string())),
        row.action.clone(),
        row.subject_kind.clone(),
        text(row.subject_id.map(|id| id.to_string())),
        text(row.before.as_ref().map(ToString::to_string)),
        text(row.after.as_ref().map(ToString::to_string)),
        text(row.request_id.map(|id| id.to_string())),
        row.id.to_string(),
    ]
    .map(|cell| harmless(&cell))
}

/// A cell no spreadsheet takes for a formula (OWASP, CSV injection).
fn harmless(cell: &str) -> String {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}
