//! Records as a file: for a reason, up to a number, with who took it and when on every line.

use chrono::NaiveDate;
use serde_json::json;

use crate::domains::people::fields::model::{CustomField, Sensitivity};
use crate::domains::people::fields::queries as fields;
use crate::domains::people::members::forms::MembersQuery;
use crate::domains::people::members::queries as members;
use crate::domains::people::model::Stage;
use crate::domains::people::policy::{self, Exporting};
use crate::domains::people::settings::queries as settings;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::BulkId;
use crate::kernel::spreadsheet;
use crate::kernel::time::local_date_time;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::model::MOST_EXPORTED;
use super::queries::{self, Exported};

/// Whether the acting member exports records.
///
/// # Errors
/// [`AppError::Denied`] for others than admins and the roles an admin lets do it.
pub fn expect_exporter(tx: &mut TenantTx<'_>) -> Result<Exporting, AppError> {
    let exporters = settings::settings(tx)?.exporters;
    Ok(policy::may_export(tx.actor(), &exporters)?)
}

/// The records of everybody selected whom the acting member may see, as CSV. Sensitive fields are not in it, nor are notes.
///
/// # Errors
/// As [`expect_exporter`]; [`AppError::Conflict`] when nobody is selected, or more than may be taken at once.
pub fn export(
    tx: &mut TenantTx<'_>,
    me: &Member,
    selection: &MembersQuery,
    reason: &str,
    today: NaiveDate,
) -> Result<Vec<u8>, AppError> {
    let proof = expect_exporter(tx)?;
    let people = members::ids(
        tx,
        proof.listing(),
        &selection.exactly()?,
        today,
        MOST_EXPORTED + 1,
    )?;
    let count = i64::try_from(people.len()).unwrap_or(i64::MAX);
    if count == 0 {
        return Err(AppError::Conflict(
            "Nobody is selected any more. Go back and choose again.".to_owned(),
        ));
    }
    if count > MOST_EXPORTED {
        return Err(AppError::Conflict(format!(
            "At most {MOST_EXPORTED} records can be exported at once. Filter further."
        )));
    }
    let own: Vec<CustomField> = fields::fields(tx)?
        .into_iter()
        .filter(|field| field.sensitivity == Sensitivity::Normal)
        .collect();
    let ids: Vec<_> = own.iter().map(|field| field.id).collect();
    let rows = queries::exported(tx, &proof, &people, &ids, today)?;
    let reference: BulkId = tx.new_id();
    // What was searched for may be a name or a number, which the log would keep longer than the record.
    let filter = MembersQuery {
        q: String::new(),
        ..selection.clone()
    };
    tx.audit(
        Entry::of("people.records.exported", "export", reference).after(json!({
            "rows": rows.len(), "reason": reason, "filter": filter,
            "searched": !selection.q.trim().is_empty(), "picked": selection.picked.len(),
        })),
    )?;
    let mark = format!(
        "Exported by {} on {}; reference {reference}",
        me.name,
        local_date_time(tx.now(), me.zone)
    );
    table(&rows, &own, &mark, reason)
}

fn table(rows: &[Exported], own: &[CustomField], mark: &str, reason: &str) -> Result<Vec<u8>, AppError> {
    // The mark at the front lets spreadsheets read it as UTF-8.
    let mut table = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let head = [
        "Name",
        "Stage",
        "Worksite",
        "Department",
        "Shift",
        "E-mail",
        "Phone",
        "Joined",
        "Language",
        "Tags",
    ];
    let head = head
        .into_iter()
        .map(str::to_owned)
        .chain(own.iter().map(|field| field.name.clone()))
        .chain(std::iter::once("Export".to_owned()));
    line(&mut table, head)?;
    for row in rows {
        let stage = row
            .stage
            .parse::<Stage>()
            .map_or_else(|_| row.stage.clone(), |stage| stage.label().to_owned());
        let cells = [
            &row.name,
            &stage,
            &row.worksite,
            &row.department,
            &row.shift,
            &row.email,
            &row.phone,
            &row.joined,
            &row.locale,
            &row.tags,
        ];
        let values = own.iter().zip(&row.fields).map(|(field, value)| {
            value
                .as_deref()
                .map_or_else(String::new, |value| match field.kind {
                    crate::domains::people::fields::model::FieldKind::YesNo => field.shown(value),
                    _ => value.to_owned(),
                })
        });
        let cells = cells
            .into_iter()
            .cloned()
            .chain(values)
            .chain(std::iter::once(mark.to_owned()));
        line(&mut table, cells)?;
    }
    line(&mut table, std::iter::once(format!("{mark}. Reason: {reason}")))?;
    table
        .into_inner()
        .map_err(|cause| AppError::Unexpected(anyhow::anyhow!("{cause}")))
}

fn line(table: &mut csv::Writer<Vec<u8>>, cells: impl Iterator<Item = String>) -> Result<(), AppError> {
    let cells: Vec<String> = cells.map(|cell| spreadsheet::cell(&cell).into_owned()).collect();
    table
        .write_record(&cells)
        .map_err(|cause| AppError::Unexpected(cause.into()))
}
