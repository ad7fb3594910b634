//! Endpoints.

use actix_web::web;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domains::identity::Caller;
use crate::domains::tasks::comments::{self, queries::Comment};
use crate::domains::tasks::forms::TaskWords;
use crate::domains::tasks::model::{Task, TaskPriority, TaskStatus};
use crate::domains::tasks::views::filter::TasksQuery;
use crate::domains::tasks::views::queries::{self as views, Listed, Order};
use crate::domains::tasks::{actions, queries};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{TaskCommentId, TaskId};
use crate::kernel::validate::Check;
use crate::platform::web::api::{Json, Listing, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::paging::{CURSOR, LIMIT, PAGED, Page};
use crate::platform::web::routes::{ApiDoc, QueryKind, QueryParameter, get, patch, post};
use crate::platform::web::{Access, Answer, Reply, RouteDef};

use super::shapes::{ChangeTask, CreateTask, TaskCommentView, TaskSummary, TaskView, WriteTaskComment};

const FILTERED: &[QueryParameter] = &[
    QueryParameter {
        name: "whose",
        meaning: "`mine` (when left out), `made`, `people`, `watched` or `all`",
        kind: QueryKind::Text,
    },
    QueryParameter {
        name: "status",
        meaning: "`open` (when left out), `over`, `any`, or a status",
        kind: QueryKind::Text,
    },
    QueryParameter {
        name: "due",
        meaning: "`overdue`, `today`, `week`, `none`, or a day as year-month-day",
        kind: QueryKind::Text,
    },
    QueryParameter {
        name: "q",
        meaning: "Words of the title or the reference",
        kind: QueryKind::Text,
    },
    CURSOR,
    LIMIT,
];

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/api/tasks", Access::Api("tasks:read"), Rate::Standard, list).api(ApiDoc {
            summary: "Tasks the caller sees, by day",
            request: None,
            response: (200, Some(schema::<Listing<TaskSummary>>)),
            query: FILTERED,
        }),
        post("/api/tasks", Access::Api("tasks:write"), Rate::Medium, create).api(ApiDoc {
            summary: "Make a task",
            request: Some(schema::<CreateTask>),
            response: (201, Some(schema::<TaskView>)),
            query: &[],
        }),
        get(
            "/api/tasks/{task}",
            Access::Api("tasks:read"),
            Rate::Standard,
            show,
        )
        .api(ApiDoc {
            summary: "One task",
            request: None,
            response: (200, Some(schema::<TaskView>)),
            query: &[],
        }),
        patch(
            "/api/tasks/{task}",
            Access::Api("tasks:write"),
            Rate::Medium,
            change,
        )
        .api(ApiDoc {
            summary: "Change a task",
            request: Some(schema::<ChangeTask>),
            response: (200, Some(schema::<TaskView>)),
            query: &[],
        }),
        get(
            "/api/tasks/{task}/comments",
            Access::Api("tasks:read"),
            Rate::Standard,
            talk,
        )
        .api(ApiDoc {
            summary: "Comments on a task and answers to them, the oldest first",
            request: None,
            response: (200, Some(schema::<Listing<TaskCommentView>>)),
            query: PAGED,
        }),
        post(
            "/api/tasks/{task}/comments",
            Access::Api("tasks:write"),
            Rate::Medium,
            say,
        )
        .api(ApiDoc {
            summary: "Comment on a task",
            request: Some(schema::<WriteTaskComment>),
            response: (201, Some(schema::<TaskCommentView>)),
            query: &[],
        }),
    ]
}

/// Filters of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Filters {
    whose: String,
    status: String,
    due: String,
    q: String,
}

async fn list(caller: Caller, filters: web::Query<Filters>, page: web::Query<Page>) -> Reply {
    caller.require("tasks:read")?;
    let (after, limit) = (page.after::<TaskId>()?, page.limit()?);
    let filters = filters.into_inner();
    let query = TasksQuery {
        whose: filters.whose,
        status: filters.status,
        due: filters.due,
        q: filters.q,
        ..TasksQuery::default()
    };
    let found = caller
        .tenant(move |tx, me| {
            let filter = query.filter(tx.now().with_timezone(&me.zone).date_naive());
            Ok(views::page(tx, me.member, &filter, Order::Due, after, limit + 1)?)
        })
        .await?;
    let cursor = |last: &Listed| last.id.to_string();
    json(200, &Listing::of(found, limit, cursor, TaskSummary::from))
}

async fn show(caller: Caller, task: web::Path<TaskId>) -> Reply {
    caller.require("tasks:read")?;
    view(&caller, 200, *task).await
}

async fn view(caller: &Caller, status: u16, task: TaskId) -> Reply {
    let task = caller.tenant(move |tx, _| Ok(queries::task(tx, task)?)).await?;
    json(status, &TaskView::from(task))
}

/// What is kept of an answer: no word of a task, since those who may read it are others tomorrow.
#[derive(Debug, Serialize, Deserialize)]
struct Kept<Id> {
    id: Id,
}

async fn create(caller: Caller, app: web::Data<App>, json: Json<CreateTask>) -> Reply {
    caller.require("tasks:write")?;
    let wanted = json.body;
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        let words = new_words(wanted)?;
        let id = actions::create(tx, &words).map_err(in_words_of_the_api)?;
        Answer::json(201, &Kept { id })
    });
    let Kept { id } = answer.await?.content()?;
    view(&caller, 201, id).await
}

/// An estimate is of minutes, up to a thousand hours.
fn estimate(check: &mut Check, minutes: Option<i32>) {
    let fits = minutes.is_none_or(|minutes| (1..=60_000).contains(&minutes));
    check.refuse_when(
        !fits,
        "estimate_minutes",
        "An estimate is from 1 to 60,000 minutes.",
    );
}

fn new_words(wanted: CreateTask) -> Result<TaskWords, FieldErrors> {
    let mut check = Check::default();
    let title = check.line("title", "What to do", &wanted.title, 1, 200);
    let details = check.text("details", "The details", &wanted.details, 0, 4_000);
    let reference = check.line("reference", "The reference", &wanted.reference, 0, 60);
    estimate(&mut check, wanted.estimate_minutes);
    check.within_calendar("due_on", wanted.due_on);
    check.finish(|| TaskWords {
        details,
        reference,
        due_on: wanted.due_on,
        priority: wanted.priority.unwrap_or(TaskPriority::Medium),
        assignee: wanted.assignee_id,
        member: wanted.member_id,
        estimate: wanted.estimate_minutes,
        ..TaskWords::titled(title)
    })
}

async fn change(
    caller: Caller,
    app: web::Data<App>,
    task: web::Path<TaskId>,
    json: Json<ChangeTask>,
) -> Reply {
    caller.require("tasks:write")?;
    let (task, wanted) = (*task, json.body);
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        let before = queries::task(tx, task)?;
        let version = wanted.version;
        let words = changed_words(&before, wanted)?;
        actions::edit(tx, &before, &words, version).map_err(in_words_of_the_api)?;
        Ok(Answer::no_content())
    });
    answer.await?;
    view(&caller, 200, task).await
}

fn changed_words(before: &Task, wanted: ChangeTask) -> Result<TaskWords, FieldErrors> {
    let words = TaskWords::of(before);
    let mut check = Check::default();
    let title = wanted.title.unwrap_or(words.title.clone());
    let title = check.line("title", "What to do", &title, 1, 200);
    let details = wanted.details.unwrap_or(words.details.clone());
    let details = check.text("details", "The details", &details, 0, 4_000);
    let reference = wanted.reference.unwrap_or(words.reference.clone());
    let reference = check.line("reference", "The reference", &reference, 0, 60);
    let status = wanted.status.unwrap_or(words.status);
    let reason = wanted.blocked_reason.unwrap_or(words.blocked_reason.clone());
    let reason = check.line("blocked_reason", "The reason", &reason, 0, 300);
    let is_blocked = status == TaskStatus::Blocked;
    check.refuse_when(
        is_blocked && reason.is_empty(),
        "blocked_reason",
        "Say what it waits for, so that somebody can help.",
    );
    let minutes = wanted.estimate_minutes.unwrap_or(words.estimate);
    estimate(&mut check, minutes);
    let due_on = wanted.due_on.unwrap_or(words.due_on);
    check.within_calendar("due_on", due_on);
    check.finish(|| TaskWords {
        title,
        details,
        reference,
        status,
        blocked_reason: if is_blocked { reason } else { String::new() },
        priority: wanted.priority.unwrap_or(words.priority),
        due_on,
        assignee: wanted.assignee_id,
        estimate: minutes,
        ..words
    })
}

async fn talk(caller: Caller, task: web::Path<TaskId>, page: web::Query<Page>) -> Reply {
    caller.require("tasks:read")?;
    let task = *task;
    let (after, limit) = (page.after::<TaskCommentId>()?, page.limit()?);
    let found = caller
        .tenant(move |tx, _| {
            queries::task(tx, task)?;
            Ok(comments::queries::page_after(tx, task, after, limit + 1)?)
        })
        .await?;
    let cursor = |last: &Comment| last.id.to_string();
    json(200, &Listing::of(found, limit, cursor, TaskCommentView::from))
}

async fn say(
    caller: Caller,
    app: web::Data<App>,
    task: web::Path<TaskId>,
    json: Json<WriteTaskComment>,
) -> Reply {
    caller.require("tasks:write")?;
    let (task, wanted) = (*task, json.body);
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        let task = queries::task(tx, task)?;
        let id = comments::actions::add(tx, &task, wanted.parent_id, &wanted.body)?;
        Answer::json(201, &Kept { id })
    });
    let Kept { id } = answer.await?.content()?;
    said(&caller, task, id).await
}

async fn said(caller: &Caller, task: TaskId, comment: TaskCommentId) -> Reply {
    let comment = caller
        .tenant(move |tx, _| Ok(comments::queries::one(tx, task, comment)?))
        .await?;
    json(201, &TaskCommentView::from(comment))
}

/// Actions name the fields of web forms; programs sent other names.
fn in_words_of_the_api(error: AppError) -> AppError {
    let AppError::Invalid(errors) = error else {
        return error;
    };
    let mut named = FieldErrors::default();
    for (field, words) in errors.iter() {
        let name = match field {
            "assignee" => "assignee_id",
            "member" => "member_id",
            "due" => "due_on",
            same => same,
        };
        named.add(name, words);
    }
    AppError::Invalid(named)
}
