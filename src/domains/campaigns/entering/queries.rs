//! Campaigns for whoever comes in, in the database.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use diesel::prelude::*;

use crate::domains::campaigns::policy::Drafting;
use crate::kernel::ids::{CampaignId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{campaign_entries, campaigns};

use super::Entry;

/// How far one is.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    pub entry: Entry,
    /// When those were dealt with who were in the audience at first.
    pub present_at: Option<DateTime<Utc>>,
    /// When the audience was last looked through.
    pub looked_at: Option<DateTime<Utc>>,
}

type Row = (DateTime<Utc>, bool, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// How far one is; nothing when a campaign goes to everybody at once.
pub fn standing(tx: &mut TenantTx<'_>, campaign: CampaignId) -> QueryResult<Option<Standing>> {
    let row: Option<Row> = campaign_entries::table
        .filter(campaign_entries::campaign_id.eq(campaign))
        .select((
            campaign_entries::until,
            campaign_entries::with_present,
            campaign_entries::present_at,
            campaign_entries::looked_at,
        ))
        .first(tx.conn())
        .optional()?;
    Ok(row.map(|(until, with_present, present_at, looked_at)| Standing {
        entry: Entry { until, with_present },
        present_at,
        looked_at,
    }))
}

/// Until when it goes to whoever comes in.
pub fn entry(tx: &mut TenantTx<'_>, campaign: CampaignId) -> QueryResult<Option<Entry>> {
    Ok(standing(tx, campaign)?.map(|standing| standing.entry))
}

/// Sets it.
pub fn set(tx: &mut TenantTx<'_>, drafting: &Drafting<'_>, entry: Option<Entry>) -> QueryResult<()> {
    let id = drafting.campaign().id;
    diesel::delete(campaign_entries::table.filter(campaign_entries::campaign_id.eq(id)))
        .execute(tx.conn())?;
    let Some(entry) = entry else { return Ok(()) };
    diesel::insert_into(campaign_entries::table)
        .values((
            campaign_entries::campaign_id.eq(id),
            campaign_entries::until.eq(entry.until),
            campaign_entries::with_present.eq(entry.with_present),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes a look through the whole audience; the next begins at the front.
pub fn note_look(tx: &mut TenantTx<'_>, campaign: CampaignId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(campaigns::table.filter(campaigns::id.eq(campaign)))
        .set(campaigns::gathered_to.eq(None::<MemberId>))
        .execute(tx.conn())?;
    diesel::update(campaign_entries::table.filter(campaign_entries::campaign_id.eq(campaign)))
        .set(campaign_entries::looked_at.eq(now))
        .execute(tx.conn())?;
    let first = campaign_entries::table
        .filter(campaign_entries::campaign_id.eq(campaign))
        .filter(campaign_entries::present_at.is_null());
    diesel::update(first)
        .set(campaign_entries::present_at.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}

/// The first day of the oldest month under which deliveries made since then may be kept: each is kept under the month in which its
/// campaign was sent off, which of these campaigns may be long ago. A campaign waits for a month at most until its time comes.
pub fn oldest_month(tx: &mut TenantTx<'_>, since: DateTime<Utc>) -> QueryResult<NaiveDate> {
    let under_way = campaigns::finished_at
        .is_null()
        .or(campaigns::finished_at.gt(since));
    let oldest: Option<DateTime<Utc>> = campaign_entries::table
        .inner_join(
            campaigns::table.on(campaigns::org_id
                .eq(campaign_entries::org_id)
                .and(campaigns::id.eq(campaign_entries::campaign_id))),
        )
        .filter(under_way)
        .select(diesel::dsl::min(campaigns::launched_at))
        .first(tx.conn())?;
    let month = |day: NaiveDate| day.with_day(1).unwrap_or(day);
    let usual = month(since.date_naive()) - Days::new(31);
    Ok(oldest.map_or(usual, |oldest| month(oldest.date_naive()).min(usual)))
}

/// From now on nobody who comes in gets it.
pub fn close(tx: &mut TenantTx<'_>, campaign: CampaignId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(campaigns::table.filter(campaigns::id.eq(campaign)))
        .set((
            campaigns::gathered_at.eq(now),
            campaigns::changed_at.eq(now),
            campaigns::revision.eq(campaigns::revision + 1),
        ))
        .execute(tx.conn())
        .map(|_| ())
}
