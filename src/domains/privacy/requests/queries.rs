//! Requests in SQL.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::domains::privacy::policy::Care;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, NoteId, SubjectRequestId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{subject_request_items, subject_requests};

use super::model::{Counts, Disclosure, Item, Request, RequestState};

/// States in which somebody still has to do something.
const OPEN: [RequestState; 3] = [RequestState::Received, RequestState::Review, RequestState::Ready];

/// One request.
pub fn request(tx: &mut TenantTx<'_>, id: SubjectRequestId) -> QueryResult<Request> {
    Request::query()
        .filter(subject_requests::id.eq(id))
        .first(tx.conn())
}

/// One request, held until the end of the transaction.
pub fn locked(tx: &mut TenantTx<'_>, id: SubjectRequestId) -> QueryResult<Request> {
    subject_requests::table
        .filter(subject_requests::id.eq(id))
        .select(subject_requests::id)
        .for_update()
        .first::<SubjectRequestId>(tx.conn())?;
    request(tx, id)
}

/// The open request of a person.
pub fn open_of(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Option<Request>> {
    Request::query()
        .filter(subject_requests::member_id.eq(member))
        .filter(subject_requests::state.eq_any(OPEN))
        .first(tx.conn())
        .optional()
}

/// Requests of a person, the newest first.
pub fn of_person(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Request>> {
    Request::query()
        .filter(subject_requests::member_id.eq(member))
        .order(subject_requests::id.desc())
        .limit(100)
        .load(tx.conn())
}

/// Requests that somebody has to do something about, those due first first.
pub fn open(tx: &mut TenantTx<'_>, limit: i64) -> QueryResult<Vec<Request>> {
    Request::query()
        .filter(subject_requests::state.eq_any(OPEN))
        .order((subject_requests::due_on, subject_requests::id))
        .limit(limit)
        .load(tx.conn())
}

/// Notes that somebody asked; none when a request of theirs is open.
pub fn insert(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    asked_on: NaiveDate,
    due_on: NaiveDate,
) -> Result<Option<SubjectRequestId>, AppError> {
    let (id, now, by) = (tx.new_id::<SubjectRequestId>(), tx.now(), tx.my_id()?);
    let noted = diesel::insert_into(subject_requests::table)
        .values((
            subject_requests::id.eq(id),
            subject_requests::member_id.eq(member),
            subject_requests::asked_on.eq(asked_on),
            subject_requests::due_on.eq(due_on),
            subject_requests::noted_by.eq(by),
            subject_requests::noted_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok((noted == 1).then_some(id))
}

/// Moves a request on, with who did it.
pub fn set_state(
    tx: &mut TenantTx<'_>,
    care: &Care,
    id: SubjectRequestId,
    state: RequestState,
) -> QueryResult<()> {
    let now = tx.now();
    let row = subject_requests::table.filter(subject_requests::id.eq(id));
    match state {
        RequestState::Review => diesel::update(row)
            .set((
                subject_requests::state.eq(state),
                subject_requests::reviewer_id.eq(care.officer()),
            ))
            .execute(tx.conn()),
        RequestState::Released => diesel::update(row)
            .set((
                subject_requests::state.eq(state),
                subject_requests::released_by.eq(care.officer()),
                subject_requests::released_at.eq(now),
            ))
            .execute(tx.conn()),
        RequestState::Ready => diesel::update(row)
            .set((
                subject_requests::state.eq(state),
                subject_requests::ready_at.eq(now),
            ))
            .execute(tx.conn()),
        RequestState::Received | RequestState::Withdrawn => diesel::update(row)
            .set(subject_requests::state.eq(state))
            .execute(tx.conn()),
    }
    .map(|_| ())
}

/// One gathered thing to be kept.
pub struct NewItem {
    pub sealed: Vec<u8>,
    pub note: Option<NoteId>,
    pub decision: Disclosure,
}

/// Keeps what was gathered, in this order.
pub fn keep(
    tx: &mut TenantTx<'_>,
    care: &Care,
    id: SubjectRequestId,
    items: Vec<NewItem>,
) -> QueryResult<()> {
    let mut position = 0;
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        position += 1;
        rows.push((
            subject_request_items::request_id.eq(id),
            subject_request_items::position.eq(position),
            subject_request_items::member_id.eq(care.person()),
            subject_request_items::note_id.eq(item.note),
            subject_request_items::sealed.eq(item.sealed),
            subject_request_items::decision.eq(item.decision),
        ));
    }
    for rows in rows.chunks(1_000) {
        diesel::insert_into(subject_request_items::table)
            .values(rows)
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Takes away what was gathered.
pub fn forget_items(tx: &mut TenantTx<'_>, _care: &Care, id: SubjectRequestId) -> QueryResult<()> {
    diesel::delete(subject_request_items::table.filter(subject_request_items::request_id.eq(id)))
        .execute(tx.conn())
        .map(|_| ())
}

/// What was gathered, after a place.
pub fn items(tx: &mut TenantTx<'_>, id: SubjectRequestId, after: i32, limit: i64) -> QueryResult<Vec<Item>> {
    Item::query()
        .filter(subject_request_items::request_id.eq(id))
        .filter(subject_request_items::position.gt(after))
        .order(subject_request_items::position)
        .limit(limit)
        .load(tx.conn())
}

/// One gathered thing.
pub fn item(tx: &mut TenantTx<'_>, id: SubjectRequestId, position: i32) -> QueryResult<Item> {
    Item::query()
        .filter(subject_request_items::request_id.eq(id))
        .filter(subject_request_items::position.eq(position))
        .first(tx.conn())
}

/// Says what happens with one thing.
pub fn decide(
    tx: &mut TenantTx<'_>,
    _care: &Care,
    id: SubjectRequestId,
    position: i32,
    decision: (Disclosure, Option<Vec<u8>>, &str),
) -> QueryResult<()> {
    let (disclosure, redacted, reason) = decision;
    let row = subject_request_items::table
        .filter(subject_request_items::request_id.eq(id))
        .filter(subject_request_items::position.eq(position));
    diesel::update(row)
        .set((
            subject_request_items::decision.eq(disclosure),
            subject_request_items::redacted.eq(redacted),
            subject_request_items::reason.eq(reason),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// How many things have which decision.
pub fn counts(tx: &mut TenantTx<'_>, id: SubjectRequestId) -> QueryResult<Counts> {
    let rows: Vec<(Disclosure, i64)> = subject_request_items::table
        .filter(subject_request_items::request_id.eq(id))
        .group_by(subject_request_items::decision)
        .select((subject_request_items::decision, diesel::dsl::count_star()))
        .load(tx.conn())?;
    let mut counts = Counts::default();
    for (decision, count) in rows {
        match decision {
            Disclosure::Pending => counts.pending = count,
            Disclosure::Include => counts.include = count,
            Disclosure::Redact => counts.redact = count,
            Disclosure::Withhold => counts.withhold = count,
        }
    }
    Ok(counts)
}
