//! Pages and posts about cases.

use actix_web::web;

use crate::app::App;
use crate::domains::CASE_PARTS;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CaseId, MemberId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::forms::{CaseForm, ClosingForm, TeamForm};
use super::pages::{CasePage, CasesPage, CasesQuery, NewCasePage, Typed};
use super::{actions, queries};

/// The routes. Open to every member: who works on no case is shown none.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/cases", Access::Member, Rate::Standard, list),
        get(
            "/people/{member}/cases/new",
            Access::Member,
            Rate::Standard,
            blank,
        ),
        post("/people/{member}/cases", Access::Member, Rate::Medium, open),
        get("/cases/{case}", Access::Member, Rate::Standard, show),
        post("/cases/{case}/team", Access::Member, Rate::Medium, join),
        post(
            "/cases/{case}/team/{member}/removal",
            Access::Member,
            Rate::Medium,
            leave,
        ),
        post("/cases/{case}/closing", Access::Member, Rate::Medium, set_closed),
    ]
}

async fn list(me: Me, query: web::Query<CasesQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            CasesPage::read(tx, shell, me, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn new_page(
    me: &Me,
    member: MemberId,
    form: CaseForm,
    errors: FieldErrors,
) -> Result<NewCasePage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        NewCasePage::read(tx, shell, member, form, errors)
    })
    .await
}

async fn blank(me: Me, member: web::Path<MemberId>) -> Reply {
    let page = new_page(&me, *member, CaseForm::default(), FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn open(me: Me, app: web::Data<App>, member: web::Path<MemberId>, posted: Posted<CaseForm>) -> Reply {
    let (member, form) = (*member, posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_opener(tx, member)?;
            let case = actions::open(tx, member, &form.parse()?)?;
            let notice = "The case is open. Add who works on it with you; nobody else sees it.";
            Ok(Answer::see_other(format!("/cases/{case}")).with(Flash::done(notice)))
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

async fn case_page(me: &Me, app: &App, case: CaseId, typed: Typed) -> Result<CasePage, AppError> {
    let keys = app.keys.clone();
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        CasePage::read(tx, shell, me, case, (CASE_PARTS, &keys), typed)
    })
    .await
}

async fn show(me: Me, app: web::Data<App>, case: web::Path<CaseId>) -> Reply {
    let page = case_page(&me, &app, *case, Typed::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn join(me: Me, app: web::Data<App>, case: web::Path<CaseId>, posted: Posted<TeamForm>) -> Reply {
    let (case, form) = (*case, posted.form);
    let team = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            queries::case(tx, case)?;
            actions::join(tx, case, &form.parse()?)?;
            Ok(Answer::see_other(format!("/cases/{case}")).with(Flash::done("They are in the team.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let typed = Typed {
                team,
                errors,
                ..Typed::default()
            };
            let page = case_page(&me, &app, case, typed).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn leave(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(CaseId, MemberId)>,
    posted: Posted<Yes>,
) -> Reply {
    let (case, member) = path.into_inner();
    let myself = me.member;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::leave(tx, case, member)?;
            Ok(match member == myself {
                true => Answer::see_other("/cases").with(Flash::done("You no longer work on that case.")),
                false => Answer::see_other(format!("/cases/{case}"))
                    .with(Flash::done("They no longer see this case.")),
            })
        })
        .await?;
    answer.reply(&me.visit)
}

async fn set_closed(
    me: Me,
    app: web::Data<App>,
    case: web::Path<CaseId>,
    posted: Posted<ClosingForm>,
) -> Reply {
    let (case, form) = (*case, posted.form);
    let closing = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            queries::case(tx, case)?;
            let outcome = form.parse()?;
            actions::set_closed(tx, case, outcome.as_ref())?;
            let notice = match outcome {
                Some(_) => "The case is closed. You can open it again.",
                None => "The case goes on.",
            };
            Ok(Answer::see_other(format!("/cases/{case}")).with(Flash::done(notice)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let typed = Typed {
                closing,
                errors,
                ..Typed::default()
            };
            let page = case_page(&me, &app, case, typed).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}
