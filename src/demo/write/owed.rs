//! What the sample organization owes people: a call every month, and an answer to who asked for their data.

use chrono::{Days, Months};
use diesel::prelude::*;

use crate::demo::plan::organising::{Organising, SampleReminder, SampleRequest};
use crate::domains::privacy::requests::model::RequestState;
use crate::domains::tasks::model::RepeatUnit;
use crate::kernel::error::AppError;
use crate::kernel::ids::{SubjectRequestId, TaskId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{subject_requests, tasks};

use super::Written;
use super::organising::note_made;

/// Writes it.
///
/// # Errors
/// When the plan contradicts itself, or the database refuses.
pub fn write(tx: &mut TenantTx<'_>, plan: &Organising, written: &Written) -> Result<(), AppError> {
    for reminder in &plan.reminders {
        write_reminder(tx, reminder, written)?;
    }
    for request in &plan.requests {
        write_request(tx, request, written)?;
    }
    Ok(())
}

fn write_reminder(
    tx: &mut TenantTx<'_>,
    reminder: &SampleReminder,
    written: &Written,
) -> Result<(), AppError> {
    let (id, now): (TaskId, _) = (tx.new_id(), tx.now());
    let (steward, person) = (
        written.member(&reminder.steward)?,
        written.member(&reminder.person)?,
    );
    let made_at = now - chrono::TimeDelta::days(40);
    diesel::insert_into(tasks::table)
        .values((
            (
                tasks::id.eq(id),
                tasks::title.eq(&reminder.title),
                tasks::due_on.eq(now.date_naive() + Days::new(reminder.days)),
                tasks::assignee_id.eq(steward),
                tasks::created_by.eq(steward),
                tasks::member_id.eq(person),
                tasks::created_at.eq(made_at),
                tasks::changed_at.eq(made_at),
            ),
            (
                tasks::repeat_unit.eq(RepeatUnit::Month),
                tasks::series_id.eq(id),
                tasks::counts_from_contact.eq(true),
            ),
        ))
        .execute(tx.conn())?;
    note_made(tx, id, made_at, steward)
}

fn write_request(tx: &mut TenantTx<'_>, request: &SampleRequest, written: &Written) -> Result<(), AppError> {
    let now = tx.now();
    let asked = now.date_naive() - Days::new(request.days);
    diesel::insert_into(subject_requests::table)
        .values((
            subject_requests::id.eq(tx.new_id::<SubjectRequestId>()),
            subject_requests::member_id.eq(written.member(&request.person)?),
            subject_requests::state.eq(RequestState::Received),
            subject_requests::asked_on.eq(asked),
            subject_requests::due_on.eq(asked.checked_add_months(Months::new(1)).unwrap_or(asked)),
            subject_requests::noted_by.eq(written.member(&request.noted_by)?),
            subject_requests::noted_at.eq(now - chrono::TimeDelta::hours(20)),
        ))
        .execute(tx.conn())?;
    Ok(())
}
