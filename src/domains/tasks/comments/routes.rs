//! Posts about comments.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::tasks::pages::Typed;
use crate::domains::tasks::queries as tasks;
use crate::domains::tasks::routes::{came_back, page_of};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{TaskCommentId, TaskId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes, origin};

use super::actions;
use super::pages::CommentPage;
use super::queries as comments;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        post("/tasks/{task}/comments", Access::Member, Rate::Medium, add),
        post("/tasks/{task}/mentions", Access::Member, Rate::Medium, see),
        get(
            "/tasks/{task}/comments/{comment}",
            Access::Member,
            Rate::Standard,
            show,
        ),
        post(
            "/tasks/{task}/comments/{comment}",
            Access::Member,
            Rate::Medium,
            edit,
        ),
        get(
            "/tasks/{task}/comments/{comment}/removal",
            Access::Member,
            Rate::Standard,
            ask,
        ),
        post(
            "/tasks/{task}/comments/{comment}/removal",
            Access::Member,
            Rate::Medium,
            remove,
        ),
    ]
}

/// A comment as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CommentForm {
    pub body: String,
    /// The comment it answers; empty when it answers none.
    pub parent: String,
}

async fn add(me: Me, app: web::Data<App>, task: web::Path<TaskId>, posted: Posted<CommentForm>) -> Reply {
    let (task, form) = (*task, posted.form);
    let typed = Typed {
        comment: form.clone(),
        ..Typed::default()
    };
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let task = tasks::task(tx, task)?;
            let parent = match form.parent.as_str() {
                "" => None,
                parent => Some(parent.parse().map_err(|_| AppError::NotFound)?),
            };
            let comment = actions::add(tx, &task, parent, &form.body)?;
            Ok(Answer::see_other(format!("{}#c-{comment}", page_of(task.id))))
        })
        .await;
    // The message belongs to the field that was written in.
    let outcome = outcome.map_err(|error| match error {
        AppError::Invalid(errors) if !typed.comment.parent.is_empty() => {
            let mut named = FieldErrors::default();
            named.add(&format!("reply-{}", typed.comment.parent), errors.of("body"));
            AppError::Invalid(named)
        }
        error => error,
    });
    came_back(&me, task, typed, outcome).await
}

/// Where a button comes back to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Back {
    return_to: String,
}

async fn see(me: Me, app: web::Data<App>, task: web::Path<TaskId>, posted: Posted<Back>) -> Reply {
    let (task, back) = (*task, posted.form.return_to);
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::see(tx, task)?;
            let to = origin::local_path(&back).map_or_else(|| page_of(task), str::to_owned);
            Ok(Answer::see_other(to))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn page(
    me: &Me,
    task: TaskId,
    comment: TaskCommentId,
    typed: Option<String>,
    errors: FieldErrors,
) -> Result<CommentPage, AppError> {
    me.tenant(move |tx, me| {
        let found = comments::one(tx, task, comment)?;
        actions::own(tx, &found)?;
        Ok(CommentPage {
            shell: me.shell(tx)?,
            task,
            title: tasks::task(tx, task)?.title,
            id: comment,
            body: typed.unwrap_or(found.body),
            errors,
        })
    })
    .await
}

async fn show(me: Me, at: web::Path<(TaskId, TaskCommentId)>) -> Reply {
    let (task, comment) = at.into_inner();
    let page = page(&me, task, comment, None, FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn edit(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(TaskId, TaskCommentId)>,
    posted: Posted<CommentForm>,
) -> Reply {
    let ((task, comment), body) = (at.into_inner(), posted.form.body);
    let typed = body.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::edit(tx, task, comment, &body)?;
            Ok(Answer::see_other(format!("{}#c-{comment}", page_of(task))).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, task, comment, Some(typed), errors).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn ask(me: Me, at: web::Path<(TaskId, TaskCommentId)>) -> Reply {
    let (task, comment) = at.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let found = comments::one(tx, task, comment)?;
            actions::own(tx, &found)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: "Delete your comment?".to_owned(),
                text: "Its words are gone for everybody, and nobody stays named in it. Answers to it stay."
                    .to_owned(),
                action: format!("/tasks/{task}/comments/{comment}/removal"),
                verb: "Delete",
                cancel: format!("{}#c-{comment}", page_of(task)),
            })
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn remove(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(TaskId, TaskCommentId)>,
    posted: Posted<Yes>,
) -> Reply {
    let (task, comment) = at.into_inner();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::delete(tx, task, comment)?;
            Ok(Answer::see_other(format!("{}#comments", page_of(task))).with(Flash::done("Deleted.")))
        })
        .await?;
    answer.reply(&me.visit)
}
