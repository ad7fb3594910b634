//! `/api/journeys/{journey}/nudges`: the same caps and the same words as the page.

use actix_web::web;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domains::identity::Caller;
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{EnrolmentId, JourneyId, MemberId, NudgeId};
use crate::kernel::validate::Check;
use crate::platform::db::TenantTx;
use crate::platform::mail::Locale;
use crate::platform::web::api::{Json, Listing, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::paging::{PAGED, Page};
use crate::platform::web::routes::{ApiDoc, get, post};
use crate::platform::web::{Access, Answer, Reply, RouteDef};

use super::actions::{self, Judged};
use super::forms::{NewNudge, Words, check_count, message};
use super::model::Reason;
use super::queries::{self, Lock, Logged};

const READ: &str = "journeys:read";
const WRITE: &str = "journeys:write";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let path = "/api/journeys/{journey}/nudges";
    vec![
        get(path, Access::Api(READ), Rate::Standard, list).api(ApiDoc {
            summary: "What coaches wrote to learners who do not get on, and what was not sent and why, the newest first",
            request: None,
            response: (200, Some(schema::<Listing<NudgeView>>)),
            query: PAGED,
        }),
        post(path, Access::Api(WRITE), Rate::Medium, send).api(ApiDoc {
            summary: "Write to learners who do not get on: each at most once in 72 hours about a journey, and 3 times in 14 days over all",
            request: Some(schema::<SendNudge>),
            response: (200, Some(schema::<Listing<OutcomeView>>)),
            query: &[],
        }),
    ]
}

/// A message that was written.
#[derive(Debug, Serialize, JsonSchema)]
struct NudgeView {
    id: NudgeId,
    enrolment_id: EnrolmentId,
    member_id: MemberId,
    reason: Reason,
    body: String,
    /// Why it was not sent; nothing for what was.
    refused: Option<String>,
    sent_by: MemberId,
    sent_at: DateTime<Utc>,
}

impl From<Logged> for NudgeView {
    fn from(one: Logged) -> Self {
        Self {
            id: one.id,
            enrolment_id: one.enrolment_id,
            member_id: one.member_id,
            reason: one.reason,
            body: one.body,
            refused: Some(one.refused).filter(|words| !words.is_empty()),
            sent_by: one.sent_by,
            sent_at: one.sent_at,
        }
    }
}

/// Whom to write to, and what.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct SendNudge {
    /// Their enrolments, at most 50.
    learners: Vec<EnrolmentId>,
    /// What it is about; `other` when left out.
    reason: Option<Reason>,
    /// Markdown; `{name}` stands for the learner's name. Each gets the usual text in their language when it is left out.
    body: Option<String>,
}

/// What became of it for one learner.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct OutcomeView {
    enrolment_id: EnrolmentId,
    is_sent: bool,
    /// Why not.
    refused: Option<String>,
}

async fn list(caller: Caller, journey: web::Path<JourneyId>, page: web::Query<Page>) -> Reply {
    caller.require(READ)?;
    let (before, limit) = (page.after::<NudgeId>()?, page.limit()?);
    let journey = *journey;
    let found = caller
        .tenant(move |tx, _| {
            let coaching = coaching(tx, journey)?;
            Ok(queries::page(tx, &coaching, before, limit + 1)?)
        })
        .await?;
    let cursor = |last: &Logged| last.id.to_string();
    json(200, &Listing::of(found, limit, cursor, NudgeView::from))
}

fn check(wanted: &SendNudge) -> Result<Option<String>, FieldErrors> {
    let mut check = Check::default();
    check_count(&mut check, wanted.learners.len());
    let body = wanted
        .body
        .as_ref()
        .map(|body| message(&mut check, "body", "The message", body));
    check.finish(|| body)
}

/// The message as meant: the same words for everybody, or the usual ones.
fn meant(tx: &mut TenantTx<'_>, coaching: &Coaching, wanted: SendNudge) -> Result<NewNudge, AppError> {
    let body = check(&wanted)?;
    let reason = wanted.reason.unwrap_or(Reason::Other);
    let mut learners = wanted.learners;
    learners.sort();
    learners.dedup();
    let judged = actions::judged(tx, coaching, &learners, Lock::Read)?;
    let title = judged
        .first()
        .map_or(coaching.title(), |one| one.target.title.as_str());
    let words = |locale| {
        Some(match &body {
            Some(body) => body.clone(),
            None => actions::draft(locale, reason, title, None),
        })
    };
    Ok(NewNudge {
        words: Words {
            english: words(Locale::English),
            french: words(Locale::French),
        },
        learners,
        reason,
    })
}

async fn send(
    caller: Caller,
    app: web::Data<App>,
    journey: web::Path<JourneyId>,
    sent: Json<SendNudge>,
) -> Reply {
    caller.require(WRITE)?;
    let (journey, wanted, portal) = (*journey, sent.body, app.config.public_url.clone());
    let scope = caller.scope();
    let answer = app.db.once(&scope, sent.key, move |tx| {
        let coaching = coaching(tx, journey)?;
        let new = meant(tx, &coaching, wanted)?;
        let zone = tx.me()?.zone;
        let outcome = |one: Judged| OutcomeView {
            enrolment_id: one.target.id,
            is_sent: one.refusal.is_none(),
            refused: one.refusal.map(|refusal| refusal.words(zone)),
        };
        let judged = actions::send(tx, &coaching, &portal, &new)?;
        let data: Vec<OutcomeView> = judged.into_iter().map(outcome).collect();
        Answer::json(200, &data)
    });
    let data: Vec<OutcomeView> = answer.await?.content()?;
    json(
        200,
        &Listing {
            data,
            next_cursor: None,
        },
    )
}
