//! Pages and posts about belonging.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::tenancy::contexts::forms::JoinAs;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ContextId, MemberId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::forms::{AddForm, LeadershipForm};
use super::pages::{AddMembersPage, RemovalPage};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get(
            "/contexts/{context}/members/new",
            Access::Member,
            Rate::Standard,
            search,
        ),
        post("/contexts/{context}/members", Access::Member, Rate::Medium, add),
        get(
            "/contexts/{context}/members/{member}/removal",
            Access::Member,
            Rate::Standard,
            ask_to_remove,
        ),
        post(
            "/contexts/{context}/members/{member}/removal",
            Access::Member,
            Rate::Medium,
            remove,
        ),
        post(
            "/contexts/{context}/members/{member}/leadership",
            Access::Member,
            Rate::Medium,
            set_leader,
        ),
    ]
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Search {
    q: String,
}

async fn search(me: Me, context: web::Path<ContextId>, search: web::Query<Search>) -> Reply {
    let form = AddForm {
        q: search.into_inner().q,
        ..AddForm::default()
    };
    let page = form_page(&me, *context, form, FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn form_page(
    me: &Me,
    context: ContextId,
    form: AddForm,
    errors: FieldErrors,
) -> Result<AddMembersPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        AddMembersPage::read(tx, shell, context, form, errors)
    })
    .await
}

async fn add(me: Me, app: web::Data<App>, context: web::Path<ContextId>, posted: Posted<AddForm>) -> Reply {
    let (context, form) = (*context, posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let added = actions::add(tx, context, &form.parse()?)?;
            Ok(Answer::see_other(format!("/contexts/{context}")).with(Flash::done(added_in_words(added))))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = form_page(&me, context, typed, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

fn added_in_words(added: usize) -> String {
    match added {
        0 => "Everyone you named belonged here already.".to_owned(),
        1 => "1 person was added.".to_owned(),
        many => format!("{many} people were added."),
    }
}

type BelongingPath = web::Path<(ContextId, MemberId)>;

async fn ask_to_remove(me: Me, path: BelongingPath) -> Reply {
    let (context, member) = path.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let about = actions::about_to_remove(tx, context, member)?;
            Ok(RemovalPage {
                shell: me.shell(tx)?,
                context: about.context,
                card: about.card,
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn remove(me: Me, app: web::Data<App>, path: BelongingPath, posted: Posted<Yes>) -> Reply {
    let (context, member) = path.into_inner();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let removed = actions::remove(tx, context, member)?;
            let notice = Flash::done(format!(
                "{} no longer belongs to {}.",
                removed.card.name, removed.context.name
            ));
            Ok(Answer::see_other(format!("/contexts/{context}")).with(notice))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn set_leader(
    me: Me,
    app: web::Data<App>,
    path: BelongingPath,
    posted: Posted<LeadershipForm>,
) -> Reply {
    let (context, member) = path.into_inner();
    let join_as = posted.form.join_as();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let card = actions::set_leader(tx, context, member, join_as)?;
            let notice = match join_as {
                JoinAs::Leader => Flash::done(format!("{} leads here now.", card.name)),
                JoinAs::Member => Flash::done(format!("{} no longer leads here.", card.name)),
            };
            Ok(Answer::see_other(format!("/contexts/{context}")).with(notice))
        })
        .await?;
    answer.reply(&me.visit)
}
