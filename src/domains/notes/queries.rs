//! Notes in SQL. What the acting member may not read, row-level security leaves out of every one of these.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Timestamptz, Uuid as SqlUuid};

use crate::domains::people::merge::Merging;
use crate::domains::tenancy::Erasing;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CaseId, MemberId, NoteId};
use crate::platform::db::schema::{
    field_notes, member_contacts, note_receipts, note_revisions, subject_keys,
};
use crate::platform::db::{TenantTx, statement};

use super::model::{NewNote, Note, NoteChange, NoteVisibility};
use super::policy::{Changing, Writing};

/// The wrapped key of a person.
pub fn key(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Option<Vec<u8>>> {
    subject_keys::table
        .filter(subject_keys::member_id.eq(member))
        .select(subject_keys::wrapped)
        .first(tx.conn())
        .optional()
}

/// The wrapped keys of several people.
pub fn keys(tx: &mut TenantTx<'_>, members: &[MemberId]) -> QueryResult<Vec<(MemberId, Vec<u8>)>> {
    subject_keys::table
        .filter(subject_keys::member_id.eq_any(members))
        .select((subject_keys::member_id, subject_keys::wrapped))
        .load(tx.conn())
}

/// Keeps a person's key, unless there is one.
pub fn keep_key(tx: &mut TenantTx<'_>, member: MemberId, wrapped: &[u8]) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(subject_keys::table)
        .values((
            subject_keys::member_id.eq(member),
            subject_keys::wrapped.eq(wrapped),
            subject_keys::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes that a note of this id is taken in; answers who sent what under it before, when somebody did.
pub fn take_in(
    tx: &mut TenantTx<'_>,
    id: NoteId,
    author: MemberId,
    hash: &[u8],
) -> QueryResult<Option<(MemberId, Vec<u8>)>> {
    let now = tx.now();
    let new = diesel::insert_into(note_receipts::table)
        .values((
            note_receipts::id.eq(id),
            note_receipts::author_id.eq(author),
            note_receipts::sent_hash.eq(hash),
            note_receipts::received_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    if new == 1 {
        return Ok(None);
    }
    note_receipts::table
        .filter(note_receipts::id.eq(id))
        .select((note_receipts::author_id, note_receipts::sent_hash))
        .first(tx.conn())
        .optional()
}

/// Writes a note.
pub fn insert(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    new: &NewNote,
    occurred_at: DateTime<Utc>,
    sealed: &[u8],
) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(field_notes::table)
        .values((
            (
                field_notes::id.eq(new.id),
                field_notes::member_id.eq(writing.member()),
                field_notes::author_id.eq(writing.author()),
                field_notes::kind.eq(new.kind),
                field_notes::visibility.eq(new.visibility),
                field_notes::occurred_at.eq(occurred_at),
                field_notes::received_at.eq(now),
            ),
            (
                field_notes::reached.eq(new.reached),
                field_notes::sealed.eq(sealed),
                field_notes::sentiment.eq(new.sentiment),
                field_notes::engagement.eq(new.engagement),
                field_notes::support.eq(new.support),
                field_notes::tags.eq(&new.tags),
                field_notes::follow_up_on.eq(new.follow_up_on),
                field_notes::case_id.eq(new.case),
            ),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Keeps when somebody was last spoken with, or tried; a note that arrives late moves nothing back.
#[expect(
    clippy::disallowed_methods,
    reason = "an upsert with greatest() has no readable typed form"
)]
pub fn note_contact(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    at: DateTime<Utc>,
    reached: bool,
) -> QueryResult<()> {
    statement(
        "INSERT INTO member_contacts (member_id, last_reached_at, last_tried_at) VALUES ($1, CASE WHEN $3 THEN $2 END, $2) \
         ON CONFLICT (org_id, member_id) DO UPDATE SET \
           last_reached_at = greatest(member_contacts.last_reached_at, excluded.last_reached_at), \
           last_tried_at = greatest(member_contacts.last_tried_at, excluded.last_tried_at)",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<Timestamptz, _>(at)
    .bind::<Bool, _>(reached)
    .execute(tx.conn())
    .map(|_| ())
}

/// A note the acting member may read.
pub fn note(tx: &mut TenantTx<'_>, id: NoteId) -> QueryResult<Note> {
    Note::query().filter(field_notes::id.eq(id)).first(tx.conn())
}

/// The notes about a person that the acting member may read, the newest first.
pub fn about(tx: &mut TenantTx<'_>, member: MemberId, limit: i64) -> QueryResult<Vec<Note>> {
    Note::query()
        .filter(field_notes::member_id.eq(member))
        .order((field_notes::occurred_at.desc(), field_notes::id))
        .limit(limit)
        .load(tx.conn())
}

/// The notes written in a case, the newest first.
pub fn written_in(tx: &mut TenantTx<'_>, case: CaseId, limit: i64) -> QueryResult<Vec<Note>> {
    Note::query()
        .filter(field_notes::case_id.eq(case))
        .order((field_notes::occurred_at.desc(), field_notes::id))
        .limit(limit)
        .load(tx.conn())
}

/// An earlier version of a note.
#[derive(Queryable, Debug, Clone)]
pub struct Revision {
    pub version: i32,
    pub sealed: Vec<u8>,
    pub visibility: NoteVisibility,
    pub replaced_at: DateTime<Utc>,
    pub reason: String,
}

/// The earlier versions of a note, the newest first.
pub fn revisions(tx: &mut TenantTx<'_>, id: NoteId) -> QueryResult<Vec<Revision>> {
    note_revisions::table
        .filter(note_revisions::note_id.eq(id))
        .order(note_revisions::version.desc())
        .select((
            note_revisions::version,
            note_revisions::sealed,
            note_revisions::visibility,
            note_revisions::replaced_at,
            note_revisions::reason,
        ))
        .load(tx.conn())
}

/// Replaces a note's text and level, keeping what they were.
///
/// # Errors
/// [`AppError::Conflict`] when it was changed meanwhile.
pub fn replace(
    tx: &mut TenantTx<'_>,
    changing: &Changing<'_>,
    change: &NoteChange,
    sealed: &[u8],
) -> Result<(), AppError> {
    let (note, now, by) = (changing.note(), tx.now(), tx.my_id()?);
    let same = field_notes::table
        .filter(field_notes::id.eq(note.id))
        .filter(field_notes::version.eq(change.version));
    let changed = diesel::update(same)
        .set((
            field_notes::sealed.eq(sealed),
            field_notes::visibility.eq(change.visibility),
            field_notes::version.eq(change.version + 1),
            field_notes::edited_at.eq(now),
        ))
        .execute(tx.conn())?;
    if changed == 0 {
        return Err(AppError::Conflict(
            "You changed this note in another window. Look at it again, then save.".to_owned(),
        ));
    }
    diesel::insert_into(note_revisions::table)
        .values((
            note_revisions::note_id.eq(note.id),
            note_revisions::version.eq(change.version),
            note_revisions::sealed.eq(&note.sealed),
            note_revisions::visibility.eq(note.visibility),
            note_revisions::replaced_by.eq(by),
            note_revisions::replaced_at.eq(now),
            note_revisions::reason.eq(&change.reason),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Which end of the scale of support the organization reads as strong.
pub fn one_is_strong(tx: &mut TenantTx<'_>) -> QueryResult<bool> {
    use crate::platform::db::schema::organizations;
    let org = tx.org();
    organizations::table
        .find(org)
        .select(organizations::one_is_strong)
        .first(tx.conn())
}

/// Takes away every note about somebody, and the key of what was written about them.
pub fn erase(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<()> {
    let member = erasing.member();
    let holders: Vec<Option<MemberId>> = field_notes::table
        .filter(field_notes::member_id.eq(member))
        .filter(field_notes::sealed_for.is_not_null())
        .select(field_notes::sealed_for)
        .distinct()
        .load(tx.conn())?;
    let holders = holders.into_iter().flatten().chain([member]);
    let sealed_for = subject_keys::member_id.eq_any(holders.collect::<Vec<_>>());
    diesel::delete(subject_keys::table.filter(sealed_for)).execute(tx.conn())?;
    let about: Vec<NoteId> = field_notes::table
        .filter(field_notes::member_id.eq(member))
        .select(field_notes::id)
        .load(tx.conn())?;
    diesel::delete(note_receipts::table.filter(note_receipts::id.eq_any(&about))).execute(tx.conn())?;
    diesel::delete(field_notes::table.filter(field_notes::member_id.eq(member))).execute(tx.conn())?;
    diesel::delete(member_contacts::table.filter(member_contacts::member_id.eq(member)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes away private notes of who stopped being a member 90 days ago; answers how many.
///
/// The condition is named here although row-level security asks it too: PostgreSQL asks policies of sight only of statements that read.
#[expect(
    clippy::disallowed_methods,
    reason = "a setting of the transaction, and a rule kept in SQL"
)]
pub fn shred_abandoned(tx: &mut TenantTx<'_>, departed: &[MemberId]) -> QueryResult<usize> {
    statement("SELECT set_config('app.shredding', 'on', true)").execute(tx.conn())?;
    statement("DELETE FROM field_notes WHERE author_id = ANY($1) AND app.is_abandoned(author_id, member_id, visibility)")
        .bind::<Array<SqlUuid>, _>(departed)
        .execute(tx.conn())
}

/// Whether one of the two wrote notes about the other.
pub fn wrote_about_each_other(tx: &mut TenantTx<'_>, merging: &Merging) -> QueryResult<bool> {
    let both = [merging.kept(), merging.given_up()];
    let about = field_notes::table
        .filter(field_notes::member_id.eq_any(both))
        .filter(field_notes::author_id.eq_any(both));
    diesel::select(diesel::dsl::exists(about)).get_result(tx.conn())
}

/// Makes the notes about the record that is given up notes about the kept one; each stays sealed as it is.
pub fn join(tx: &mut TenantTx<'_>, merging: &Merging) -> QueryResult<Vec<NoteId>> {
    let about = field_notes::table.filter(field_notes::member_id.eq(merging.given_up()));
    diesel::update(about.filter(field_notes::sealed_for.is_null()))
        .set(field_notes::sealed_for.eq(merging.given_up()))
        .execute(tx.conn())?;
    let moved = diesel::update(about)
        .set(field_notes::member_id.eq(merging.kept()))
        .returning(field_notes::id)
        .get_results(tx.conn())?;
    count_contacts(tx, merging.kept())?;
    Ok(moved)
}

/// Makes these notes notes about the record they were written about.
pub fn part(tx: &mut TenantTx<'_>, merging: &Merging, notes: &[NoteId]) -> QueryResult<()> {
    let moved = field_notes::table
        .filter(field_notes::id.eq_any(notes))
        .filter(field_notes::member_id.eq(merging.kept()));
    diesel::update(moved)
        .set(field_notes::member_id.eq(merging.given_up()))
        .execute(tx.conn())?;
    let own = field_notes::table
        .filter(field_notes::member_id.eq(merging.given_up()))
        .filter(field_notes::sealed_for.eq(merging.given_up()));
    diesel::update(own)
        .set(field_notes::sealed_for.eq(None::<MemberId>))
        .execute(tx.conn())?;
    count_contacts(tx, merging.kept())?;
    count_contacts(tx, merging.given_up())
}

/// When somebody was last spoken with, from the notes about them that tell of it ([`NoteVisibility::tells_of_contact`]).
#[expect(
    clippy::disallowed_methods,
    reason = "an aggregate with a filter has no typed form"
)]
fn count_contacts(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<()> {
    diesel::delete(member_contacts::table.filter(member_contacts::member_id.eq(member)))
        .execute(tx.conn())?;
    statement(
        "INSERT INTO member_contacts (member_id, last_reached_at, last_tried_at) \
         SELECT member_id, max(occurred_at) FILTER (WHERE reached), max(occurred_at) FROM field_notes WHERE member_id = $1 AND visibility <> 'officers' GROUP BY member_id",
    )
    .bind::<SqlUuid, _>(member)
    .execute(tx.conn())
    .map(|_| ())
}
