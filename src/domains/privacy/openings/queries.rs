//! Openings in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::domains::privacy::policy::Care;
use crate::kernel::ids::{MemberId, OpeningId};
use crate::pg_enum;
use crate::platform::db::schema::sight_openings;
use crate::platform::db::{TenantTx, statement};

pg_enum! {
    /// On what ground notes are open to a privacy officer.
    OpeningBasis as OpeningBasis {
        /// For a reason of their own.
        BreakGlass = "break_glass": "Opened for a reason",
        /// The person asked for what is kept about them.
        SubjectRequest = "subject_request": "The person asked for their data",
    }
}

/// One opening.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = sight_openings)]
pub struct Opening {
    pub id: OpeningId,
    pub officer_id: MemberId,
    pub member_id: MemberId,
    pub basis: OpeningBasis,
    pub reason: String,
    pub opened_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
}

impl Opening {
    /// Whether it is in force.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.closed_at.is_none() && self.expires_at > now
    }
}

/// One opening.
pub fn opening(tx: &mut TenantTx<'_>, id: OpeningId) -> QueryResult<Opening> {
    Opening::query()
        .filter(sight_openings::id.eq(id))
        .first(tx.conn())
}

/// A page of openings, the newest first, those before `before`.
pub fn page(tx: &mut TenantTx<'_>, before: Option<OpeningId>, limit: i64) -> QueryResult<Vec<Opening>> {
    let mut query = Opening::query().into_boxed();
    if let Some(before) = before {
        query = query.filter(sight_openings::id.lt(before));
    }
    query
        .order(sight_openings::id.desc())
        .limit(limit)
        .load(tx.conn())
}

/// Waits until this officer opens nothing else: two windows must not open two people.
#[expect(clippy::disallowed_methods, reason = "an advisory lock")]
pub fn lock(tx: &mut TenantTx<'_>, care: &Care) -> QueryResult<()> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('opening' || $1, 0))")
        .bind::<Text, _>(care.officer().to_string())
        .execute(tx.conn())
        .map(|_| ())
}

/// What this officer has open for a reason of their own.
pub fn open_of(tx: &mut TenantTx<'_>, officer: MemberId) -> QueryResult<Option<Opening>> {
    let now = tx.now();
    Opening::query()
        .filter(sight_openings::officer_id.eq(officer))
        .filter(sight_openings::basis.eq(OpeningBasis::BreakGlass))
        .filter(sight_openings::closed_at.is_null())
        .filter(sight_openings::expires_at.gt(now))
        .first(tx.conn())
        .optional()
}

/// Opens everything about a person to the acting officer until a moment.
pub fn insert(
    tx: &mut TenantTx<'_>,
    care: &Care,
    basis: OpeningBasis,
    reason: &str,
    until: DateTime<Utc>,
) -> QueryResult<OpeningId> {
    let (id, now) = (tx.new_id::<OpeningId>(), tx.now());
    diesel::insert_into(sight_openings::table)
        .values((
            sight_openings::id.eq(id),
            sight_openings::officer_id.eq(care.officer()),
            sight_openings::member_id.eq(care.person()),
            sight_openings::basis.eq(basis),
            sight_openings::reason.eq(reason),
            sight_openings::opened_at.eq(now),
            sight_openings::expires_at.eq(until),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Closes what is open to an officer about a person on a ground; answers which.
pub fn close(tx: &mut TenantTx<'_>, care: &Care, basis: OpeningBasis) -> QueryResult<Vec<OpeningId>> {
    let now = tx.now();
    let open = sight_openings::table
        .filter(sight_openings::officer_id.eq(care.officer()))
        .filter(sight_openings::member_id.eq(care.person()))
        .filter(sight_openings::basis.eq(basis))
        .filter(sight_openings::closed_at.is_null());
    diesel::update(open)
        .set(sight_openings::closed_at.eq(now))
        .returning(sight_openings::id)
        .get_results(tx.conn())
}
