//! Receipts as a table for spreadsheets.

use chrono::{DateTime, Utc};

use crate::kernel::error::AppError;
use crate::kernel::time::machine;

use super::Receipt;

/// CSV (RFC 4180) with a line per person. Text a spreadsheet would run as a formula is defused with an apostrophe (OWASP,
/// "CSV injection").
///
/// # Errors
/// When it cannot be written.
pub fn csv(people: &[(String, String, Receipt)]) -> Result<Vec<u8>, AppError> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let failed = |cause: csv::Error| AppError::Unexpected(cause.into());
    table
        .write_record([
            "Name",
            "Handle",
            "Delivered",
            "First seen",
            "Confirmed",
            "Last nudged",
        ])
        .map_err(failed)?;
    let moment = |moment: Option<DateTime<Utc>>| moment.map(machine).unwrap_or_default();
    for (name, handle, receipt) in people {
        let row = [
            defused(name),
            defused(handle),
            machine(receipt.delivered_at),
            moment(receipt.first_seen_at),
            moment(receipt.acknowledged_at),
            moment(receipt.nudged_at),
        ];
        table.write_record(&row).map_err(failed)?;
    }
    table
        .into_inner()
        .map_err(|cause| AppError::Unexpected(anyhow::anyhow!("the table could not be finished: {cause}")))
}

fn defused(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
