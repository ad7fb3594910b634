//! Pages and posts about openings.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::privacy::policy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, OpeningId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::forms::OpeningForm;
use super::pages::{NewOpeningPage, OpeningPage, OpeningsPage, OpeningsQuery};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/privacy/openings", Access::Member, Rate::Standard, list),
        get(
            "/people/{member}/openings/new",
            Access::Member,
            Rate::Standard,
            blank,
        ),
        post("/people/{member}/openings", Access::Member, Rate::Strict, open),
        get(
            "/privacy/openings/{opening}",
            Access::Member,
            Rate::Standard,
            show,
        ),
        post(
            "/privacy/openings/{opening}/closing",
            Access::Member,
            Rate::Medium,
            close,
        ),
    ]
}

async fn list(me: Me, query: web::Query<OpeningsQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            policy::is_officer(tx.actor())?;
            let shell = me.shell(tx)?;
            OpeningsPage::read(tx, shell, me, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn new_page(
    me: &Me,
    member: MemberId,
    form: OpeningForm,
    errors: FieldErrors,
) -> Result<NewOpeningPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        NewOpeningPage::read(tx, shell, member, form, errors)
    })
    .await
}

async fn blank(me: Me, member: web::Path<MemberId>) -> Reply {
    let page = new_page(&me, *member, OpeningForm::default(), FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn open(
    me: Me,
    app: web::Data<App>,
    member: web::Path<MemberId>,
    posted: Posted<OpeningForm>,
) -> Reply {
    let (member, form, config) = (*member, posted.form, app.config.clone());
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_opener(tx, member)?;
            let opening = actions::open(tx, &config, member, &form.parse()?)?;
            let notice = "The notes are open to you for an hour. Each one you read is noted.";
            Ok(Answer::see_other(format!("/privacy/openings/{opening}")).with(Flash::done(notice)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = new_page(&me, member, typed, errors).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn show(me: Me, app: web::Data<App>, opening: web::Path<OpeningId>) -> Reply {
    let keys = app.keys.clone();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            OpeningPage::read(tx, shell, me, &keys, *opening)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn close(me: Me, app: web::Data<App>, opening: web::Path<OpeningId>, posted: Posted<Yes>) -> Reply {
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::close(tx, *opening)?;
            Ok(Answer::see_other("/privacy").with(Flash::done("Closed. You read these notes no longer.")))
        })
        .await?;
    answer.reply(&me.visit)
}
