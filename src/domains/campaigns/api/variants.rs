//! What campaigns try, and what the rest gets.

use actix_web::web;

use crate::app::App;
use crate::domains::campaigns::variants::actions;
use crate::domains::campaigns::variants::model::{MOST, number_of};
use crate::domains::campaigns::variants::queries as variants;
use crate::domains::campaigns::{policy, queries};
use crate::domains::identity::Caller;
use crate::kernel::error::AppError;
use crate::kernel::ids::CampaignId;
use crate::platform::db::TenantTx;
use crate::platform::web::api::{Json, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{ApiDoc, get, post, put};
use crate::platform::web::{Answer, Reply, RouteDef};

use super::campaigns::unchanged;
use super::shapes::{VariantsView, VariantsWanted, WinnerWanted, named};
use super::{READ, READING, WRITE, WRITING};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let path = "/api/messaging/campaigns/{campaign}/variants";
    vec![
        get(path, READ, Rate::Standard, show).api(ApiDoc {
            summary: "What a campaign tries beside its own content, and what was decided",
            request: None,
            response: (200, Some(schema::<VariantsView>)),
            query: &[],
        }),
        put(path, WRITE, Rate::Medium, set).api(ApiDoc {
            summary: "Set what a draft tries",
            request: Some(schema::<VariantsWanted>),
            response: (200, Some(schema::<VariantsView>)),
            query: &[],
        }),
        post(
            "/api/messaging/campaigns/{campaign}/winner",
            WRITE,
            Rate::Medium,
            decide,
        )
        .api(ApiDoc {
            summary: "Decide what the rest of the audience gets, for good",
            request: Some(schema::<WinnerWanted>),
            response: (200, Some(schema::<VariantsView>)),
            query: &[],
        }),
    ]
}

fn read(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<VariantsView, AppError> {
    policy::may_campaign(tx.actor())?;
    let campaign = queries::campaign(tx, id)?;
    let test = variants::test(tx, id)?;
    Ok(VariantsView::of(
        campaign.revision,
        test,
        variants::variants(tx, id)?,
    ))
}

async fn view(caller: &Caller, id: CampaignId) -> Reply {
    let view = caller.tenant(move |tx, _| read(tx, id)).await?;
    json(200, &view)
}

async fn show(caller: Caller, campaign: web::Path<CampaignId>) -> Reply {
    caller.require(READING)?;
    view(&caller, *campaign).await
}

async fn set(
    caller: Caller,
    app: web::Data<App>,
    campaign: web::Path<CampaignId>,
    json: Json<VariantsWanted>,
) -> Reply {
    caller.require(WRITING)?;
    let (id, wanted, scope, portal) = (*campaign, json.body, caller.scope(), app.get_ref().clone());
    let answer = app.db.once(&scope, json.key, move |tx| {
        let campaign = unchanged(tx, id, wanted.version)?;
        let drafting = policy::may_draft(tx.actor(), &campaign)?;
        if wanted.variants.len() > usize::from(MOST.unsigned_abs()) {
            return Err(AppError::field("variants", "There are three beside A at most."));
        }
        let (plan, numbers) = wanted
            .form()
            .parse(&campaign)
            .map_err(|errors| AppError::Invalid(named(&errors)))?;
        let numbered: Vec<_> = numbers.into_iter().zip(&plan.variants).collect();
        actions::check(tx, &portal, &campaign, &numbered).map_err(|error| match error {
            AppError::Invalid(errors) => AppError::Invalid(named(&errors)),
            error => error,
        })?;
        actions::set(tx, &drafting, &plan)?;
        Ok(Answer::no_content())
    });
    answer.await?;
    view(&caller, id).await
}

async fn decide(
    caller: Caller,
    app: web::Data<App>,
    campaign: web::Path<CampaignId>,
    json: Json<WinnerWanted>,
) -> Reply {
    caller.require(WRITING)?;
    let (id, letter, scope) = (*campaign, json.body.letter.to_lowercase(), caller.scope());
    let answer = app.db.once(&scope, json.key, move |tx| {
        let by = policy::may_campaign(tx.actor())?;
        queries::campaign(tx, id)?;
        let number = number_of(&letter)
            .ok_or_else(|| AppError::field("letter", "Say which variant: `A`, `B`, `C` or `D`."))?;
        actions::decide_by_hand(tx, &by, id, number)?;
        Ok(Answer::no_content())
    });
    answer.await?;
    view(&caller, id).await
}
