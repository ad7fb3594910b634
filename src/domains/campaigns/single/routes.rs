//! `/api/messaging/messages`.

use actix_web::{HttpRequest, web};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domains::campaigns::model::EventKind;
use crate::domains::campaigns::policy;
use crate::domains::campaigns::results::queries as results;
use crate::domains::identity::Caller;
use crate::kernel::error::AppError;
use crate::kernel::ids::DeliveryId;
use crate::platform::web::api::{Json, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{ApiDoc, get, post};
use crate::platform::web::{Access, Answer, Reply, RouteDef};

use super::shapes::{MessageEventView, MessageView, SendMessage};
use super::{actions, queries};

/// What a token must be for.
const SCOPE: &str = "messaging:send";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        post(
            "/api/messaging/messages",
            Access::Api(SCOPE),
            Rate::Standard,
            send,
        )
        .api(ApiDoc {
            summary: "Send one person a receipt, confirmation or code; needs an Idempotency-Key",
            request: Some(schema::<SendMessage>),
            response: (202, Some(schema::<MessageView>)),
            query: &[],
        }),
        get(
            "/api/messaging/messages/{delivery}",
            Access::Api(SCOPE),
            Rate::Standard,
            show,
        )
        .api(ApiDoc {
            summary: "What became of a message",
            request: None,
            response: (200, Some(schema::<MessageView>)),
            query: &[],
        }),
    ]
}

/// What is kept of an answer.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    id: DeliveryId,
}

async fn send(caller: Caller, app: web::Data<App>, request: HttpRequest, json: Json<SendMessage>) -> Reply {
    caller.require(SCOPE)?;
    // Whoever tries again after a lost answer must not send a second code.
    if !request.headers().contains_key("Idempotency-Key") {
        return Err(AppError::BadRequest(
            "Send an Idempotency-Key, a UUID that stays the same when you try again.".to_owned(),
        ));
    }
    let (portal, wanted) = (app.get_ref().clone(), json.body);
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        let by = policy::may_campaign(tx.actor())?;
        let id = actions::send(tx, &by, &portal, &wanted)?;
        Answer::json(202, &Kept { id })
    });
    let Kept { id } = answer.await?.content()?;
    view(&caller, 202, id).await
}

async fn show(caller: Caller, delivery: web::Path<DeliveryId>) -> Reply {
    caller.require(SCOPE)?;
    view(&caller, 200, *delivery).await
}

async fn view(caller: &Caller, status: u16, id: DeliveryId) -> Reply {
    let view = caller
        .tenant(move |tx, _| {
            policy::may_campaign(tx.actor())?;
            let kept = queries::kept(tx, id)?;
            let told =
                |event: &results::Event| !event.kind.parse::<EventKind>().is_ok_and(EventKind::is_watched);
            let events: Vec<MessageEventView> = results::events(tx, id)?
                .into_iter()
                .filter(told)
                .map(|event| MessageEventView {
                    at: event.at,
                    kind: event.kind,
                    detail: event.detail,
                })
                .collect();
            Ok(MessageView {
                id,
                member_id: kept.member_id,
                campaign_id: kept.campaign_id,
                created_at: kept.made_at,
                status: events
                    .last()
                    .map_or_else(|| "queued".to_owned(), |event| event.kind.clone()),
                events,
            })
        })
        .await?;
    json(status, &view)
}
