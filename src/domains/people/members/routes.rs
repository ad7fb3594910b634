//! Pages and posts about finding people.

use actix_web::{HttpRequest, web};

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::FilterId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::forms::{FilterForm, MembersQuery};
use super::pages::MembersPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/members", Access::Member, Rate::Standard, list),
        post("/members/filters", Access::Member, Rate::Medium, keep),
        get(
            "/members/filters/{kept}/removal",
            Access::Member,
            Rate::Standard,
            ask_to_forget,
        ),
        post(
            "/members/filters/{kept}/removal",
            Access::Member,
            Rate::Medium,
            forget,
        ),
    ]
}

async fn members_page(
    me: &Me,
    query: MembersQuery,
    kept: (FilterForm, FieldErrors),
) -> Result<MembersPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        MembersPage::read(tx, shell, me, query, kept)
    })
    .await
}

async fn list(me: Me, request: HttpRequest) -> Reply {
    let query = MembersQuery::of(request.query_string());
    let page = members_page(&me, query, Default::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn keep(me: Me, app: web::Data<App>, posted: Posted<FilterForm>) -> Reply {
    let form = posted.form;
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            crate::domains::people::policy::may_list(tx.actor())?;
            let (name, shared_with) = form.parse()?;
            let rule = form.query();
            actions::keep(tx, &name, shared_with, &rule)?;
            Ok(Answer::see_other(rule.address("/members", "")).with(Flash::done("The filter is kept.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = members_page(&me, typed.query(), (typed, errors)).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn ask_to_forget(me: Me, id: web::Path<FilterId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            let filter = actions::forgettable(tx, id)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Remove the filter {}?", filter.name),
                text: "The people it finds stay as they are.".to_owned(),
                action: format!("/members/filters/{id}/removal"),
                verb: "Remove it",
                cancel: "/members".to_owned(),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn forget(me: Me, app: web::Data<App>, id: web::Path<FilterId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::forget(tx, id)?;
            Ok(Answer::see_other("/members").with(Flash::done("The filter is removed.")))
        })
        .await?;
    answer.reply(&me.visit)
}
