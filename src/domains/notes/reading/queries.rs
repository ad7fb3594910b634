//! Reading in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Uuid as SqlUuid};

use crate::domains::notes::model::{Note, NoteKind, NoteVisibility, ReadPurpose};
use crate::kernel::ids::{MemberId, NoteId, NoteReadId};
use crate::kernel::sql_types;
use crate::platform::db::schema::{field_notes, note_reads};
use crate::platform::db::{TenantTx, statement};

#[derive(QueryableByName)]
struct Purpose {
    #[diesel(sql_type = Nullable<sql_types::ReadPurpose>)]
    purpose: Option<ReadPurpose>,
}

/// For what the acting member reads a note they may read; none when it is read in the daily round.
#[expect(clippy::disallowed_methods, reason = "functions of the database")]
pub fn purpose(tx: &mut TenantTx<'_>, note: &Note) -> QueryResult<Option<ReadPurpose>> {
    statement(
        "SELECT CASE \
           WHEN NOT app.sees_note_unaided(app.current_member(), n.id, n.member_id, n.author_id, n.visibility, n.case_id) THEN ( \
             SELECT o.basis::text::read_purpose FROM sight_openings o WHERE o.officer_id = app.current_member() AND o.member_id = n.member_id \
               AND o.closed_at IS NULL AND o.expires_at > app.moment() ORDER BY o.opened_at DESC LIMIT 1) \
           WHEN n.visibility = 'case' THEN 'case'::read_purpose \
           WHEN n.visibility = 'officers' THEN 'office'::read_purpose END AS purpose \
         FROM field_notes n WHERE n.id = $1",
    )
    .bind::<SqlUuid, _>(note.id)
    .get_result::<Purpose>(tx.conn())
    .map(|found| found.purpose)
}

/// Writes down that the acting member read a note.
pub fn keep(tx: &mut TenantTx<'_>, note: &Note, purpose: ReadPurpose) -> QueryResult<()> {
    let (id, now) = (tx.new_id::<NoteReadId>(), tx.now());
    let reader = tx.my_id().map_err(|_| diesel::result::Error::NotFound)?;
    diesel::insert_into(note_reads::table)
        .values((
            note_reads::id.eq(id),
            note_reads::note_id.eq(note.id),
            note_reads::member_id.eq(note.member_id),
            note_reads::reader_id.eq(reader),
            note_reads::visibility.eq(note.visibility),
            note_reads::purpose.eq(purpose),
            note_reads::read_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// One reading.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = note_reads)]
pub struct Reading {
    pub id: NoteReadId,
    pub note_id: NoteId,
    pub member_id: MemberId,
    pub reader_id: MemberId,
    pub visibility: NoteVisibility,
    pub purpose: ReadPurpose,
    pub read_at: DateTime<Utc>,
}

/// Who read a note, the newest first.
pub fn of_note(tx: &mut TenantTx<'_>, note: NoteId, limit: i64) -> QueryResult<Vec<Reading>> {
    Reading::query()
        .filter(note_reads::note_id.eq(note))
        .order((note_reads::read_at.desc(), note_reads::id.desc()))
        .limit(limit)
        .load(tx.conn())
}

/// A page of everything that was read, about one person when `about` is given, the newest first, those before `before`.
pub fn page(
    tx: &mut TenantTx<'_>,
    about: Option<MemberId>,
    before: Option<NoteReadId>,
    limit: i64,
) -> QueryResult<Vec<Reading>> {
    let mut query = Reading::query().into_boxed();
    if let Some(about) = about {
        query = query.filter(note_reads::member_id.eq(about));
    }
    if let Some(before) = before {
        query = query.filter(note_reads::id.lt(before));
    }
    query.order(note_reads::id.desc()).limit(limit).load(tx.conn())
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: NoteId,
}

/// Of these notes, which the acting member reads without an opening.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn unaided(tx: &mut TenantTx<'_>, notes: &[NoteId]) -> QueryResult<Vec<NoteId>> {
    let found = statement(
        "SELECT n.id FROM field_notes n WHERE n.id = ANY($1) \
           AND app.sees_note_unaided(app.current_member(), n.id, n.member_id, n.author_id, n.visibility, n.case_id)",
    )
    .bind::<Array<SqlUuid>, _>(notes.to_vec())
    .load::<Found>(tx.conn())?;
    Ok(found.into_iter().map(|one| one.id).collect())
}

/// Which notes are listed.
#[derive(Debug, Clone, Default)]
pub struct NoteFilter {
    /// Of this kind.
    pub kind: Option<NoteKind>,
    /// Of this level.
    pub level: Option<NoteVisibility>,
    /// Before this one in the order of time.
    pub before: Option<NoteId>,
}

/// The notes the acting member reads, the newest first: about the people who are theirs, written by them, in their cases, and as
/// an office holder. Notes about people whom one only backs up are on those people's records.
///
/// Candidates come from one index each, because PostgreSQL asks the rule of sight about every row it touches.
#[expect(clippy::disallowed_methods, reason = "a union of five has no typed form")]
pub fn mine(tx: &mut TenantTx<'_>, filter: &NoteFilter, limit: i64) -> QueryResult<Vec<Note>> {
    let found = statement(
        "WITH mark AS MATERIALIZED (SELECT n.occurred_at, n.id FROM field_notes n WHERE n.id = $3), \
         people AS MATERIALIZED (SELECT p.member_id FROM app.people_of(app.current_member(), app.moment()) p WHERE p.kind <> 'backup'), \
         candidates AS ( \
           SELECT x.id, x.occurred_at FROM people p CROSS JOIN LATERAL ( \
             SELECT n.id, n.occurred_at FROM field_notes n WHERE n.org_id = (SELECT app.current_org()) AND n.member_id = p.member_id \
               AND n.visibility = 'team' AND ($1::note_kind IS NULL OR n.kind = $1) AND ($2::note_visibility IS NULL OR n.visibility = $2) \
               AND ($3::uuid IS NULL OR (n.occurred_at, n.id) < (SELECT m.occurred_at, m.id FROM mark m)) \
             ORDER BY n.occurred_at DESC, n.id DESC LIMIT $4) x \
           UNION \
           SELECT n.id, n.occurred_at FROM field_notes n WHERE n.org_id = (SELECT app.current_org()) AND n.author_id = app.current_member() \
             AND ($1::note_kind IS NULL OR n.kind = $1) AND ($2::note_visibility IS NULL OR n.visibility = $2) \
             AND ($3::uuid IS NULL OR (n.occurred_at, n.id) < (SELECT m.occurred_at, m.id FROM mark m)) \
           UNION \
           SELECT n.id, n.occurred_at FROM field_notes n WHERE n.org_id = (SELECT app.current_org()) \
             AND n.case_id IN (SELECT t.case_id FROM case_team t WHERE t.member_id = app.current_member()) \
             AND ($1::note_kind IS NULL OR n.kind = $1) AND ($2::note_visibility IS NULL OR n.visibility = $2) \
             AND ($3::uuid IS NULL OR (n.occurred_at, n.id) < (SELECT m.occurred_at, m.id FROM mark m)) \
           UNION \
           SELECT n.id, n.occurred_at FROM field_notes n WHERE n.org_id = (SELECT app.current_org()) \
             AND n.visibility = 'officers' AND (SELECT app.is_officer(app.current_member())) \
             AND ($1::note_kind IS NULL OR n.kind = $1) AND ($2::note_visibility IS NULL OR n.visibility = $2) \
             AND ($3::uuid IS NULL OR (n.occurred_at, n.id) < (SELECT m.occurred_at, m.id FROM mark m)) \
           UNION \
           SELECT n.id, n.occurred_at FROM note_readers r JOIN field_notes n ON n.org_id = r.org_id AND n.id = r.note_id \
             WHERE r.member_id = app.current_member() AND ($1::note_kind IS NULL OR n.kind = $1) AND ($2::note_visibility IS NULL OR n.visibility = $2) \
             AND ($3::uuid IS NULL OR (n.occurred_at, n.id) < (SELECT m.occurred_at, m.id FROM mark m)) \
         ) SELECT c.id FROM candidates c ORDER BY c.occurred_at DESC, c.id DESC LIMIT $4",
    )
    .bind::<Nullable<sql_types::NoteKind>, _>(filter.kind)
    .bind::<Nullable<sql_types::NoteVisibility>, _>(filter.level)
    .bind::<Nullable<SqlUuid>, _>(filter.before)
    .bind::<BigInt, _>(limit)
    .load::<Found>(tx.conn())?;
    let ids: Vec<NoteId> = found.into_iter().map(|one| one.id).collect();
    Note::query()
        .filter(field_notes::id.eq_any(ids))
        .order((field_notes::occurred_at.desc(), field_notes::id.desc()))
        .load(tx.conn())
}

/// Who wrote about somebody what is not read in the daily round.
pub fn authors_about(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<MemberId>> {
    field_notes::table
        .filter(field_notes::member_id.eq(member))
        .filter(field_notes::visibility.ne(NoteVisibility::Team))
        .select(field_notes::author_id)
        .distinct()
        .limit(1_000)
        .load(tx.conn())
}
