//! Numbers. Never who opened or clicked.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::domains::campaigns::{policy, queries as campaigns, tracking};
use crate::domains::consent;
use crate::domains::identity::Caller;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::CampaignId;
use crate::kernel::validate::Check;
use crate::platform::web::api::{json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{ApiDoc, QueryKind, QueryParameter, get};
use crate::platform::web::{Reply, RouteDef};

use super::shapes::{AnalyticsView, CampaignNumbers, DayNumbers, Numbers};
use super::{READ, READING, queries};

/// Days that are counted when nobody says which.
const USUAL: u64 = 30;
/// Days that are counted at once at most.
const MOST: u64 = 366;

const SPAN: &[QueryParameter] = &[
    QueryParameter {
        name: "from",
        meaning: "The first day, as year-month-day; 30 days up to the last when left out",
        kind: QueryKind::Text,
    },
    QueryParameter {
        name: "to",
        meaning: "The last day, as year-month-day; today when left out",
        kind: QueryKind::Text,
    },
];

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/api/messaging/analytics", READ, Rate::Medium, overall).api(ApiDoc {
            summary: "What became of all messages of campaigns, by day in the caller’s time zone, at most 366 days",
            request: None,
            response: (200, Some(schema::<AnalyticsView>)),
            query: SPAN,
        }),
        get(
            "/api/messaging/analytics/campaigns/{campaign}",
            READ,
            Rate::Standard,
            of_campaign,
        )
        .api(ApiDoc {
            summary: "From audience to reader: the numbers of one campaign",
            request: None,
            response: (200, Some(schema::<CampaignNumbers>)),
            query: &[],
        }),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct SpanQuery {
    from: String,
    to: String,
}

impl SpanQuery {
    /// First and last day.
    fn parse(&self, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), FieldErrors> {
        let mut check = Check::default();
        let to = check.day("to", &self.to);
        let to = to.unwrap_or(today);
        let from = check.day("from", &self.from);
        let from = from.unwrap_or_else(|| {
            to.checked_sub_days(Days::new(USUAL.saturating_sub(1)))
                .unwrap_or(to)
        });
        check.refuse_when(from > to, "from", "The first day must not come after the last.");
        let furthest = from.checked_add_days(Days::new(MOST));
        check.refuse_when(
            furthest.is_none_or(|furthest| to >= furthest),
            "from",
            "At most 366 days are counted at once.",
        );
        check.finish(|| (from, to))
    }
}

/// When a day begins on the clocks of a zone.
fn beginning(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    zone.from_local_datetime(&midnight)
        .earliest()
        .map_or_else(|| midnight.and_utc(), |moment| moment.with_timezone(&Utc))
}

async fn overall(caller: Caller, span: web::Query<SpanQuery>) -> Reply {
    caller.require(READING)?;
    let span = span.into_inner();
    let view = caller
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            let today = tx.now().with_timezone(&me.zone).date_naive();
            let (from, to) = span.parse(today).map_err(AppError::Invalid)?;
            let end = to.succ_opt().unwrap_or(to);
            let moments = (beginning(from, me.zone), beginning(end, me.zone));
            let counted = queries::by_day(tx, moments, me.zone.name())?;
            let mut days: BTreeMap<NaiveDate, Numbers> = BTreeMap::new();
            let mut totals = Numbers::default();
            for one in counted {
                days.entry(one.day).or_default().add(&one.what, one.amount);
                totals.add(&one.what, one.amount);
            }
            for (day, people) in consent::left_by_day(tx, moments, me.zone)? {
                days.entry(day).or_default().add("unsubscribed", people);
                totals.add("unsubscribed", people);
            }
            Ok(AnalyticsView {
                from,
                to,
                time_zone: me.zone.name().to_owned(),
                totals,
                days: days
                    .into_iter()
                    .map(|(day, numbers)| DayNumbers { day, numbers })
                    .collect(),
            })
        })
        .await?;
    json(200, &view)
}

async fn of_campaign(caller: Caller, campaign: web::Path<CampaignId>) -> Reply {
    caller.require(READING)?;
    let id = *campaign;
    let view = caller
        .tenant(move |tx, _| {
            policy::may_campaign(tx.actor())?;
            let campaign = campaigns::campaign(tx, id)?;
            let counts = campaigns::counts(tx, &[id])?.remove(&id).unwrap_or_default();
            let hits = tracking::hits_of(tx, id)?;
            Ok(CampaignNumbers::of(&campaign, &counts, hits))
        })
        .await?;
    json(200, &view)
}
