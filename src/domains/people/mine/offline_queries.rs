//! What somebody who writes without a network takes along, and what is asked about it afterwards.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text, Timestamptz, Uuid as SqlUuid};

use crate::kernel::ids::MemberId;
use crate::platform::db::{TenantTx, statement};

/// One of one's people, with what is needed to know them by and nothing more.
#[derive(QueryableByName, Debug, Clone)]
pub struct Named {
    #[diesel(sql_type = SqlUuid)]
    pub id: MemberId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub worksite: String,
    #[diesel(sql_type = Text)]
    pub shift: String,
}

macro_rules! named {
    ($where:literal) => {
        concat!(
            "SELECT m.id, m.display_name AS name, coalesce(w.name, '') AS worksite, coalesce(h.name, '') AS shift \
             FROM app.people_of($1, app.moment()) p \
             JOIN members m ON m.org_id = app.current_org() AND m.id = p.member_id AND m.state <> 'left' \
             LEFT JOIN worksites w ON w.org_id = m.org_id AND w.id = m.worksite_id \
             LEFT JOIN shifts h ON h.org_id = m.org_id AND h.id = m.shift_id \
             WHERE ",
            $where,
            " ORDER BY m.sort_name, m.id LIMIT $2"
        )
    };
}

/// Everybody whom a steward looks after, by name.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn everyone(tx: &mut TenantTx<'_>, steward: MemberId, limit: i64) -> QueryResult<Vec<Named>> {
    statement(named!("true"))
        .bind::<SqlUuid, _>(steward)
        .bind::<BigInt, _>(limit)
        .load(tx.conn())
}

/// Those of a steward's people who are called so, accents and capitals aside.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn called(tx: &mut TenantTx<'_>, steward: MemberId, name: &str, limit: i64) -> QueryResult<Vec<Named>> {
    statement(named!("app.search_fold(m.display_name) = app.search_fold($3)"))
        .bind::<SqlUuid, _>(steward)
        .bind::<BigInt, _>(limit)
        .bind::<Text, _>(name.to_owned())
        .load(tx.conn())
}

#[derive(QueryableByName)]
struct Epoch {
    #[diesel(sql_type = Text)]
    epoch: String,
}

/// What tells one set of people from another: it changes when somebody joins or leaves a steward's people.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn epoch(tx: &mut TenantTx<'_>, steward: MemberId) -> QueryResult<String> {
    let found: Epoch = statement(
        "SELECT left(encode(sha256(coalesce(string_agg(p.member_id::text, ',' ORDER BY p.member_id), '')::bytea), 'hex'), 16) AS epoch \
         FROM app.people_of($1, app.moment()) p",
    )
    .bind::<SqlUuid, _>(steward)
    .get_result(tx.conn())?;
    Ok(found.epoch)
}

#[derive(QueryableByName)]
struct Yes {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// Whether an assignment of a steward reached a person at a moment that may be over.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn looked_after(
    tx: &mut TenantTx<'_>,
    steward: MemberId,
    person: MemberId,
    moment: DateTime<Utc>,
) -> QueryResult<bool> {
    let found: Yes = statement("SELECT app.covers($1, $2, $3) AS yes")
        .bind::<SqlUuid, _>(steward)
        .bind::<SqlUuid, _>(person)
        .bind::<Timestamptz, _>(moment)
        .get_result(tx.conn())?;
    Ok(found.yes)
}
