//! The paces of providers, which all processes share.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::campaigns::sending::pacing::Pace;
use crate::kernel::ids::ProviderId;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::sending_paces;

type Row = (
    String,
    f64,
    DateTime<Utc>,
    Option<f64>,
    Option<DateTime<Utc>>,
    String,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

fn read((domain, tokens, counted_at, to, at, said, rests_until, placed_until): Row) -> Pace {
    Pace {
        domain,
        tokens,
        counted_at,
        slowed: to.zip(at),
        said,
        rests_until,
        placed_until,
    }
}

/// What is known of a provider.
pub fn known(tx: &mut TenantTx<'_>, provider: ProviderId) -> QueryResult<Vec<Pace>> {
    let rows: Vec<Row> = of(provider).load(tx.conn())?;
    Ok(rows.into_iter().map(read).collect())
}

/// The same, and nobody else takes from it until this transaction ends. In the order of domains, so that nobody waits for each other.
pub fn taken(tx: &mut TenantTx<'_>, provider: ProviderId) -> QueryResult<Vec<Pace>> {
    let rows: Vec<Row> = of(provider).for_update().load(tx.conn())?;
    Ok(rows.into_iter().map(read).collect())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn of(provider: ProviderId) -> _ {
    sending_paces::table
        .filter(sending_paces::provider_id.eq(provider))
        .order(sending_paces::domain)
        .select((
            sending_paces::domain,
            sending_paces::tokens,
            sending_paces::counted_at,
            sending_paces::slowed_to,
            sending_paces::slowed_at,
            sending_paces::said,
            sending_paces::rests_until,
            sending_paces::placed_until,
        ))
}

/// Keeps what is to be remembered, and lets go of the rest.
pub fn keep(
    tx: &mut TenantTx<'_>,
    provider: ProviderId,
    (kept, spent): (Vec<Pace>, Vec<String>),
) -> QueryResult<()> {
    for pace in kept {
        let facts = (
            sending_paces::tokens.eq(pace.tokens),
            sending_paces::counted_at.eq(pace.counted_at),
            sending_paces::slowed_to.eq(pace.slowed.map(|(to, _)| to)),
            sending_paces::slowed_at.eq(pace.slowed.map(|(_, at)| at)),
            sending_paces::said.eq(pace.said),
            sending_paces::rests_until.eq(pace.rests_until),
            sending_paces::placed_until.eq(pace.placed_until),
        );
        diesel::insert_into(sending_paces::table)
            .values((
                sending_paces::provider_id.eq(provider),
                sending_paces::domain.eq(pace.domain),
                facts.clone(),
            ))
            .on_conflict((
                sending_paces::org_id,
                sending_paces::provider_id,
                sending_paces::domain,
            ))
            .do_update()
            .set(facts)
            .execute(tx.conn())?;
    }
    if !spent.is_empty() {
        let gone = sending_paces::table
            .filter(sending_paces::provider_id.eq(provider))
            .filter(sending_paces::domain.eq_any(spent));
        diesel::delete(gone).execute(tx.conn())?;
    }
    Ok(())
}
