//! Worksites, stewards, notes and tasks of the large organization.
//!
//! Member `n` works at worksite `n / PER_SITE`. The first worksites are looked after by the people who can sign in, one each, the others by
//! the first of their own people; the steward of the next worksite stands behind each.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::app::App;
use crate::demo::plan::LargePlan;
use crate::domains::notes::model::NoteText;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, NoteId};
use crate::platform::crypto::ContentKey;
use crate::platform::db::{TenantScope, TenantTx};

use super::{SIGN_INS, id_sql, member_id, patient};
use crate::demo::write::id_at;

/// People of one worksite.
const PER_SITE: u32 = 50;
/// Notes about each person.
const NOTES_EACH: u32 = 10;
/// People whose notes are written in one transaction.
const BATCH: u32 = 1_000;
/// Own tasks of the first steward: a full board.
const BOARD: i32 = 500;

/// Writes it all, telling how far it is.
///
/// # Errors
/// When the database refuses.
pub fn write(
    app: &App,
    scope: &TenantScope,
    plan: &LargePlan,
    period: (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), AppError> {
    let (start, now) = period;
    println!("  {} worksites and their stewards …", plan.members / PER_SITE);
    app.db.tenant_blocking(scope, |tx| {
        patient(tx)?;
        Ok(places(tx, plan, start)?)
    })?;
    let mut first = 0;
    while first < plan.members {
        let people = first..plan.members.min(first + BATCH);
        let batch = Notes::about(app, plan, people, period)?;
        app.db.tenant_blocking(scope, |tx| {
            patient(tx)?;
            Ok(batch.insert(tx)?)
        })?;
        first += BATCH;
        if first.is_multiple_of(BATCH * 10) {
            println!(
                "  {} of {} notes …",
                first * NOTES_EACH,
                plan.members * NOTES_EACH
            );
        }
    }
    app.db.tenant_blocking(scope, |tx| {
        patient(tx)?;
        Ok(tasks(tx, plan, start, now)?)
    })
}

/// The number of the member who looks after a worksite.
fn steward_of(site: u32) -> u32 {
    if site < SIGN_INS { site } else { site * PER_SITE }
}

/// The same in SQL.
fn steward_sql(site: &str) -> String {
    let number = format!("(CASE WHEN {site} < {SIGN_INS} THEN {site} ELSE {site} * {PER_SITE} END)");
    id_sql(&format!("$1 + {number}"), &number, &number)
}

#[expect(
    clippy::disallowed_methods,
    reason = "INSERT … SELECT FROM generate_series has no typed form"
)]
fn places(tx: &mut TenantTx<'_>, plan: &LargePlan, start: DateTime<Utc>) -> QueryResult<()> {
    let by_number = |number: &str| id_sql(&format!("$1 + {number}"), number, number);
    let (site, unit, shift) = (by_number("s"), by_number("d"), by_number("h"));
    let sites = "generate_series(0, ($2 - 1) / 50) s, (SELECT $3::text[] AS names) w";
    let steward = steward_sql("s");
    let next = steward_sql("((s + 1) % (1 + ($2 - 1) / 50))");
    let people = format!(
        "(SELECT n, n / {PER_SITE} AS s, n / {PER_SITE} * 2 + n % 2 AS d, n % 3 AS h FROM generate_series(0, $2 - 1) n) p"
    );
    let member = by_number("n");
    for sql in [
        format!(
            "INSERT INTO worksites (id, name) SELECT {site}, w.names[1 + s % cardinality(w.names)] || ' ' || (1 + s / cardinality(w.names)) FROM {sites}"
        ),
        format!(
            "INSERT INTO departments (id, worksite_id, name) \
             SELECT {unit}, {site}, CASE d % 2 WHEN 0 THEN 'Wards' ELSE 'Kitchen and cleaning' END \
             FROM (SELECT d, d / 2 AS s FROM generate_series(0, 1 + ($2 - 1) / 50 * 2) d) p, (SELECT $3::text[]) unused"
        ),
        format!(
            "INSERT INTO shifts (id, name, position) SELECT {shift}, (ARRAY['Day', 'Evening', 'Night'])[1 + h], h \
             FROM generate_series(0, 2) h, (SELECT $2::integer, $3::text[]) unused"
        ),
        format!(
            "UPDATE members m SET worksite_id = {site}, department_id = {unit}, shift_id = {shift}, joined_on = current_date - 400 \
             FROM {people}, (SELECT $3::text[]) unused WHERE m.id = {member}"
        ),
        format!(
            "INSERT INTO contact_points (id, member_id, kind, value, label) \
             SELECT {member}, {member}, 'phone', '+1416' || lpad(n::text, 7, '0'), 'mobile' FROM {people}, (SELECT $3::text[]) unused"
        ),
        format!(
            "INSERT INTO member_roles (member_id, role) SELECT {steward}, 'steward' FROM {sites} ON CONFLICT DO NOTHING"
        ),
        format!(
            "INSERT INTO steward_assignments (id, steward_id, kind, member_id, effective_from) \
             SELECT {member}, {steward}, 'primary', {member}, now() - interval '300 days' \
             FROM {people}, (SELECT $3::text[]) unused WHERE {steward} <> {member}"
        ),
        format!(
            "INSERT INTO steward_assignments (id, steward_id, kind, worksite_id, effective_from) \
             SELECT {}, {next}, 'backup', {site}, now() - interval '300 days' FROM {sites}",
            id_sql("$1 + s", "s", "281474976710656 + s")
        ),
    ] {
        diesel::sql_query(sql)
            .bind::<BigInt, _>(start.timestamp_millis())
            .bind::<Integer, _>(i32::try_from(plan.members).unwrap_or(i32::MAX))
            .bind::<Array<Text>, _>(&plan.worksites)
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Notes about some people, as columns.
#[derive(Default)]
struct Notes {
    ids: Vec<NoteId>,
    people: Vec<MemberId>,
    authors: Vec<MemberId>,
    moments: Vec<DateTime<Utc>>,
    private: Vec<bool>,
    reached: Vec<bool>,
    support: Vec<Option<i32>>,
    sealed: Vec<Vec<u8>>,
    keys: Vec<(MemberId, Vec<u8>)>,
}

impl Notes {
    fn about(
        app: &App,
        plan: &LargePlan,
        people: std::ops::Range<u32>,
        (start, now): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Self, AppError> {
        let mut notes = Self::default();
        let id = |number: u32| member_id(start, usize::try_from(number).unwrap_or_default());
        let texts: Vec<Vec<u8>> = plan
            .bodies
            .iter()
            .map(|body| said(body))
            .collect::<Result<_, _>>()?;
        for number in people {
            let (person, author) = (id(number), id(steward_of(number / PER_SITE)));
            if person == author {
                continue;
            }
            let key = ContentKey::fresh()?;
            notes.keys.push((person, key.wrapped(&app.keys)?));
            for turn in 0..NOTES_EACH {
                let hours = i64::from(turn * 800 + number * 31 % 790);
                let moment = now - TimeDelta::hours(hours + 1);
                let note: NoteId = id_at(moment);
                let text = usize::try_from(number * 7 + turn)
                    .ok()
                    .and_then(|at| texts.get(at % texts.len().max(1)));
                let sealed = key.seal(note.0.as_bytes(), text.map_or(&[][..], Vec::as_slice))?;
                notes.ids.push(note);
                notes.people.push(person);
                notes.authors.push(author);
                notes.moments.push(moment);
                notes.private.push((number + turn) % 7 == 0);
                notes.reached.push((number + turn) % 3 != 0);
                notes
                    .support
                    .push((turn % 4 == 0).then(|| i32::try_from(1 + (number + turn) % 5).unwrap_or(3)));
                notes.sealed.push(sealed);
            }
        }
        Ok(notes)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "INSERT … SELECT FROM unnest has no typed form"
    )]
    fn insert(&self, tx: &mut TenantTx<'_>) -> QueryResult<()> {
        let (people, keys): (Vec<Uuid>, Vec<&Vec<u8>>) =
            self.keys.iter().map(|(person, key)| (person.0, key)).unzip();
        diesel::sql_query(
            "INSERT INTO subject_keys (member_id, wrapped, created_at) SELECT member_id, wrapped, now() - interval '1 year' FROM unnest($1, $2) k (member_id, wrapped)",
        )
        .bind::<Array<SqlUuid>, _>(people)
        .bind::<Array<Bytea>, _>(keys)
        .execute(tx.conn())?;
        diesel::sql_query(
            "INSERT INTO field_notes (id, member_id, author_id, kind, visibility, occurred_at, received_at, reached, support, sealed) \
             SELECT id, member_id, author_id, 'contact', CASE WHEN is_private THEN 'private' ELSE 'team' END::note_visibility, at, at, reached, support, sealed \
             FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) n (id, member_id, author_id, at, is_private, reached, support, sealed)",
        )
        .bind::<Array<SqlUuid>, _>(self.ids.iter().map(|id| id.0).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(self.people.iter().map(|id| id.0).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(self.authors.iter().map(|id| id.0).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(&self.moments)
        .bind::<Array<Bool>, _>(&self.private)
        .bind::<Array<Bool>, _>(&self.reached)
        .bind::<Array<Nullable<Integer>>, _>(&self.support)
        .bind::<Array<Bytea>, _>(&self.sealed)
        .execute(tx.conn())?;
        diesel::sql_query(
            "INSERT INTO member_contacts (member_id, last_reached_at, last_tried_at) \
             SELECT member_id, max(at) FILTER (WHERE reached), max(at) FROM unnest($1, $2, $3) n (member_id, at, reached) GROUP BY member_id",
        )
        .bind::<Array<SqlUuid>, _>(self.people.iter().map(|id| id.0).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(&self.moments)
        .bind::<Array<Bool>, _>(&self.reached)
        .execute(tx.conn())
        .map(|_| ())
    }
}

/// What is sealed of a note with these words.
fn said(words: &str) -> Result<Vec<u8>, AppError> {
    let text = NoteText {
        said: words.to_owned(),
        ..NoteText::default()
    };
    Ok(serde_json::to_vec(&text).map_err(anyhow::Error::from)?)
}

/// A follow-up for every twentieth person, and a full board for the steward of the second worksite.
#[expect(
    clippy::disallowed_methods,
    reason = "INSERT … SELECT FROM generate_series has no typed form"
)]
fn tasks(
    tx: &mut TenantTx<'_>,
    plan: &LargePlan,
    start: DateTime<Utc>,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let member = id_sql("$1 + n", "n", "n");
    let steward = steward_sql(&format!("n / {PER_SITE}"));
    let (own, first) = (id_sql("$1 + b", "b", "281474976710656 + b"), steward_sql("1"));
    for sql in [
        format!(
            "INSERT INTO tasks (id, title, due_on, assignee_id, created_by, member_id, is_follow_up, created_at, changed_at) \
             SELECT {member}, 'Ask how it went', $3::date + (n / 20 % 21 - 7), {steward}, {steward}, {member}, true, $3, $3 \
             FROM (SELECT n FROM generate_series(7, $2 - 1, 20) n) p WHERE {steward} <> {member}"
        ),
        format!(
            "INSERT INTO tasks (id, title, due_on, status, priority, blocked_reason, assignee_id, created_by, created_at, changed_at) \
             SELECT {own}, 'Task ' || b || ' of a full board', $3::date + b % 30, \
                    (ARRAY['pending', 'in_progress', 'blocked'])[1 + b % 3]::task_status, (ARRAY['low', 'medium', 'high'])[1 + b % 3]::task_priority, \
                    CASE b % 3 WHEN 2 THEN 'The employer has not answered' ELSE '' END, {first}, {first}, $3, $3 \
             FROM (SELECT b, $2::integer FROM generate_series(0, {BOARD} - 1) b) p"
        ),
    ] {
        diesel::sql_query(sql)
            .bind::<BigInt, _>(start.timestamp_millis())
            .bind::<Integer, _>(i32::try_from(plan.members).unwrap_or(i32::MAX))
            .bind::<Timestamptz, _>(now)
            .execute(tx.conn())?;
    }
    Ok(())
}
