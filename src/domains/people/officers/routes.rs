//! The page of offices and its posts.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::people::policy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::OfficeId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::forms::OfficeForm;
use super::pages::OfficersPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/officers", Access::Member, Rate::Standard, list),
        post("/officers", Access::Member, Rate::Medium, appoint),
        post("/officers/{office}/end", Access::Member, Rate::Medium, end),
    ]
}

async fn list_page(me: &Me, form: OfficeForm, errors: FieldErrors) -> Result<OfficersPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        OfficersPage::read(tx, shell, me, form, errors)
    })
    .await
}

async fn list(me: Me) -> Reply {
    let page = list_page(&me, OfficeForm::default(), FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn appoint(me: Me, app: web::Data<App>, posted: Posted<OfficeForm>) -> Reply {
    let form = posted.form;
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            policy::may_arrange(tx.actor())?;
            actions::appoint(tx, &form.parse()?)?;
            Ok(Answer::see_other("/officers").with(Flash::done("The office is given.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = list_page(&me, typed, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn end(me: Me, app: web::Data<App>, office: web::Path<OfficeId>, posted: Posted<Yes>) -> Reply {
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::end(tx, *office)?;
            let notice = "The office is over. What is written for officers is hidden from them now.";
            Ok(Answer::see_other("/officers").with(Flash::done(notice)))
        })
        .await?;
    answer.reply(&me.visit)
}
