//! Sending campaigns off, stopping them, and what becomes of them.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use actix_web::web;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::app::App;
use crate::domains::campaigns::model::{EventKind, Reason, State};
use crate::domains::campaigns::{actions, audience, policy, queries as campaigns};
use crate::domains::identity::Caller;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::web::api::{Json, Listing, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::paging::{CURSOR, LIMIT, Page};
use crate::platform::web::routes::{ApiDoc, QueryKind, QueryParameter, get, post};
use crate::platform::web::{Answer, Reply, RouteDef};

use super::campaigns::{Nothing, unchanged, view};
use super::queries::{self, Delivery};
use super::shapes::{CampaignView, DeliveryView, ExclusionView, RehearsalView, Schedule};
use super::{READ, READING, WRITE, WRITING, wanted};

const BY_OUTCOME: &[QueryParameter] = &[
    QueryParameter {
        name: "outcome",
        meaning: "Only deliveries to which this happened, the latest first: `accepted`, `deferred`, `refused`, `in_doubt`, `withheld`, `cancelled`, `delivered`, `bounced`, `complained` or `unsubscribed`",
        kind: QueryKind::Text,
    },
    CURSOR,
    LIMIT,
];

const BY_REASON: &[QueryParameter] = &[
    QueryParameter {
        name: "reason",
        meaning: "Only those left out for this reason, such as `withdrawn` or `suppressed`",
        kind: QueryKind::Text,
    },
    CURSOR,
    LIMIT,
];

fn changes(summary: &'static str) -> ApiDoc {
    ApiDoc {
        summary,
        request: None,
        response: (200, Some(schema::<CampaignView>)),
        query: &[],
    }
}

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        post(
            "/api/messaging/campaigns/{campaign}/schedule",
            WRITE,
            Rate::Medium,
            schedule,
        )
        .api(ApiDoc {
            request: Some(schema::<Schedule>),
            ..changes("Send a draft off, at once or at a time; above the organization’s limit it waits until a second person approves it")
        }),
        post(
            "/api/messaging/campaigns/{campaign}/pause",
            WRITE,
            Rate::Medium,
            pause,
        )
        .api(changes("Stop sending for a while")),
        post(
            "/api/messaging/campaigns/{campaign}/resume",
            WRITE,
            Rate::Medium,
            resume,
        )
        .api(changes("Go on sending")),
        post(
            "/api/messaging/campaigns/{campaign}/cancel",
            WRITE,
            Rate::Medium,
            cancel,
        )
        .api(changes("End it: before its time it is a draft again, later what has not left never will")),
        post(
            "/api/messaging/campaigns/{campaign}/approve",
            WRITE,
            Rate::Medium,
            approve,
        )
        .api(changes("Let a campaign go that waits for a second person; nobody does so with what they sent off themselves")),
        get(
            "/api/messaging/campaigns/{campaign}/rehearsal",
            READ,
            Rate::Medium,
            rehearse,
        )
        .api(ApiDoc {
            summary: "What sending a draft off now would do: how many get it, how many not and why, and what is missing",
            request: None,
            response: (200, Some(schema::<RehearsalView>)),
            query: &[],
        }),
        get(
            "/api/messaging/campaigns/{campaign}/deliveries",
            READ,
            Rate::Standard,
            deliveries,
        )
        .api(ApiDoc {
            summary: "Whom a campaign was for, and the last of what happened to each message. Never who opened or clicked",
            request: None,
            response: (200, Some(schema::<Listing<DeliveryView>>)),
            query: BY_OUTCOME,
        }),
        get(
            "/api/messaging/campaigns/{campaign}/exclusions",
            READ,
            Rate::Standard,
            exclusions,
        )
        .api(ApiDoc {
            summary: "Who of the audience was sent nothing, and why",
            request: None,
            response: (200, Some(schema::<Listing<ExclusionView>>)),
            query: BY_REASON,
        }),
    ]
}

async fn schedule(
    caller: Caller,
    app: web::Data<App>,
    campaign: web::Path<CampaignId>,
    json: Json<Schedule>,
) -> Reply {
    caller.require(WRITING)?;
    let (id, body, scope, portal) = (*campaign, json.body, caller.scope(), app.get_ref().clone());
    let answer = app.db.once(&scope, json.key, move |tx| {
        let draft = unchanged(tx, id, body.version)?;
        wanted::schedule(tx, &draft, &body)?;
        let by = policy::may_campaign(tx.actor())?;
        let revision = campaigns::campaign(tx, id)?.revision;
        actions::launch(tx, &by, &portal, id, revision)?;
        Ok(Answer::no_content())
    });
    answer.await?;
    view(&caller, 200, id).await
}

/// Does one thing with a campaign, and answers how it is then.
async fn done(
    caller: Caller,
    app: web::Data<App>,
    id: CampaignId,
    json: Json<Nothing>,
    act: fn(&mut TenantTx<'_>, &policy::Campaigning, CampaignId) -> Result<(), AppError>,
) -> Reply {
    caller.require(WRITING)?;
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        let by = policy::may_campaign(tx.actor())?;
        act(tx, &by, id)?;
        Ok(Answer::no_content())
    });
    answer.await?;
    view(&caller, 200, id).await
}

async fn pause(
    caller: Caller,
    app: web::Data<App>,
    campaign: web::Path<CampaignId>,
    json: Json<Nothing>,
) -> Reply {
    done(caller, app, *campaign, json, actions::pause).await
}

async fn resume(
    caller: Caller,
    app: web::Data<App>,
    campaign: web::Path<CampaignId>,
    json: Json<Nothing>,
) -> Reply {
    done(caller, app, *campaign, json, actions::resume).await
}

async fn cancel(
    caller: Caller,
    app: web::Data<App>,
    campaign: web::Path<CampaignId>,
    json: Json<Nothing>,
) -> Reply {
    done(caller, app, *campaign, json, |tx, by, id| {
        actions::cancel(tx, by, id).map(|_| ())
    })
    .await
}

async fn approve(
    caller: Caller,
    app: web::Data<App>,
    campaign: web::Path<CampaignId>,
    json: Json<Nothing>,
) -> Reply {
    caller.require(WRITING)?;
    let (id, scope) = (*campaign, caller.scope());
    let answer = app.db.once(&scope, json.key, move |tx| {
        let campaign = campaigns::lock(tx, id)?;
        let approving = policy::may_approve(tx.actor(), &campaign)?;
        actions::approve(tx, &approving, id)?;
        Ok(Answer::no_content())
    });
    answer.await?;
    view(&caller, 200, id).await
}

async fn rehearse(caller: Caller, app: web::Data<App>, campaign: web::Path<CampaignId>) -> Reply {
    caller.require(READING)?;
    let (id, portal) = (*campaign, app.get_ref().clone());
    let found = caller
        .tenant(move |tx, _| {
            policy::may_campaign(tx.actor())?;
            let campaign = campaigns::campaign(tx, id)?;
            if campaign.state != State::Draft {
                return Err(AppError::Conflict(
                    "It was sent off. Its analytics say what became of it.".to_owned(),
                ));
            }
            let missing = actions::missing(tx, &portal, &campaign)?;
            let rehearsal = audience::rehearse(tx, &portal.keys, &campaign)?;
            let above = campaigns::limits(tx)?.approve_above;
            Ok(RehearsalView::of(&campaign, rehearsal, missing, above))
        })
        .await?;
    json(200, &found)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct OutcomeQuery {
    outcome: String,
}

async fn deliveries(
    caller: Caller,
    campaign: web::Path<CampaignId>,
    filter: web::Query<OutcomeQuery>,
    page: web::Query<Page>,
) -> Reply {
    caller.require(READING)?;
    let (id, limit) = (*campaign, page.limit()?);
    if filter.outcome.is_empty() {
        let after = page.after::<Hash>()?.map(|hash| hash.0);
        let found = caller
            .tenant(move |tx, _| {
                policy::may_campaign(tx.actor())?;
                campaigns::campaign(tx, id)?;
                Ok(queries::deliveries(tx, id, after, limit + 1)?)
            })
            .await?;
        let cursor = |last: &Delivery| hex::encode(&last.address_hash);
        return json(200, &Listing::of(found, limit, cursor, DeliveryView::from));
    }
    let outcome: EventKind = filter
        .outcome
        .parse()
        .ok()
        .filter(|kind: &EventKind| !kind.is_watched())
        .ok_or_else(|| AppError::field("outcome", "That is no outcome that is told of single deliveries."))?;
    let before = page.after::<Moment>()?.map(|moment| (moment.at, moment.id));
    let found = caller
        .tenant(move |tx, _| {
            policy::may_campaign(tx.actor())?;
            campaigns::campaign(tx, id)?;
            Ok(queries::happened(tx, id, outcome, before, limit + 1)?)
        })
        .await?;
    let cursor = |last: &Delivery| {
        let (at, id) = last.event.unwrap_or_default();
        Moment { at, id }.to_string()
    };
    json(200, &Listing::of(found, limit, cursor, DeliveryView::from))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ReasonQuery {
    reason: String,
}

async fn exclusions(
    caller: Caller,
    campaign: web::Path<CampaignId>,
    filter: web::Query<ReasonQuery>,
    page: web::Query<Page>,
) -> Reply {
    caller.require(READING)?;
    let (id, after, limit) = (*campaign, page.after::<MemberId>()?, page.limit()?);
    let reason: Option<Reason> =
        match filter.reason.as_str() {
            "" => None,
            word => Some(word.parse().map_err(|_| {
                AppError::field("reason", "That is no reason for which somebody is left out.")
            })?),
        };
    let found = caller
        .tenant(move |tx, _| {
            policy::may_campaign(tx.actor())?;
            campaigns::campaign(tx, id)?;
            Ok(queries::exclusions(tx, id, reason, after, limit + 1)?)
        })
        .await?;
    let cursor = |last: &queries::Excluded| last.0.to_string();
    let shown = |(member_id, reason, at): queries::Excluded| ExclusionView {
        member_id,
        reason,
        at,
    };
    json(200, &Listing::of(found, limit, cursor, shown))
}

/// Where a list in the order of keyed hashes goes on.
struct Hash(Vec<u8>);

impl FromStr for Hash {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        hex::decode(text).map(Self)
    }
}

/// Where a list in the order of time goes on.
struct Moment {
    at: DateTime<Utc>,
    id: Uuid,
}

impl Display for Moment {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}_{}", self.at.timestamp_micros(), self.id)
    }
}

/// A cursor that is none.
struct NoMoment;

impl FromStr for Moment {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Self, NoMoment> {
        let (at, id) = text.split_once('_').ok_or(NoMoment)?;
        let at = at.parse().map_err(|_| NoMoment)?;
        Ok(Self {
            at: DateTime::from_timestamp_micros(at).ok_or(NoMoment)?,
            id: id.parse().map_err(|_| NoMoment)?,
        })
    }
}
