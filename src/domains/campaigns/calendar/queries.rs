//! Campaigns and the days on which they begin.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Nullable, Text, Timestamp, Timestamptz, Uuid as SqlUuid};

use crate::domains::campaigns::model::State;
use crate::domains::campaigns::templates::model::Channel;
use crate::kernel::ids::CampaignId;
use crate::kernel::sql_types;
use crate::platform::db::{TenantTx, statement};

/// A campaign on its day.
#[derive(QueryableByName, Debug, Clone)]
pub(super) struct Placed {
    #[diesel(sql_type = SqlUuid)]
    pub id: CampaignId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = sql_types::CampaignState)]
    pub state: State,
    #[diesel(sql_type = sql_types::TemplateChannel)]
    pub channel: Channel,
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    /// When it begins for everybody.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub at: Option<DateTime<Utc>>,
    /// When it begins on each person's own clock.
    #[diesel(sql_type = Nullable<Timestamp>)]
    pub local: Option<NaiveDateTime>,
    #[diesel(sql_type = Bool)]
    pub is_everyone: bool,
    /// The segments it is for.
    #[diesel(sql_type = Array<SqlUuid>)]
    pub segments: Vec<uuid::Uuid>,
}

/// The campaigns that begin on these days by the clocks of a zone: what was sent off, when it was meant to or when it was sent off,
/// whichever is later; of drafts those that have a moment. Cancelled ones are left out, and what single
/// messages hang on.
#[expect(clippy::disallowed_methods, reason = "days are worked out in a zone")]
pub(super) fn between(
    tx: &mut TenantTx<'_>,
    (first, last): (NaiveDate, NaiveDate),
    zone: &str,
) -> QueryResult<Vec<Placed>> {
    statement(
        "WITH p AS (SELECT c.id, c.name, c.state, c.channel, c.is_everyone, c.starts_local AS local, \
             CASE WHEN c.starts = 'local' THEN NULL ELSE greatest(c.starts_at, CASE WHEN c.state <> 'draft' THEN c.launched_at END) END AS at \
           FROM campaigns c WHERE c.org_id = (SELECT app.current_org()) AND c.state <> 'cancelled' \
             AND c.id NOT IN (SELECT s.campaign_id FROM single_campaigns s WHERE s.org_id = (SELECT app.current_org()))), \
         d AS (SELECT p.*, coalesce((p.at AT TIME ZONE $3)::date, p.local::date) AS day FROM p) \
         SELECT d.id, d.name, d.state, d.channel, d.day, d.at, d.local, d.is_everyone, \
           ARRAY(SELECT s.segment_id FROM campaign_segments s WHERE s.org_id = (SELECT app.current_org()) AND s.campaign_id = d.id AND NOT s.is_excluded) AS segments \
         FROM d WHERE d.day BETWEEN $1 AND $2 ORDER BY d.day, coalesce((d.at AT TIME ZONE $3)::time, d.local::time), d.id",
    )
    .bind::<Date, _>(first)
    .bind::<Date, _>(last)
    .bind::<Text, _>(zone.to_owned())
    .load(tx.conn())
}
