//! Cases in SQL. What the acting member is not in the team of, row-level security leaves out of every one of these.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::people::merge::Merging;
use crate::domains::tenancy::Erasing;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CaseId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{case_team, cases};

use super::model::{Case, NewCase};
use super::policy::{Opening, Working};

/// One case.
pub fn case(tx: &mut TenantTx<'_>, id: CaseId) -> QueryResult<Case> {
    Case::query().filter(cases::id.eq(id)).first(tx.conn())
}

/// Cases about a person, the newest first.
pub fn about(tx: &mut TenantTx<'_>, member: MemberId, limit: i64) -> QueryResult<Vec<Case>> {
    Case::query()
        .filter(cases::member_id.eq(member))
        .order(cases::id.desc())
        .limit(limit)
        .load(tx.conn())
}

/// The open ones.
pub fn open_about(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Case>> {
    Case::query()
        .filter(cases::member_id.eq(member))
        .filter(cases::closed_at.is_null())
        .order(cases::id.desc())
        .limit(100)
        .load(tx.conn())
}

/// Open or closed cases of the acting member, the newest first, those before `before`.
pub fn page(
    tx: &mut TenantTx<'_>,
    me: MemberId,
    closed: Closed,
    before: Option<CaseId>,
    limit: i64,
) -> QueryResult<Vec<Case>> {
    let mine: Vec<CaseId> = case_team::table
        .filter(case_team::member_id.eq(me))
        .select(case_team::case_id)
        .load(tx.conn())?;
    let mut query = Case::query().filter(cases::id.eq_any(mine)).into_boxed();
    query = match closed {
        Closed::No => query.filter(cases::closed_at.is_null()),
        Closed::Yes => query.filter(cases::closed_at.is_not_null()),
    };
    if let Some(before) = before {
        query = query.filter(cases::id.lt(before));
    }
    query.order(cases::id.desc()).limit(limit).load(tx.conn())
}

/// Which cases are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Those that go on.
    No,
    /// Those that are over.
    Yes,
}

/// Who works on a case, since when.
pub fn team(tx: &mut TenantTx<'_>, case: CaseId) -> QueryResult<Vec<(MemberId, DateTime<Utc>)>> {
    case_team::table
        .filter(case_team::case_id.eq(case))
        .order((case_team::joined_at, case_team::member_id))
        .select((case_team::member_id, case_team::joined_at))
        .load(tx.conn())
}

/// Opens a case; the acting member is its team.
pub fn insert(tx: &mut TenantTx<'_>, proof: &Opening, new: &NewCase) -> Result<CaseId, AppError> {
    let (id, now, me) = (tx.new_id::<CaseId>(), tx.now(), tx.my_id()?);
    diesel::insert_into(cases::table)
        .values((
            cases::id.eq(id),
            cases::member_id.eq(proof.member()),
            cases::reference.eq(&new.reference),
            cases::title.eq(&new.title),
            cases::opened_by.eq(me),
            cases::opened_at.eq(now),
        ))
        .execute(tx.conn())?;
    join(tx, id, me)?;
    Ok(id)
}

/// Puts somebody into the team of a case; whether they were not there before.
pub fn join(tx: &mut TenantTx<'_>, case: CaseId, member: MemberId) -> QueryResult<bool> {
    let now = tx.now();
    diesel::insert_into(case_team::table)
        .values((
            case_team::case_id.eq(case),
            case_team::member_id.eq(member),
            case_team::joined_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .map(|rows| rows == 1)
}

/// Takes somebody out of the team, unless nobody would be left; whether that was possible.
pub fn leave(tx: &mut TenantTx<'_>, working: &Working<'_>, member: MemberId) -> QueryResult<bool> {
    let case = working.case().id;
    // Two who leave at the same moment must not both see the other one stay.
    let team: Vec<MemberId> = case_team::table
        .filter(case_team::case_id.eq(case))
        .select(case_team::member_id)
        .for_update()
        .load(tx.conn())?;
    if team.iter().all(|one| *one == member) {
        return Ok(false);
    }
    let row = case_team::table
        .filter(case_team::case_id.eq(case))
        .filter(case_team::member_id.eq(member));
    diesel::delete(row).execute(tx.conn()).map(|_| true)
}

/// Closes a case with what came of it, or lets it go on.
pub fn set_closed(tx: &mut TenantTx<'_>, working: &Working<'_>, outcome: Option<&String>) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(cases::table.filter(cases::id.eq(working.case().id)))
        .set((
            cases::closed_at.eq(outcome.map(|_| now)),
            cases::outcome.eq(outcome.cloned().unwrap_or_default()),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes away every case about somebody, and them from the teams of others.
pub fn erase(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<()> {
    let member = erasing.member();
    diesel::delete(cases::table.filter(cases::member_id.eq(member))).execute(tx.conn())?;
    diesel::delete(case_team::table.filter(case_team::member_id.eq(member)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Whether one of the two is in the team of a case about the other.
pub fn works_on_one_about_the_other(tx: &mut TenantTx<'_>, merging: &Merging) -> QueryResult<bool> {
    let both = [merging.kept(), merging.given_up()];
    let about: Vec<CaseId> = cases::table
        .filter(cases::member_id.eq_any(both))
        .select(cases::id)
        .load(tx.conn())?;
    let on_them = case_team::table
        .filter(case_team::case_id.eq_any(about))
        .filter(case_team::member_id.eq_any(both));
    diesel::select(diesel::dsl::exists(on_them)).get_result(tx.conn())
}

/// Makes the cases about the record that is given up cases about the kept one.
pub fn merge(tx: &mut TenantTx<'_>, merging: &Merging) -> QueryResult<Vec<CaseId>> {
    diesel::update(cases::table.filter(cases::member_id.eq(merging.given_up())))
        .set(cases::member_id.eq(merging.kept()))
        .returning(cases::id)
        .get_results(tx.conn())
}

/// Makes these cases what they were.
pub fn part(tx: &mut TenantTx<'_>, merging: &Merging, moved: &[CaseId]) -> QueryResult<()> {
    let moved = cases::table
        .filter(cases::id.eq_any(moved))
        .filter(cases::member_id.eq(merging.kept()));
    diesel::update(moved)
        .set(cases::member_id.eq(merging.given_up()))
        .execute(tx.conn())
        .map(|_| ())
}
