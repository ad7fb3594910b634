//! Adding, opening and removing files of tasks.

use actix_web::{HttpRequest, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::tasks::pages::Typed;
use crate::domains::tasks::routes::{came_back, page_of};
use crate::kernel::ids::{TaskFileId, TaskId};
use crate::platform::files::{self, Kept, Rendition};
use crate::platform::web::download::{Keeping, Wanted};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::upload::PostedFiles;
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::{actions, intake, queries};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        post("/tasks/{task}/files", Access::Member, Rate::Medium, add),
        get(
            "/tasks/{task}/files/{attached}",
            Access::Member,
            Rate::Standard,
            open,
        ),
        get(
            "/tasks/{task}/files/{attached}/removal",
            Access::Member,
            Rate::Standard,
            ask,
        ),
        post(
            "/tasks/{task}/files/{attached}/removal",
            Access::Member,
            Rate::Medium,
            remove,
        ),
    ]
}

/// Nothing but the files.
#[derive(Debug, Clone, Default, Deserialize)]
struct FilesForm {}

async fn add(me: Me, app: web::Data<App>, task: web::Path<TaskId>, posted: PostedFiles<FilesForm>) -> Reply {
    let seed = posted.key.uuid();
    let taken = intake::take(&app, &me.scope(), *task, seed, posted.files, posted.refused).await;
    let outcome = taken.map(|()| Answer::see_other(format!("{}#files", page_of(*task))));
    came_back(&me, *task, Typed::default(), outcome).await
}

async fn open(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(TaskId, TaskFileId)>,
    rendition: web::Query<Rendition>,
    request: HttpRequest,
) -> Reply {
    let (task, id) = at.into_inner();
    let wanted = Wanted::of(&request);
    let file = me.tenant(move |tx, _| Ok(queries::one(tx, task, id)?)).await?;
    let kept = Kept {
        id: id.0,
        name: &file.name,
        storage_key: &file.storage_key,
        thumb_key: file.thumb_key.as_deref(),
        keeping: Keeping::Nothing,
    };
    files::send(app.storage.as_ref(), kept, &rendition, &wanted).await
}

async fn ask(me: Me, at: web::Path<(TaskId, TaskFileId)>) -> Reply {
    let (task, file) = at.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let found = queries::one(tx, task, file)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Remove “{}”?", found.name),
                text: "The file goes for everybody and cannot be brought back. That it was there stays in the history."
                    .to_owned(),
                action: format!("/tasks/{task}/files/{file}/removal"),
                verb: "Remove",
                cancel: format!("{}#files", page_of(task)),
            })
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn remove(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(TaskId, TaskFileId)>,
    posted: Posted<Yes>,
) -> Reply {
    let (task, file) = at.into_inner();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::remove(tx, task, file)?;
            Ok(Answer::see_other(format!("{}#files", page_of(task))).with(Flash::done("Removed.")))
        })
        .await?;
    answer.reply(&me.visit)
}
