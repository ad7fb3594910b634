//! Pages and posts about one person's privacy.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::forms::{ErasureForm, HoldForm};
use super::pages::{ErasurePage, PersonPage};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/privacy/people/{member}", Access::Member, Rate::Standard, show),
        post(
            "/privacy/people/{member}/hold",
            Access::Member,
            Rate::Medium,
            place_hold,
        ),
        post(
            "/privacy/people/{member}/hold/lifting",
            Access::Member,
            Rate::Medium,
            lift_hold,
        ),
        get(
            "/privacy/people/{member}/erasure",
            Access::Member,
            Rate::Standard,
            ask,
        ),
        post(
            "/privacy/people/{member}/erasure",
            Access::Member,
            Rate::Strict,
            erase,
        ),
    ]
}

async fn person_page(
    me: &Me,
    member: MemberId,
    form: HoldForm,
    errors: FieldErrors,
) -> Result<PersonPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        PersonPage::read(tx, shell, me, member, form, errors)
    })
    .await
}

async fn show(me: Me, member: web::Path<MemberId>) -> Reply {
    let page = person_page(&me, *member, HoldForm::default(), FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn place_hold(
    me: Me,
    app: web::Data<App>,
    member: web::Path<MemberId>,
    posted: Posted<HoldForm>,
) -> Reply {
    let (member, form) = (*member, posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_care(tx, member)?;
            actions::place_hold(tx, member, &form.parse()?)?;
            let notice = "The hold is in force. Nothing about this person is erased until you lift it.";
            Ok(Answer::see_other(format!("/privacy/people/{member}")).with(Flash::done(notice)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = person_page(&me, member, typed, errors).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn lift_hold(me: Me, app: web::Data<App>, member: web::Path<MemberId>, posted: Posted<Yes>) -> Reply {
    let member = *member;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::lift_hold(tx, member)?;
            Ok(Answer::see_other(format!("/privacy/people/{member}"))
                .with(Flash::done("The hold is lifted.")))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn erasure_page(
    me: &Me,
    member: MemberId,
    form: ErasureForm,
    errors: FieldErrors,
) -> Result<ErasurePage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        ErasurePage::read(tx, shell, member, form, errors)
    })
    .await
}

async fn ask(me: Me, member: web::Path<MemberId>) -> Reply {
    let page = erasure_page(&me, *member, ErasureForm::default(), FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn erase(
    me: Me,
    app: web::Data<App>,
    member: web::Path<MemberId>,
    posted: Posted<ErasureForm>,
) -> Reply {
    let (member, form, portal) = (*member, posted.form, app.get_ref().clone());
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (_, card, _) = actions::expect_erasable(tx, member)?;
            form.expect(&card.name)?;
            actions::erase(tx, &portal, member)?;
            let notice = "They are erased. What was written about them cannot be brought back.";
            Ok(Answer::see_other("/privacy").with(Flash::done(notice)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = erasure_page(&me, member, typed, errors).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}
