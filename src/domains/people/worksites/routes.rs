//! Pages and posts about worksites.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::WorksiteId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::actions;
use super::forms::{ShiftsForm, WorksiteForm, WorksitesQuery};
use super::pages::{WorksiteFormPage, WorksitePage, WorksitesPage};

const READERS: Access = Access::Roles(&[Role::Admin, Role::Steward]);
const ADMINS: Access = Access::Roles(&[Role::Admin]);

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/worksites", READERS, Rate::Standard, list),
        get("/worksites/new", ADMINS, Rate::Standard, blank),
        post("/worksites", ADMINS, Rate::Medium, create),
        post("/worksites/shifts", ADMINS, Rate::Medium, set_shifts),
        get("/worksites/{worksite}", READERS, Rate::Standard, show),
        post("/worksites/{worksite}", ADMINS, Rate::Medium, edit),
        get("/worksites/{worksite}/edit", ADMINS, Rate::Standard, edit_page),
        post("/worksites/{worksite}/closing", ADMINS, Rate::Medium, set_closed),
    ]
}

async fn list(me: Me, query: web::Query<WorksitesQuery>) -> Reply {
    let page = list_page(&me, query.into_inner(), None, FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn list_page(
    me: &Me,
    query: WorksitesQuery,
    typed: Option<ShiftsForm>,
    errors: FieldErrors,
) -> Result<WorksitesPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        WorksitesPage::read(tx, shell, &query, typed, errors)
    })
    .await
}

async fn set_shifts(me: Me, app: web::Data<App>, posted: Posted<ShiftsForm>) -> Reply {
    let form = posted.form;
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_arranged(tx, None)?;
            actions::set_shifts(tx, &form.parse()?)?;
            Ok(Answer::see_other("/worksites").with(Flash::done("The shifts are saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = list_page(&me, WorksitesQuery::default(), Some(typed), errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn show(me: Me, worksite: web::Path<WorksiteId>) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            WorksitePage::read(tx, shell, me, *worksite)
        })
        .await?;
    me.visit.page(&page)
}

async fn form_page(
    me: &Me,
    worksite: Option<WorksiteId>,
    typed: Option<WorksiteForm>,
    errors: FieldErrors,
) -> Result<WorksiteFormPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        WorksiteFormPage::read(tx, shell, worksite, typed, errors)
    })
    .await
}

async fn blank(me: Me) -> Reply {
    let page = form_page(&me, None, None, FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn edit_page(me: Me, worksite: web::Path<WorksiteId>) -> Reply {
    let page = form_page(&me, Some(*worksite), None, FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn create(me: Me, app: web::Data<App>, posted: Posted<WorksiteForm>) -> Reply {
    save(me, app, None, posted).await
}

async fn edit(
    me: Me,
    app: web::Data<App>,
    worksite: web::Path<WorksiteId>,
    posted: Posted<WorksiteForm>,
) -> Reply {
    save(me, app, Some(*worksite), posted).await
}

async fn save(
    me: Me,
    app: web::Data<App>,
    worksite: Option<WorksiteId>,
    posted: Posted<WorksiteForm>,
) -> Reply {
    let form = posted.form;
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_arranged(tx, worksite)?;
            let words = form.parse()?;
            let (id, notice) = match worksite {
                Some(id) => {
                    actions::edit(tx, id, &words)?;
                    (id, Flash::done("Saved."))
                }
                None => {
                    let id = actions::create(tx, &words)?;
                    (
                        id,
                        Flash::done(format!("{} is there. Say who looks after it.", words.name)),
                    )
                }
            };
            Ok(Answer::see_other(format!("/worksites/{id}")).with(notice))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = form_page(&me, worksite, Some(typed), errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// Whether a worksite is closed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ClosingForm {
    closed: String,
}

async fn set_closed(
    me: Me,
    app: web::Data<App>,
    worksite: web::Path<WorksiteId>,
    posted: Posted<ClosingForm>,
) -> Reply {
    let (id, closed) = (*worksite, posted.form.closed == "yes");
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let worksite = actions::set_closed(tx, id, closed)?;
            let notice = match closed {
                true => format!("{} is closed. You can open it again.", worksite.name),
                false => format!("{} is open again.", worksite.name),
            };
            Ok(Answer::see_other(format!("/worksites/{id}")).with(Flash::done(notice)))
        })
        .await?;
    answer.reply(&me.visit)
}
