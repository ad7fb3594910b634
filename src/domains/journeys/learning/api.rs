//! `/api/learning`: one's journeys for programs, behind the same doors as the pages.

use actix_web::web;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::App;
use crate::domains::identity::Caller;
use crate::domains::journeys::building::model::{LessonGoal, LessonKind};
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, JourneyId, NodeKey};
use crate::platform::db::TenantTx;
use crate::platform::web::api::{Json, Listing, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{ApiDoc, get, post};
use crate::platform::web::{Access, Answer, Reply, RouteDef};

use super::actions::on_the_way;
use super::lessons;
use super::model::{Enrolment, EnrolmentState};
use super::queries;
use super::unlocking::words::Reader;
use super::unlocking::{Path, Standing, Status};

const READ: &str = "learning:read";
const WRITE: &str = "learning:write";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/api/learning", Access::Api(READ), Rate::Standard, list).api(ApiDoc {
            summary: "The journeys the caller learns and finished",
            request: None,
            response: (200, Some(schema::<Listing<EnrolmentView>>)),
            query: &[],
        }),
        get(
            "/api/learning/{enrolment}",
            Access::Api(READ),
            Rate::Standard,
            show,
        )
        .api(ApiDoc {
            summary: "One of them with every lesson, and why those are closed that are",
            request: None,
            response: (200, Some(schema::<PathView>)),
            query: &[],
        }),
        post(
            "/api/learning/{enrolment}/lessons/{lesson}/completion",
            Access::Api(WRITE),
            Rate::Standard,
            complete,
        )
        .api(ApiDoc {
            summary: "Mark a lesson as done, where saying so is what it takes",
            request: None,
            response: (200, Some(schema::<PathView>)),
            query: &[],
        }),
    ]
}

/// A journey somebody learns.
#[derive(Debug, Serialize, JsonSchema)]
struct EnrolmentView {
    id: EnrolmentId,
    journey_id: JourneyId,
    title: String,
    state: EnrolmentState,
    /// Number of the version they learn.
    version: i32,
    /// How many lessons count, and how many of them are done.
    required: i32,
    done: i32,
    /// 0 to 100.
    percent: i32,
    last_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
}

impl From<Enrolment> for EnrolmentView {
    fn from(enrolment: Enrolment) -> Self {
        Self {
            percent: enrolment.percent(),
            id: enrolment.id,
            journey_id: enrolment.journey_id,
            title: enrolment.title,
            state: enrolment.state,
            version: enrolment.number,
            required: enrolment.required,
            done: enrolment.done,
            last_at: enrolment.last_at,
            completed_at: enrolment.completed_at,
        }
    }
}

/// Why a lesson is closed: one of these is enough for each reason.
#[derive(Debug, Serialize, JsonSchema)]
struct ReasonView {
    any_of: Vec<String>,
}

/// One lesson.
#[derive(Debug, Serialize, JsonSchema)]
struct LessonView {
    key: NodeKey,
    milestone: NodeKey,
    milestone_title: String,
    title: String,
    kind: LessonKind,
    goal: LessonGoal,
    is_required: bool,
    is_open: bool,
    is_done: bool,
    /// `locked`, `open`, `started`, `submitted`, `returned`, `done` or `waived`.
    status: &'static str,
    score: Option<i16>,
    done_at: Option<DateTime<Utc>>,
    reasons: Vec<ReasonView>,
}

/// A journey with its lessons.
#[derive(Debug, Serialize, JsonSchema)]
struct PathView {
    enrolment: EnrolmentView,
    /// Where it goes on.
    next: Option<NodeKey>,
    lessons: Vec<LessonView>,
}

const fn word(status: Status) -> &'static str {
    match status {
        Status::Locked => "locked",
        Status::Open => "open",
        Status::Started => "started",
        Status::Submitted => "submitted",
        Status::Returned => "returned",
        Status::Done => "done",
        Status::Waived => "waived",
    }
}

fn lesson_view(reader: Reader, path: &Path, lesson: &Standing) -> LessonView {
    let reasons = reader.reasons(path, lesson).into_iter().map(|reason| ReasonView {
        any_of: reason.any_of.into_iter().map(|line| line.text).collect(),
    });
    LessonView {
        key: lesson.key,
        milestone: lesson.milestone,
        milestone_title: lesson.milestone_title.clone(),
        title: lesson.title.clone(),
        kind: lesson.kind,
        goal: lesson.goal,
        is_required: lesson.is_required,
        is_open: lesson.is_open,
        is_done: lesson.is_done(),
        status: word(lesson.status()),
        score: lesson.score,
        done_at: lesson.done_at,
        reasons: reasons.collect(),
    }
}

fn path_view(tx: &mut TenantTx<'_>, id: EnrolmentId) -> Result<PathView, AppError> {
    let (learning, path) = on_the_way(tx, id)?;
    let reader = Reader {
        enrolment: id,
        zone: tx.me()?.zone,
    };
    let enrolment = learning.enrolment().clone();
    Ok(PathView {
        next: path.next(enrolment.last_lesson).map(|next| next.key),
        lessons: path
            .lessons
            .iter()
            .map(|lesson| lesson_view(reader, &path, lesson))
            .collect(),
        enrolment: enrolment.into(),
    })
}

async fn list(caller: Caller) -> Reply {
    caller.require(READ)?;
    let found = caller
        .tenant(|tx, _| {
            let me = tx.my_id()?;
            Ok(queries::of_member(tx, me)?)
        })
        .await?;
    let data = found.into_iter().map(EnrolmentView::from).collect();
    json(
        200,
        &Listing {
            data,
            next_cursor: None,
        },
    )
}

async fn show(caller: Caller, id: web::Path<EnrolmentId>) -> Reply {
    caller.require(READ)?;
    let id = *id;
    let view = caller.tenant(move |tx, _| path_view(tx, id)).await?;
    json(200, &view)
}

/// What a program sends that has nothing to say.
#[derive(Debug, serde::Deserialize)]
struct Nothing {}

async fn complete(
    caller: Caller,
    app: web::Data<App>,
    at: web::Path<(EnrolmentId, NodeKey)>,
    sent: Json<Nothing>,
) -> Reply {
    caller.require(WRITE)?;
    let (id, lesson) = at.into_inner();
    let scope = caller.scope();
    let answer = app.db.once(&scope, sent.key, move |tx| {
        lessons::actions::mark(tx, id, lesson)?;
        Ok(Answer::no_content())
    });
    answer.await?;
    let view = caller.tenant(move |tx, _| path_view(tx, id)).await?;
    json(200, &view)
}
