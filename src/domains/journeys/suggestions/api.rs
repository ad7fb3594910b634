//! Suggestions for programs: a person's token decides as that person does.

use actix_web::web;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domains::identity::Caller;
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, JourneyId, MemberId, SuggestionId};
use crate::platform::web::api::{Json, Listing, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::paging::{CURSOR, LIMIT, Page};
use crate::platform::web::routes::{ApiDoc, QueryKind, QueryParameter, get, post};
use crate::platform::web::{Access, Answer, Reply, RouteDef};

use super::forms::{ApprovalForm, RejectionForm, SuggestionQuery};
use super::model::{Origin, Reason, Status, Suggestion};
use super::{actions, queries};

const READ: &str = "journeys:read";
const WRITE: &str = "journeys:write";

const FILTERED: &[QueryParameter] = &[
    QueryParameter {
        name: "status",
        meaning: "`pending` (when left out), `approved`, `rejected` or `expired`",
        kind: QueryKind::Text,
    },
    CURSOR,
    LIMIT,
];

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/api/journeys/suggestions", Access::Api(READ), Rate::Standard, list).api(ApiDoc {
            summary: "Suggestions: those that wait the oldest first, others the newest first",
            request: None,
            response: (200, Some(schema::<Listing<SuggestionView>>)),
            query: FILTERED,
        }),
        get(
            "/api/journeys/suggestions/{suggestion}",
            Access::Api(READ),
            Rate::Standard,
            show,
        )
        .api(ApiDoc {
            summary: "One suggestion",
            request: None,
            response: (200, Some(schema::<SuggestionView>)),
            query: &[],
        }),
        post(
            "/api/journeys/suggestions/{suggestion}/approval",
            Access::Api(WRITE),
            Rate::Medium,
            approve,
        )
        .api(ApiDoc {
            summary: "Approve a suggestion, with other words where they are given; it is sent as a message from the caller",
            request: Some(schema::<Approval>),
            response: (200, Some(schema::<SuggestionView>)),
            query: &[],
        }),
        post(
            "/api/journeys/suggestions/{suggestion}/rejection",
            Access::Api(WRITE),
            Rate::Medium,
            reject,
        )
        .api(ApiDoc {
            summary: "Reject a suggestion; nothing is sent",
            request: Some(schema::<Rejection>),
            response: (200, Some(schema::<SuggestionView>)),
            query: &[],
        }),
    ]
}

/// A suggestion.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SuggestionView {
    pub id: SuggestionId,
    /// The learner.
    pub member_id: MemberId,
    pub enrolment_id: EnrolmentId,
    pub journey_id: JourneyId,
    pub reason: Reason,
    /// What it rests on.
    pub facts: Vec<String>,
    /// Who drafted what is proposed.
    pub origin: Origin,
    pub proposed_message: String,
    /// Where in the knowledge base what is cited stands.
    pub citation: Option<String>,
    pub status: Status,
    /// As it was sent.
    pub sent_message: Option<String>,
    pub decided_by: Option<MemberId>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was rejected.
    pub rejection: Option<String>,
    pub expires_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

impl From<Suggestion> for SuggestionView {
    fn from(one: Suggestion) -> Self {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            id: one.id,
            member_id: one.member_id,
            enrolment_id: one.enrolment_id,
            journey_id: one.journey_id,
            reason: one.reason,
            facts: one.facts,
            origin: one.origin,
            proposed_message: one.proposed_message,
            citation: some(one.citation_path),
            status: one.status,
            sent_message: one.sent_message,
            decided_by: one.decided_by,
            decided_at: one.decided_at,
            rejection: some(one.rejection),
            expires_at: one.expires_at,
            created_at: one.created_at,
        }
    }
}

async fn list(caller: Caller, query: web::Query<SuggestionQuery>, page: web::Query<Page>) -> Reply {
    caller.require(READ)?;
    let (after, limit) = (page.after::<SuggestionId>()?, page.limit()?);
    let status = query.status();
    let found = caller
        .tenant(move |tx, _| {
            let decider = actions::decider(tx)?;
            Ok(queries::page(tx, &decider, status, after, limit + 1)?)
        })
        .await?;
    let cursor = |last: &Suggestion| last.id.to_string();
    json(200, &Listing::of(found, limit, cursor, SuggestionView::from))
}

async fn view(caller: &Caller, id: SuggestionId) -> Reply {
    let view = caller
        .tenant(move |tx, _| {
            let decider = actions::decider(tx)?;
            Ok::<_, AppError>(SuggestionView::from(queries::seen(tx, &decider, id)?))
        })
        .await?;
    json(200, &view)
}

async fn show(caller: Caller, id: web::Path<SuggestionId>) -> Reply {
    caller.require(READ)?;
    view(&caller, *id).await
}

/// An approval.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// What is sent; as it was proposed when left out.
    pub message: Option<String>,
}

async fn approve(
    caller: Caller,
    app: web::Data<App>,
    id: web::Path<SuggestionId>,
    posted: Json<Approval>,
) -> Reply {
    caller.require(WRITE)?;
    let (id, wanted, scope) = (*id, posted.body, caller.scope());
    app.db
        .once(&scope, posted.key, move |tx| {
            let decider = actions::decider(tx)?;
            let proposed = queries::seen(tx, &decider, id)?.proposed_message;
            let form = ApprovalForm {
                message: wanted.message.unwrap_or(proposed),
            };
            actions::approve(tx, &decider, id, &form.parse()?)?;
            Ok(Answer::no_content())
        })
        .await?;
    view(&caller, id).await
}

/// A rejection.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    /// Why.
    pub why: String,
}

async fn reject(
    caller: Caller,
    app: web::Data<App>,
    id: web::Path<SuggestionId>,
    posted: Json<Rejection>,
) -> Reply {
    caller.require(WRITE)?;
    let (id, wanted, scope) = (*id, posted.body, caller.scope());
    app.db
        .once(&scope, posted.key, move |tx| {
            let decider = actions::decider(tx)?;
            queries::seen(tx, &decider, id)?;
            let form = RejectionForm {
                why: wanted.why,
                message: String::new(),
            };
            actions::reject(tx, &decider, id, &form.parse()?)?;
            Ok(Answer::no_content())
        })
        .await?;
    view(&caller, id).await
}
