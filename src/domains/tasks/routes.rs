//! Pages and posts about tasks.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::TaskId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::actions;
use super::forms::{TaskForm, TasksQuery};
use super::model::TaskStatus;
use super::pages::{TaskPage, TasksPage};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/tasks", Access::Member, Rate::Standard, list),
        get("/tasks/new", Access::Member, Rate::Standard, blank),
        post("/tasks", Access::Member, Rate::Medium, create),
        get("/tasks/{task}", Access::Member, Rate::Standard, show),
        post("/tasks/{task}", Access::Member, Rate::Medium, edit),
        post("/tasks/{task}/status", Access::Member, Rate::Medium, set_status),
    ]
}

async fn list(me: Me, query: web::Query<TasksQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            TasksPage::read(tx, shell, me, &query, TaskForm::default(), FieldErrors::default())
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn task_page(
    me: &Me,
    task: Option<TaskId>,
    typed: Option<TaskForm>,
    errors: FieldErrors,
    conflict: String,
) -> Result<TaskPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        TaskPage::read(tx, shell, me, task, typed, errors, conflict)
    })
    .await
}

async fn blank(me: Me, query: web::Query<TasksQuery>) -> Reply {
    let form = TaskForm {
        member: query.into_inner().member,
        ..TaskForm::default()
    };
    let page = task_page(&me, None, Some(form), FieldErrors::default(), String::new()).await?;
    me.visit.confidential_page(200, &page)
}

async fn show(me: Me, task: web::Path<TaskId>) -> Reply {
    let page = task_page(&me, Some(*task), None, FieldErrors::default(), String::new()).await?;
    me.visit.confidential_page(200, &page)
}

async fn create(me: Me, app: web::Data<App>, posted: Posted<TaskForm>) -> Reply {
    let (form, zone) = (posted.form, me.zone);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let words = form.parse(tx.now().with_timezone(&zone).date_naive())?;
            actions::create(tx, &words)?;
            let to = match words.member {
                Some(member) => format!("/people/{member}/record"),
                None => "/tasks".to_owned(),
            };
            Ok(Answer::see_other(to).with(Flash::done(format!("Noted: {}", words.title))))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = task_page(&me, None, Some(typed), errors, String::new()).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn edit(me: Me, app: web::Data<App>, task: web::Path<TaskId>, posted: Posted<TaskForm>) -> Reply {
    let (task, form, zone) = (*task, posted.form, me.zone);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            super::queries::task(tx, task)?;
            let version = form.version.parse().unwrap_or_default();
            let words = form.parse(tx.now().with_timezone(&zone).date_naive())?;
            actions::edit(tx, task, &words, version)?;
            Ok(Answer::see_other(format!("/tasks/{task}")).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = task_page(&me, Some(task), Some(typed), errors, String::new()).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(AppError::Conflict(told)) => {
            let page = task_page(&me, Some(task), Some(typed), FieldErrors::default(), told).await?;
            me.visit.confidential_page(409, &page)
        }
        Err(error) => Err(error),
    }
}

/// Where a button moves a task.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct StatusForm {
    status: String,
}

async fn set_status(
    me: Me,
    app: web::Data<App>,
    task: web::Path<TaskId>,
    posted: Posted<StatusForm>,
) -> Reply {
    let (task, word) = (*task, posted.form.status);
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            super::queries::task(tx, task)?;
            let status: TaskStatus = word
                .parse()
                .map_err(|_| AppError::field("status", "Choose a status from the list."))?;
            let task = actions::set_status(tx, task, status)?;
            let notice = match status {
                TaskStatus::Completed => format!("Done: {}", task.title),
                _ => format!("{}: {}", status.label(), task.title),
            };
            Ok(Answer::see_other("/tasks").with(Flash::done(notice)))
        })
        .await?;
    answer.reply(&me.visit)
}
