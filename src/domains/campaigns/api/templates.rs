//! Templates: what campaigns can say.

use actix_web::web;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domains::campaigns::templates::forms::{NewForm, errors_of};
use crate::domains::campaigns::templates::model::{Channel, Kept, Words};
use crate::domains::campaigns::templates::routes::keys;
use crate::domains::campaigns::templates::{actions, policy, queries};
use crate::domains::identity::Caller;
use crate::kernel::error::AppError;
use crate::kernel::ids::TemplateId;
use crate::platform::web::api::{Json, Listing, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::paging::{PAGED, Page};
use crate::platform::web::routes::{ApiDoc, get, post};
use crate::platform::web::{Answer, Reply, RouteDef};

use super::shapes::{CreateTemplate, TemplateSummary, TemplateView};
use super::{READ, READING, WRITE, WRITING};

/// Versions that are told of one template: the newest.
const VERSIONS: i64 = 40;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/api/messaging/templates", READ, Rate::Standard, list).api(ApiDoc {
            summary: "Templates in use, the newest first",
            request: None,
            response: (200, Some(schema::<Listing<TemplateSummary>>)),
            query: PAGED,
        }),
        post("/api/messaging/templates", WRITE, Rate::Medium, create).api(ApiDoc {
            summary: "Add a template with its first version; words that can’t be sent are refused",
            request: Some(schema::<CreateTemplate>),
            response: (201, Some(schema::<TemplateView>)),
            query: &[],
        }),
        get("/api/messaging/templates/{template}", READ, Rate::Standard, show).api(ApiDoc {
            summary: "One template: the words of its newest version, and its versions, the newest 40",
            request: None,
            response: (200, Some(schema::<TemplateView>)),
            query: &[],
        }),
    ]
}

async fn list(caller: Caller, page: web::Query<Page>) -> Reply {
    caller.require(READING)?;
    let (before, limit) = (page.after::<TemplateId>()?, page.limit()?);
    let found = caller
        .tenant(move |tx, _| {
            policy::may_write(tx.actor())?;
            Ok(queries::page(tx, false, before, limit + 1)?)
        })
        .await?;
    let cursor = |last: &Kept| last.id.to_string();
    json(200, &Listing::of(found, limit, cursor, TemplateSummary::from))
}

async fn show(caller: Caller, template: web::Path<TemplateId>) -> Reply {
    caller.require(READING)?;
    view(&caller, 200, *template).await
}

async fn view(caller: &Caller, status: u16, id: TemplateId) -> Reply {
    let view = caller
        .tenant(move |tx, _| {
            policy::may_write(tx.actor())?;
            let kept = queries::template(tx, id)?;
            let versions = queries::versions(tx, id, None, VERSIONS)?;
            let words = match versions.first() {
                Some(newest) => Words::read(newest.draft.clone())?,
                None => Words::default(),
            };
            Ok(TemplateView::of(kept, words, versions))
        })
        .await?;
    json(status, &view)
}

/// What is kept of an answer.
#[derive(Debug, Serialize, Deserialize)]
struct Made {
    id: TemplateId,
}

async fn create(caller: Caller, app: web::Data<App>, json: Json<CreateTemplate>) -> Reply {
    caller.require(WRITING)?;
    let (wanted, scope, config) = (json.body, caller.scope(), app.config.clone());
    let answer = app.db.once(&scope, json.key, move |tx| {
        let writing = policy::may_write(tx.actor())?;
        let form = NewForm {
            name: wanted.name.clone(),
            starter: String::new(),
            purpose: wanted
                .purpose
                .map(|one| one.as_str().to_owned())
                .unwrap_or_default(),
            category: wanted.category.clone(),
        };
        let facts = form.parse(&keys(tx)?)?;
        let channel = wanted.channel.unwrap_or(Channel::Email);
        let words = wanted.words();
        actions::compiled(&words, channel, facts.purpose, &config)
            .map_err(|problems| AppError::Invalid(errors_of(&problems)))?;
        let id = actions::create(tx, &writing, channel, &facts, &words, &config)?;
        Answer::json(201, &Made { id })
    });
    let Made { id } = answer.await?.content()?;
    view(&caller, 201, id).await
}
