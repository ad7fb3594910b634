//! Pages and posts about contexts.

use actix_web::web;

use crate::app::App;
use crate::domains::CONTEXT_LINKS;
use crate::domains::identity::Me;
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::ContextId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::forms::{ContextForm, ContextsQuery};
use super::pages::{ArchivePage, ContextFormPage, ContextPage, ContextsPage, Draft, Within};
use super::queries::Archived;
use super::{actions, policy, queries};

const CREATORS: Access = Access::Roles(&[Role::Admin, Role::TeamLeader, Role::Coach]);

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/contexts", Access::Member, Rate::Standard, list),
        get("/contexts/new", CREATORS, Rate::Standard, blank),
        post("/contexts", CREATORS, Rate::Medium, create),
        get("/contexts/{context}", Access::Member, Rate::Standard, show),
        post("/contexts/{context}", Access::Member, Rate::Medium, edit),
        get(
            "/contexts/{context}/edit",
            Access::Member,
            Rate::Standard,
            edit_page,
        ),
        get(
            "/contexts/{context}/archive",
            Access::Member,
            Rate::Standard,
            ask_to_archive,
        ),
        post(
            "/contexts/{context}/archive",
            Access::Member,
            Rate::Medium,
            archive,
        ),
        post(
            "/contexts/{context}/restoration",
            Access::Member,
            Rate::Medium,
            restore,
        ),
    ]
}

type ContextPath = web::Path<ContextId>;

async fn list(me: Me, query: web::Query<ContextsQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            ContextsPage::read(tx, shell, &query)
        })
        .await?;
    me.visit.page(&page)
}

async fn show(me: Me, context: ContextPath, within: web::Query<Within>) -> Reply {
    let (context, within) = (*context, within.into_inner());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            ContextPage::read(tx, shell, context, &within, CONTEXT_LINKS)
        })
        .await?;
    me.visit.page(&page)
}

async fn blank(me: Me, query: web::Query<ContextsQuery>) -> Reply {
    let page = new_page(&me, ContextForm::blank(&query.kind), FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn new_page(me: &Me, form: ContextForm, errors: FieldErrors) -> Result<ContextFormPage, AppError> {
    me.tenant(move |tx, me| {
        let kinds = policy::may_create_some(tx.actor())?;
        Ok(ContextFormPage::new(
            me.shell(tx)?,
            kinds,
            tx.roles(),
            form,
            errors,
        ))
    })
    .await
}

async fn create(me: Me, app: web::Data<App>, posted: Posted<ContextForm>) -> Reply {
    let form = posted.form;
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let new = form.parse_new()?;
            let context = actions::create(tx, &new)?;
            let notice = Flash::done(format!(
                "{} is there. Add the people who belong to it.",
                new.words.name
            ));
            Ok(Answer::see_other(format!("/contexts/{context}")).with(notice))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = new_page(&me, typed, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn form_page(me: &Me, context: ContextId, draft: Draft) -> Result<ContextFormPage, AppError> {
    me.tenant(move |tx, me| {
        let context = queries::context(tx, context)?;
        let leadership = queries::my_leadership(tx, context.id)?;
        policy::may_edit(tx.actor(), &context, leadership)?;
        Ok(ContextFormPage::of(me.shell(tx)?, &context, draft))
    })
    .await
}

async fn edit_page(me: Me, context: ContextPath) -> Reply {
    let page = form_page(&me, *context, Draft::Stored).await?;
    me.visit.page(&page)
}

async fn edit(me: Me, app: web::Data<App>, context: ContextPath, posted: Posted<ContextForm>) -> Reply {
    let (context, form) = (*context, posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (words, version) = form.parse_change()?;
            actions::edit(tx, context, &words, version)?;
            Ok(Answer::see_other(format!("/contexts/{context}")).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = form_page(&me, context, Draft::Wrong(typed, errors)).await?;
            me.visit.page_with(422, &page)
        }
        Err(AppError::Conflict(_)) => {
            let page = form_page(&me, context, Draft::Overtaken(typed)).await?;
            me.visit.page_with(409, &page)
        }
        Err(error) => Err(error),
    }
}

async fn ask_to_archive(me: Me, context: ContextPath) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            let context = queries::context(tx, *context)?;
            let leadership = queries::my_leadership(tx, context.id)?;
            policy::may_archive(tx.actor(), &context, leadership)?;
            Ok(ArchivePage {
                shell: me.shell(tx)?,
                context,
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn archive(me: Me, app: web::Data<App>, context: ContextPath, posted: Posted<Yes>) -> Reply {
    set_archived(me, app, *context, posted, Archived::Yes).await
}

async fn restore(me: Me, app: web::Data<App>, context: ContextPath, posted: Posted<Yes>) -> Reply {
    set_archived(me, app, *context, posted, Archived::No).await
}

async fn set_archived(
    me: Me,
    app: web::Data<App>,
    id: ContextId,
    posted: Posted<Yes>,
    archived: Archived,
) -> Reply {
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let context = actions::set_archived(tx, id, archived)?;
            let done = match archived {
                Archived::Yes => format!(
                    "{} is archived. What was written in it can still be read.",
                    context.name
                ),
                Archived::No => format!("{} is open again.", context.name),
            };
            Ok(Answer::see_other(format!("/contexts/{id}")).with(Flash::done(done)))
        })
        .await?;
    answer.reply(&me.visit)
}
