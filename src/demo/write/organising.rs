//! Worksites, stewards, notes and tasks of the sample data, as the domains' actions would have left them.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Utc};
use diesel::prelude::*;

use crate::demo::plan::organising::{
    Noted, Organising, OwnTask, Placed, SHIFTS, SampleCase, SampleOffice, WrittenAway,
};
use crate::domains::field::actions::UNPLACED;
use crate::domains::field::model::WrittenNote;
use crate::domains::notes::model::{NoteKind, NoteText, NoteVisibility, Sentiment};
use crate::domains::people::model::{AssignmentKind, ContactKind};
use crate::domains::tasks::model::{RepeatUnit, TaskPriority, TaskStatus};
use crate::kernel::error::AppError;
use crate::kernel::ids::{
    AssignmentId, CaseId, ContactPointId, DepartmentId, LeaveId, MemberId, NoteId, OfficeId, ShiftId,
    TaskCommentId, TaskId, TaskItemId, TimeEntryId, WorksiteId,
};
use crate::platform::crypto::{ContentKey, KeyRing};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{
    case_team, cases, contact_points, departments, field_notes, member_contacts, members, officers, shifts,
    steward_assignments, steward_leaves, subject_keys, task_changes, task_comments, task_items,
    task_time_entries, tasks, unplaced_notes, worksites,
};

use super::{Written, id_at, missing};

/// Rows of one statement; PostgreSQL takes 65,535 values.
const BATCH: usize = 1_000;

/// Writes it all.
///
/// # Errors
/// When the plan contradicts itself, or the database refuses.
pub fn write(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    plan: &Organising,
    written: &Written,
) -> Result<(), AppError> {
    if plan.worksites.is_empty() {
        return Ok(());
    }
    places(tx, plan, written)?;
    assignments(tx, plan, written)?;
    super::records::write(tx, plan, written)?;
    let mut content_keys = HashMap::new();
    for note in &plan.notes {
        write_note(tx, keys, &mut content_keys, note, written)?;
    }
    for away in &plan.unplaced {
        write_unplaced(tx, keys, away, written)?;
    }
    for case in &plan.cases {
        write_case(tx, keys, &mut content_keys, case, written)?;
    }
    for office in &plan.offices {
        write_office(tx, office, written)?;
    }
    for task in &plan.tasks {
        write_task(tx, task, written)?;
    }
    super::owed::write(tx, plan, written)
}

fn write_case(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    content_keys: &mut HashMap<MemberId, ContentKey>,
    case: &SampleCase,
    written: &Written,
) -> Result<(), AppError> {
    let (person, steward) = (written.member(&case.person)?, written.member(&case.steward)?);
    let (id, note): (CaseId, NoteId) = (id_at(case.at), id_at(case.at));
    diesel::insert_into(cases::table)
        .values((
            cases::id.eq(id),
            cases::member_id.eq(person),
            cases::reference.eq(case.reference),
            cases::title.eq(case.title),
            cases::opened_by.eq(steward),
            cases::opened_at.eq(case.at),
        ))
        .execute(tx.conn())?;
    diesel::insert_into(case_team::table)
        .values((
            case_team::case_id.eq(id),
            case_team::member_id.eq(steward),
            case_team::joined_at.eq(case.at),
        ))
        .execute(tx.conn())?;
    let key = content_key(tx, keys, content_keys, person, case.at)?;
    let text = NoteText {
        said: case.said.to_owned(),
        ..NoteText::default()
    };
    let plain = serde_json::to_vec(&text).map_err(anyhow::Error::from)?;
    diesel::insert_into(field_notes::table)
        .values((
            field_notes::id.eq(note),
            field_notes::member_id.eq(person),
            field_notes::author_id.eq(steward),
            field_notes::kind.eq(NoteKind::Grievance),
            field_notes::visibility.eq(NoteVisibility::Case),
            field_notes::case_id.eq(id),
            field_notes::occurred_at.eq(case.at),
            field_notes::received_at.eq(case.at),
            field_notes::sealed.eq(key.seal(note.0.as_bytes(), &plain)?),
        ))
        .execute(tx.conn())?;
    Ok(())
}

fn write_office(tx: &mut TenantTx<'_>, office: &SampleOffice, written: &Written) -> Result<(), AppError> {
    let (holder, by, now) = (
        written.member(&office.holder)?,
        written.member(&office.given_by)?,
        tx.now(),
    );
    diesel::insert_into(officers::table)
        .values((
            officers::id.eq(tx.new_id::<OfficeId>()),
            officers::member_id.eq(holder),
            officers::office.eq(office.office),
            officers::effective_from.eq(now - chrono::TimeDelta::days(120)),
            officers::appointed_by.eq(by),
        ))
        .execute(tx.conn())?;
    Ok(())
}

fn write_task(tx: &mut TenantTx<'_>, task: &OwnTask, written: &Written) -> Result<(), AppError> {
    let (id, now, source): (TaskId, _, _) = (tx.new_id(), tx.now(), &task.source);
    let (owner, maker) = (written.member(&task.owner)?, written.member(&task.maker)?);
    let status: TaskStatus = source
        .status
        .parse()
        .map_err(|_| missing("status", &source.status))?;
    let priority: TaskPriority = source
        .priority
        .parse()
        .map_err(|_| missing("priority", &source.priority))?;
    let repeat: Option<RepeatUnit> = source.repeat.as_ref().and_then(|word| word.parse().ok());
    let done = (status == TaskStatus::Completed).then_some(now);
    let made_at = now - chrono::TimeDelta::days(9);
    diesel::insert_into(tasks::table)
        .values((
            (
                tasks::id.eq(id),
                tasks::title.eq(&source.title),
                tasks::details.eq(&source.details),
                tasks::due_on.eq(task.due),
                tasks::status.eq(status),
                tasks::priority.eq(priority),
                tasks::blocked_reason.eq(&source.waits_for),
                tasks::assignee_id.eq(owner),
                tasks::created_by.eq(maker),
                tasks::created_at.eq(made_at),
                tasks::changed_at.eq(now),
            ),
            (
                tasks::completed_at.eq(done),
                tasks::completed_by.eq(done.map(|_| owner)),
                tasks::reference.eq(&source.reference),
                tasks::estimate_minutes.eq(source.estimate),
                tasks::repeat_unit.eq(repeat),
                tasks::repeat_day.eq(repeat.and(task.due).and_then(|due| i32::try_from(due.day()).ok())),
                tasks::series_id.eq(repeat.map(|_| id)),
            ),
        ))
        .execute(tx.conn())?;
    note_made(tx, id, made_at, maker)?;
    for (position, title) in (0_i32..).zip(&source.steps) {
        let is_done = usize::try_from(position).is_ok_and(|position| position < source.done_steps);
        diesel::insert_into(task_items::table)
            .values((
                task_items::id.eq(tx.new_id::<TaskItemId>()),
                task_items::task_id.eq(id),
                task_items::position.eq(position),
                task_items::title.eq(title),
                task_items::done_at.eq(is_done.then_some(now)),
                task_items::done_by.eq(is_done.then_some(owner)),
            ))
            .execute(tx.conn())?;
    }
    for (turn, body) in source.talk.iter().enumerate() {
        diesel::insert_into(task_comments::table)
            .values((
                task_comments::id.eq(tx.new_id::<TaskCommentId>()),
                task_comments::task_id.eq(id),
                task_comments::author_id.eq(if turn % 2 == 0 { maker } else { owner }),
                task_comments::body.eq(body),
                task_comments::created_at.eq(now - chrono::TimeDelta::hours(30)),
            ))
            .execute(tx.conn())?;
    }
    for minutes in &source.spent {
        diesel::insert_into(task_time_entries::table)
            .values((
                task_time_entries::id.eq(tx.new_id::<TimeEntryId>()),
                task_time_entries::task_id.eq(id),
                task_time_entries::member_id.eq(owner),
                task_time_entries::worked_on.eq(now.date_naive()),
                task_time_entries::minutes.eq(minutes),
                task_time_entries::created_at.eq(now),
            ))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Notes in the history of a task that somebody made it.
pub fn note_made(
    tx: &mut TenantTx<'_>,
    task: TaskId,
    at: DateTime<Utc>,
    by: MemberId,
) -> Result<(), AppError> {
    diesel::insert_into(task_changes::table)
        .values((
            task_changes::id.eq(tx.new_id::<TaskItemId>()),
            task_changes::task_id.eq(task),
            task_changes::made_at.eq(at),
            task_changes::made_by.eq(by),
            task_changes::what.eq("created"),
        ))
        .execute(tx.conn())?;
    Ok(())
}

fn write_unplaced(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    away: &WrittenAway,
    written: &Written,
) -> Result<(), AppError> {
    let author = written.member(&away.author)?;
    let note = WrittenNote {
        name: away.name.to_owned(),
        kind: away.kind.to_owned(),
        said: away.said.to_owned(),
        follow_up: away.follow_up.to_owned(),
        ..WrittenNote::default()
    };
    let plain = serde_json::to_vec(&note).map_err(anyhow::Error::from)?;
    diesel::insert_into(unplaced_notes::table)
        .values((
            unplaced_notes::id.eq(tx.new_id::<NoteId>()),
            unplaced_notes::author_id.eq(author),
            unplaced_notes::occurred_at.eq(away.at),
            unplaced_notes::received_at.eq(away.at),
            unplaced_notes::sealed.eq(keys.seal(UNPLACED, &plain)?),
        ))
        .execute(tx.conn())?;
    Ok(())
}

fn places(tx: &mut TenantTx<'_>, plan: &Organising, written: &Written) -> Result<(), AppError> {
    let now = tx.now();
    let mut shift_ids = Vec::new();
    for (position, name) in (0_i32..).zip(SHIFTS) {
        let id: ShiftId = tx.new_id();
        diesel::insert_into(shifts::table)
            .values((
                shifts::id.eq(id),
                shifts::name.eq(name),
                shifts::position.eq(position),
            ))
            .execute(tx.conn())?;
        shift_ids.push(id);
    }
    let mut sites: HashMap<&str, (WorksiteId, Vec<DepartmentId>)> = HashMap::new();
    for site in &plan.worksites {
        let id: WorksiteId = tx.new_id();
        diesel::insert_into(worksites::table)
            .values((
                worksites::id.eq(id),
                worksites::name.eq(&site.name),
                worksites::created_at.eq(now),
            ))
            .execute(tx.conn())?;
        let mut units = Vec::new();
        for name in &site.departments {
            let unit: DepartmentId = tx.new_id();
            diesel::insert_into(departments::table)
                .values((
                    departments::id.eq(unit),
                    departments::worksite_id.eq(id),
                    departments::name.eq(name),
                ))
                .execute(tx.conn())?;
            units.push(unit);
        }
        sites.insert(&site.key, (id, units));
    }
    for placed in &plan.places {
        let (site, units) = sites
            .get(placed.site.as_str())
            .ok_or_else(|| missing("worksite", &placed.site))?;
        place(tx, placed, *site, units, &shift_ids, written)?;
    }
    Ok(())
}

fn place(
    tx: &mut TenantTx<'_>,
    placed: &Placed,
    site: WorksiteId,
    units: &[DepartmentId],
    shift_ids: &[ShiftId],
    written: &Written,
) -> Result<(), AppError> {
    let (id, now) = (written.member(&placed.person)?, tx.now());
    let unit = placed.department.and_then(|at| units.get(at)).copied();
    diesel::update(members::table.filter(members::id.eq(id)))
        .set((
            members::worksite_id.eq(site),
            members::department_id.eq(unit),
            members::shift_id.eq(shift_ids.get(placed.shift).copied()),
            members::joined_on.eq(placed.joined_on),
            members::basis_noted_on.eq(placed.joined_on),
        ))
        .execute(tx.conn())?;
    if let Some(phone) = &placed.phone {
        diesel::insert_into(contact_points::table)
            .values((
                contact_points::id.eq(tx.new_id::<ContactPointId>()),
                contact_points::member_id.eq(id),
                contact_points::kind.eq(ContactKind::Phone),
                contact_points::value.eq(phone),
                contact_points::label.eq("mobile"),
                contact_points::created_at.eq(now),
            ))
            .execute(tx.conn())?;
    }
    Ok(())
}

fn assignments(tx: &mut TenantTx<'_>, plan: &Organising, written: &Written) -> Result<(), AppError> {
    let mut rows = Vec::new();
    for one in &plan.assignments {
        let kind: AssignmentKind = one.kind.parse().map_err(|_| missing("assignment", one.kind))?;
        rows.push((
            steward_assignments::id.eq(tx.new_id::<AssignmentId>()),
            steward_assignments::steward_id.eq(written.member(&one.steward)?),
            steward_assignments::kind.eq(kind),
            steward_assignments::member_id.eq(written.member(&one.person)?),
            steward_assignments::effective_from.eq(one.from),
        ));
    }
    for batch in rows.chunks(BATCH) {
        diesel::insert_into(steward_assignments::table)
            .values(batch)
            .execute(tx.conn())?;
    }
    for away in &plan.leaves {
        diesel::insert_into(steward_leaves::table)
            .values((
                steward_leaves::id.eq(tx.new_id::<LeaveId>()),
                steward_leaves::steward_id.eq(written.member(&away.steward)?),
                steward_leaves::starts_at.eq(away.from),
                steward_leaves::ends_at.eq(away.to),
            ))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// The key of what is written about a person; made for the first thing.
fn content_key(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    content_keys: &mut HashMap<MemberId, ContentKey>,
    person: MemberId,
    at: DateTime<Utc>,
) -> Result<ContentKey, AppError> {
    if let Some(key) = content_keys.get(&person) {
        return Ok(key.clone());
    }
    let key = ContentKey::fresh()?;
    diesel::insert_into(subject_keys::table)
        .values((
            subject_keys::member_id.eq(person),
            subject_keys::wrapped.eq(key.wrapped(keys)?),
            subject_keys::created_at.eq(at),
        ))
        .execute(tx.conn())?;
    content_keys.insert(person, key.clone());
    Ok(key)
}

fn write_note(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    content_keys: &mut HashMap<MemberId, ContentKey>,
    note: &Noted,
    written: &Written,
) -> Result<(), AppError> {
    let (author, person) = (written.member(&note.author)?, written.member(&note.person)?);
    let key = content_key(tx, keys, content_keys, person, note.at)?;
    let (id, source): (NoteId, _) = (id_at(note.at), &note.source);
    let kind: NoteKind = source
        .kind
        .parse()
        .map_err(|_| missing("kind of note", &source.kind))?;
    let sentiment: Option<Sentiment> = match &source.sentiment {
        Some(word) => Some(word.parse().map_err(|_| missing("sentiment", word))?),
        None => None,
    };
    let text = NoteText {
        said: source.said.clone(),
        ask: source.ask.clone(),
        answer: source.answer.clone(),
        present: String::new(),
    };
    let plain = serde_json::to_vec(&text).map_err(anyhow::Error::from)?;
    diesel::insert_into(field_notes::table)
        .values((
            (
                field_notes::id.eq(id),
                field_notes::member_id.eq(person),
                field_notes::author_id.eq(author),
                field_notes::kind.eq(kind),
                field_notes::visibility.eq(kind.usual_visibility(None)),
                field_notes::occurred_at.eq(note.at),
                field_notes::received_at.eq(note.at),
            ),
            (
                field_notes::reached.eq(source.reached),
                field_notes::sealed.eq(key.seal(id.0.as_bytes(), &plain)?),
                field_notes::sentiment.eq(sentiment),
                field_notes::support.eq(source.support),
                field_notes::tags.eq(&source.tags),
                field_notes::follow_up_on.eq(note.follow_up),
            ),
        ))
        .execute(tx.conn())?;
    contact(tx, person, note)?;
    let Some(due) = note.follow_up else { return Ok(()) };
    diesel::insert_into(tasks::table)
        .values((
            tasks::id.eq(tx.new_id::<TaskId>()),
            tasks::title.eq(&source.next),
            tasks::due_on.eq(due),
            tasks::priority.eq(TaskPriority::Medium),
            tasks::assignee_id.eq(author),
            tasks::created_by.eq(author),
            tasks::member_id.eq(person),
            tasks::note_id.eq(id),
            tasks::is_follow_up.eq(true),
            tasks::is_private.eq(kind.usual_visibility(None) != NoteVisibility::Team),
            tasks::created_at.eq(note.at),
            tasks::changed_at.eq(note.at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The latest conversation comes first in the plan, so what is there stays.
fn contact(tx: &mut TenantTx<'_>, person: MemberId, note: &Noted) -> Result<(), AppError> {
    let reached = note.source.reached.then_some(note.at);
    diesel::insert_into(member_contacts::table)
        .values((
            member_contacts::member_id.eq(person),
            member_contacts::last_reached_at.eq(reached),
            member_contacts::last_tried_at.eq(note.at),
        ))
        .on_conflict((member_contacts::org_id, member_contacts::member_id))
        .do_update()
        .set(member_contacts::last_reached_at.eq(diesel::dsl::sql::<
            diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>,
        >(
            "greatest(member_contacts.last_reached_at, excluded.last_reached_at)",
        )))
        .execute(tx.conn())?;
    Ok(())
}
