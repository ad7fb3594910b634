//! The button that watches.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::tasks::policy;
use crate::domains::tasks::queries as tasks;
use crate::domains::tasks::routes::page_of;
use crate::kernel::error::AppError;
use crate::kernel::ids::TaskId;
use crate::platform::audit::Entry;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::post;
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::queries;

/// The route.
pub fn routes() -> Vec<RouteDef> {
    vec![post("/tasks/{task}/watching", Access::Member, Rate::Medium, set)]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct WatchingForm {
    watching: String,
}

async fn set(me: Me, app: web::Data<App>, task: web::Path<TaskId>, posted: Posted<WatchingForm>) -> Reply {
    let (id, word) = (*task, posted.form.watching);
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let task = tasks::task(tx, id)?;
            let adding = policy::may_add(tx.actor(), &task)?;
            let notice = match word.as_str() {
                "yes" => {
                    queries::watch(tx, &adding)?;
                    "You watch this task: find it under Tasks, watched."
                }
                "no" => {
                    queries::unwatch(tx, &adding)?;
                    "You no longer watch this task."
                }
                _ => return Err(AppError::BadRequest("Say yes or no to watching.".to_owned())),
            };
            tx.audit(Entry::of("tasks.watching.changed", "task", id).after(&word))?;
            Ok(Answer::see_other(page_of(id)).with(Flash::done(notice)))
        })
        .await?;
    answer.reply(&me.visit)
}
