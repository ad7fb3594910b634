//! Campaigns that are being made.

use actix_web::web;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domains::campaigns::model::{Campaign, CampaignKind, State};
use crate::domains::campaigns::{actions, entering, policy, queries};
use crate::domains::identity::Caller;
use crate::kernel::error::AppError;
use crate::kernel::ids::CampaignId;
use crate::kernel::validate::Check;
use crate::platform::db::TenantTx;
use crate::platform::web::api::{Json, Listing, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::paging::{CURSOR, LIMIT, Page};
use crate::platform::web::routes::{ApiDoc, QueryKind, QueryParameter, delete, get, patch, post};
use crate::platform::web::{Answer, Reply, RouteDef};

use super::shapes::{CampaignSummary, CampaignView, ChangeCampaign, CreateCampaign};
use super::{READ, READING, WRITE, WRITING, wanted};

const BY_STATE: &[QueryParameter] = &[
    QueryParameter {
        name: "state",
        meaning: "`draft`, `scheduled`, `sending`, `paused`, `sent`, `cancelled` or `failed`; all of them when left out",
        kind: QueryKind::Text,
    },
    CURSOR,
    LIMIT,
];

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/api/messaging/campaigns", READ, Rate::Standard, list).api(ApiDoc {
            summary: "Campaigns, the newest first",
            request: None,
            response: (200, Some(schema::<Listing<CampaignSummary>>)),
            query: BY_STATE,
        }),
        post("/api/messaging/campaigns", WRITE, Rate::Medium, create).api(ApiDoc {
            summary: "Begin a campaign, as a draft",
            request: Some(schema::<CreateCampaign>),
            response: (201, Some(schema::<CampaignView>)),
            query: &[],
        }),
        get("/api/messaging/campaigns/{campaign}", READ, Rate::Standard, show).api(ApiDoc {
            summary: "One campaign",
            request: None,
            response: (200, Some(schema::<CampaignView>)),
            query: &[],
        }),
        patch("/api/messaging/campaigns/{campaign}", WRITE, Rate::Medium, change).api(ApiDoc {
            summary: "Change a draft; what is left out stays",
            request: Some(schema::<ChangeCampaign>),
            response: (200, Some(schema::<CampaignView>)),
            query: &[],
        }),
        delete("/api/messaging/campaigns/{campaign}", WRITE, Rate::Medium, remove).api(ApiDoc {
            summary: "Remove a draft for good",
            request: None,
            response: (204, None),
            query: &[],
        }),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct StateQuery {
    state: String,
}

async fn list(caller: Caller, filter: web::Query<StateQuery>, page: web::Query<Page>) -> Reply {
    caller.require(READING)?;
    let (before, limit) = (page.after::<CampaignId>()?, page.limit()?);
    let states: Vec<State> = match filter.state.as_str() {
        "" => Vec::new(),
        word => vec![
            word.parse()
                .map_err(|_| AppError::field("state", "That is no state of campaigns."))?,
        ],
    };
    let found = caller
        .tenant(move |tx, _| {
            policy::may_campaign(tx.actor())?;
            Ok(queries::page(
                tx,
                CampaignKind::Broadcast,
                &states,
                before,
                limit + 1,
            )?)
        })
        .await?;
    let cursor = |last: &Campaign| last.id.to_string();
    json(200, &Listing::of(found, limit, cursor, CampaignSummary::from))
}

async fn show(caller: Caller, campaign: web::Path<CampaignId>) -> Reply {
    caller.require(READING)?;
    view(&caller, 200, *campaign).await
}

/// A campaign as it is now.
pub(super) async fn view(caller: &Caller, status: u16, id: CampaignId) -> Reply {
    let view = caller
        .tenant(move |tx, _| {
            policy::may_campaign(tx.actor())?;
            let campaign = queries::campaign(tx, id)?;
            let segments = queries::segments_of(tx, id)?;
            let entry = entering::queries::entry(tx, id)?;
            Ok(CampaignView::of(campaign, &segments, entry))
        })
        .await?;
    json(status, &view)
}

/// What is kept of an answer: what it names is read anew by who may still see it.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    id: CampaignId,
}

async fn create(caller: Caller, app: web::Data<App>, json: Json<CreateCampaign>) -> Reply {
    caller.require(WRITING)?;
    let (wanted, scope) = (json.body, caller.scope());
    let answer = app.db.once(&scope, json.key, move |tx| {
        let by = policy::may_campaign(tx.actor())?;
        let mut check = Check::default();
        let name = check.line("name", "Name", &wanted.name, 1, 120);
        check.refuse_when(
            wanted.channel.is_none(),
            "channel",
            "Say how it travels: `email` or `sms`.",
        );
        check.finish(|| ())?;
        let channel = wanted.channel.ok_or(AppError::NotFound)?;
        let id = actions::create(tx, &by, &name, channel)?;
        wanted::apply(tx, id, &wanted.parts())?;
        Answer::json(201, &Kept { id })
    });
    let Kept { id } = answer.await?.content()?;
    view(&caller, 201, id).await
}

/// A draft that nobody changed since `version` was read.
///
/// # Errors
/// [`AppError::Conflict`] when somebody did; as [`policy::may_draft`].
pub(super) fn unchanged(tx: &mut TenantTx<'_>, id: CampaignId, version: i32) -> Result<Campaign, AppError> {
    let campaign = queries::lock(tx, id)?;
    policy::may_draft(tx.actor(), &campaign)?;
    match campaign.revision == version {
        true => Ok(campaign),
        false => Err(AppError::Conflict(format!(
            "Somebody changed this campaign meanwhile. Its version is {} now.",
            campaign.revision
        ))),
    }
}

async fn change(
    caller: Caller,
    app: web::Data<App>,
    campaign: web::Path<CampaignId>,
    json: Json<ChangeCampaign>,
) -> Reply {
    caller.require(WRITING)?;
    let (id, wanted, scope) = (*campaign, json.body, caller.scope());
    let answer = app.db.once(&scope, json.key, move |tx| {
        unchanged(tx, id, wanted.version)?;
        wanted::apply(tx, id, &wanted.parts())?;
        Ok(Answer::no_content())
    });
    answer.await?;
    view(&caller, 200, id).await
}

/// An empty body.
#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

async fn remove(
    caller: Caller,
    app: web::Data<App>,
    campaign: web::Path<CampaignId>,
    json: Json<Nothing>,
) -> Reply {
    caller.require(WRITING)?;
    let (id, scope) = (*campaign, caller.scope());
    let answer = app.db.once(&scope, json.key, move |tx| {
        let campaign = queries::lock(tx, id)?;
        let drafting = policy::may_draft(tx.actor(), &campaign)?;
        actions::delete(tx, &drafting)?;
        Ok(Answer::no_content())
    });
    answer.await?.reply(&caller.visit)
}
