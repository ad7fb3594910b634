//! Posts about time.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::tasks::days::length_in_words;
use crate::domains::tasks::pages::Typed;
use crate::domains::tasks::queries as tasks;
use crate::domains::tasks::routes::{came_back, page_of};
use crate::kernel::ids::{TaskId, TimeEntryId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::actions::{self, TimeForm};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        post("/tasks/{task}/time", Access::Member, Rate::Medium, add),
        get(
            "/tasks/{task}/time/{entry}/removal",
            Access::Member,
            Rate::Standard,
            ask,
        ),
        post(
            "/tasks/{task}/time/{entry}/removal",
            Access::Member,
            Rate::Medium,
            remove,
        ),
    ]
}

async fn add(me: Me, app: web::Data<App>, task: web::Path<TaskId>, posted: Posted<TimeForm>) -> Reply {
    let (task, form, zone) = (*task, posted.form, me.zone);
    let typed = Typed {
        time: form.clone(),
        ..Typed::default()
    };
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let task = tasks::task(tx, task)?;
            let words = form.parse(tx.now().with_timezone(&zone).date_naive())?;
            actions::add(tx, &task, &words)?;
            Ok(Answer::see_other(format!("{}#time", page_of(task.id))))
        })
        .await;
    came_back(&me, task, typed, outcome).await
}

async fn ask(me: Me, at: web::Path<(TaskId, TimeEntryId)>) -> Reply {
    let (task, entry) = at.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let found = actions::found(tx, task, entry)?;
            actions::own(tx, &found)?;
            let length = length_in_words(found.minutes.into());
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Take back {length}?"),
                text: format!(
                    "They no longer count for {}.",
                    found.worked_on.format("%-d %B %Y")
                ),
                action: format!("/tasks/{task}/time/{entry}/removal"),
                verb: "Take back",
                cancel: format!("{}#time", page_of(task)),
            })
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn remove(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(TaskId, TimeEntryId)>,
    posted: Posted<Yes>,
) -> Reply {
    let (task, entry) = at.into_inner();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::remove(tx, task, entry)?;
            Ok(Answer::see_other(format!("{}#time", page_of(task))).with(Flash::done("Taken back.")))
        })
        .await?;
    answer.reply(&me.visit)
}
