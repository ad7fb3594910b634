//! Posts about steps.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::tasks::pages::Typed;
use crate::domains::tasks::routes::{came_back, page_of};
use crate::kernel::error::AppError;
use crate::kernel::ids::{TaskId, TaskItemId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::actions::{self, Step};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        post("/tasks/{task}/items", Access::Member, Rate::Medium, add),
        post("/tasks/{task}/items/{item}", Access::Member, Rate::Medium, change),
        get(
            "/tasks/{task}/items/{item}/removal",
            Access::Member,
            Rate::Standard,
            ask,
        ),
        post(
            "/tasks/{task}/items/{item}/removal",
            Access::Member,
            Rate::Medium,
            remove,
        ),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ItemForm {
    item: String,
}

async fn add(me: Me, app: web::Data<App>, task: web::Path<TaskId>, posted: Posted<ItemForm>) -> Reply {
    let (task, item) = (*task, posted.form.item);
    let typed = Typed {
        item: item.clone(),
        ..Typed::default()
    };
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::add(tx, task, &item)?;
            Ok(Answer::see_other(format!("{}#checklist", page_of(task))))
        })
        .await;
    came_back(&me, task, typed, outcome).await
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct StepForm {
    step: String,
}

async fn change(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(TaskId, TaskItemId)>,
    posted: Posted<StepForm>,
) -> Reply {
    let ((task, item), word) = (at.into_inner(), posted.form.step);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::found(tx, task, item)?;
            let step: Step = word
                .parse()
                .map_err(|()| AppError::field("item", "Choose what to do with the step."))?;
            actions::change(tx, task, item, step)?;
            Ok(Answer::see_other(format!("{}#checklist", page_of(task))))
        })
        .await;
    came_back(&me, task, Typed::default(), outcome).await
}

async fn ask(me: Me, at: web::Path<(TaskId, TaskItemId)>) -> Reply {
    let (task, item) = at.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let found = actions::found(tx, task, item)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Remove “{}”?", found.title),
                text: "The step goes from the checklist. That it was there stays in the history.".to_owned(),
                action: format!("/tasks/{task}/items/{item}/removal"),
                verb: "Remove",
                cancel: format!("{}#checklist", page_of(task)),
            })
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn remove(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(TaskId, TaskItemId)>,
    posted: Posted<Yes>,
) -> Reply {
    let (task, item) = at.into_inner();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::remove(tx, task, item)?;
            Ok(Answer::see_other(format!("{}#checklist", page_of(task))).with(Flash::done("Removed.")))
        })
        .await?;
    answer.reply(&me.visit)
}
