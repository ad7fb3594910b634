//! Pages and posts about one task.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::TaskId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, origin};

use super::comments::pages::Part;
use super::forms::{MoveForm, TaskForm};
use super::model::TaskStatus;
use super::pages::{MovePage, TaskPage, Typed};
use super::views::filter::TasksQuery;
use super::{actions, pages};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/tasks/new", Access::Member, Rate::Standard, blank),
        post("/tasks", Access::Member, Rate::Medium, create),
        get("/tasks/{task}", Access::Member, Rate::Standard, show),
        post("/tasks/{task}", Access::Member, Rate::Medium, edit),
        post("/tasks/{task}/status", Access::Member, Rate::Medium, set_status),
    ]
}

/// Where a task is.
pub fn page_of(task: TaskId) -> String {
    format!("/tasks/{task}")
}

async fn task_page(me: &Me, task: Option<TaskId>, typed: Typed) -> Result<TaskPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        TaskPage::read(tx, shell, me, task, typed)
    })
    .await
}

/// The answer to a form of a task's page: where it leads, or the page with what was typed and what is wrong with it.
///
/// # Errors
/// What is neither wrong input nor somebody having been faster.
pub async fn came_back(me: &Me, task: TaskId, typed: Typed, outcome: Result<Answer, AppError>) -> Reply {
    let (status, typed) = match outcome {
        Ok(answer) => return answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => (422, Typed { errors, ..typed }),
        Err(AppError::Conflict(conflict)) => (409, Typed { conflict, ..typed }),
        Err(error) => return Err(error),
    };
    let page = task_page(me, Some(task), typed).await?;
    me.visit.confidential_page(status, &page)
}

async fn blank(me: Me, query: web::Query<TasksQuery>) -> Reply {
    let query = query.into_inner();
    let form = me
        .tenant(move |tx, me| {
            actions::expect_about(tx, &query.member)?;
            let form = TaskForm {
                member: query.member,
                ..TaskForm::default()
            };
            match query.keep_in_touch.is_empty() {
                true => Ok(form),
                false => pages::keeping_in_touch(tx, me, form),
            }
        })
        .await?;
    let typed = Typed {
        task: Some(form),
        ..Typed::default()
    };
    let page = task_page(&me, None, typed).await?;
    me.visit.confidential_page(200, &page)
}

/// Which part of a long talk: before which comment, or before which answer to one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Earlier {
    before: String,
    answers: String,
}

async fn show(me: Me, task: web::Path<TaskId>, earlier: web::Query<Earlier>) -> Reply {
    let typed = Typed {
        part: match (earlier.before.parse(), earlier.answers.parse()) {
            (_, Ok(answer)) => Part::AnswersBefore(answer),
            (Ok(comment), Err(_)) => Part::Before(comment),
            (Err(_), Err(_)) => Part::Newest,
        },
        ..Typed::default()
    };
    let page = task_page(&me, Some(*task), typed).await?;
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
            let to = match (words.member, origin::local_path(&form.return_to)) {
                (Some(member), _) => format!("/people/{member}/record"),
                (None, Some(path)) => path.to_owned(),
                (None, None) => "/tasks".to_owned(),
            };
            Ok(Answer::see_other(to).with(Flash::done(format!("Noted: {}", words.title))))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let typed = Typed {
                task: Some(typed),
                errors,
                ..Typed::default()
            };
            let page = task_page(&me, None, typed).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn edit(me: Me, app: web::Data<App>, task: web::Path<TaskId>, posted: Posted<TaskForm>) -> Reply {
    let (task, form, zone) = (*task, posted.form, me.zone);
    let typed = Typed {
        task: Some(form.clone()),
        ..Typed::default()
    };
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let before = super::queries::task(tx, task)?;
            let version = form.version.parse().unwrap_or_default();
            let words = form.parse(tx.now().with_timezone(&zone).date_naive())?;
            actions::edit(tx, &before, &words, version)?;
            Ok(Answer::see_other(page_of(task)).with(Flash::done("Saved.")))
        })
        .await;
    came_back(&me, task, typed, outcome).await
}

/// The version a card showed, in the address of its buttons.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Shown {
    version: String,
}

/// Moves a task. Where it can't be moved so, a page asks what is missing; a script that dragged a card hears it in words.
async fn set_status(
    me: Me,
    app: web::Data<App>,
    task: web::Path<TaskId>,
    shown: web::Query<Shown>,
    posted: Posted<MoveForm>,
) -> Reply {
    let (task, form, partial) = (*task, posted.form, me.visit.partial);
    let mut typed = form.clone();
    if typed.version.is_empty() {
        typed.version.clone_from(&shown.version);
    }
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let task = super::queries::task(tx, task)?;
            let wanted = form.parse(&shown.version)?;
            actions::move_to(tx, &task, &wanted)?;
            if partial {
                return Ok(Answer::no_content());
            }
            let notice = match wanted.to {
                TaskStatus::Completed => format!("Done: {}", task.title),
                status => format!("{}: {}", status.label(), task.title),
            };
            let to = origin::local_path(&form.return_to).unwrap_or("/tasks");
            Ok(Answer::see_other(to).with(Flash::done(notice)))
        })
        .await;
    let (status, errors, conflict) = match outcome {
        Ok(answer) => return answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) if !partial => (422, errors, String::new()),
        Err(AppError::Conflict(told)) if !partial => (409, FieldErrors::default(), told),
        Err(error) => return Err(error),
    };
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            MovePage::read(tx, shell, task, typed, errors, conflict)
        })
        .await?;
    me.visit.confidential_page(status, &page)
}
