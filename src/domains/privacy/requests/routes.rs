//! Pages and posts about requests.

use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::privacy::policy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, SubjectRequestId};
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::copy::{self, CopyPage};
use super::forms::{DecisionForm, RequestForm};
use super::pages::{ItemPage, NewRequestPage, RequestPage, ReviewQuery};
use super::{actions, queries};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get(
            "/people/{member}/subject-requests/new",
            Access::Member,
            Rate::Standard,
            blank,
        ),
        post(
            "/people/{member}/subject-requests",
            Access::Member,
            Rate::Medium,
            receive,
        ),
        get(
            "/privacy/requests/{request}",
            Access::Member,
            Rate::Standard,
            show,
        ),
        post(
            "/privacy/requests/{request}/review",
            Access::Member,
            Rate::Medium,
            take_on,
        ),
        post(
            "/privacy/requests/{request}/readiness",
            Access::Member,
            Rate::Medium,
            finish,
        ),
        post(
            "/privacy/requests/{request}/release",
            Access::Member,
            Rate::Medium,
            release,
        ),
        post(
            "/privacy/requests/{request}/return",
            Access::Member,
            Rate::Medium,
            send_back,
        ),
        post(
            "/privacy/requests/{request}/withdrawal",
            Access::Member,
            Rate::Medium,
            withdraw,
        ),
        get(
            "/privacy/requests/{request}/items/{position}",
            Access::Member,
            Rate::Standard,
            item,
        ),
        post(
            "/privacy/requests/{request}/items/{position}",
            Access::Member,
            Rate::Medium,
            decide,
        ),
        get(
            "/privacy/requests/{request}/copy",
            Access::Member,
            Rate::Standard,
            copy_page,
        ),
        get(
            "/privacy/requests/{request}/copy.json",
            Access::Member,
            Rate::Standard,
            copy_json,
        ),
    ]
}

async fn new_page(
    me: &Me,
    member: MemberId,
    form: RequestForm,
    errors: FieldErrors,
) -> Result<NewRequestPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        NewRequestPage::read(tx, shell, member, form, errors)
    })
    .await
}

async fn blank(me: Me, member: web::Path<MemberId>) -> Reply {
    let page = new_page(&me, *member, RequestForm::default(), FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn receive(
    me: Me,
    app: web::Data<App>,
    member: web::Path<MemberId>,
    posted: Posted<RequestForm>,
) -> Reply {
    let (member, form, zone, config) = (*member, posted.form, me.zone, app.config.clone());
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_hearer(tx, member)?;
            let asked_on = form.parse(tx.now().with_timezone(&zone).date_naive())?;
            actions::receive(tx, &config, member, asked_on)?;
            let notice = "Noted. The privacy officers are told; the answer is due within a month.";
            Ok(Answer::see_other(format!("/people/{member}")).with(Flash::done(notice)))
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

async fn show(
    me: Me,
    app: web::Data<App>,
    request: web::Path<SubjectRequestId>,
    query: web::Query<ReviewQuery>,
) -> Reply {
    let (keys, query) = (app.keys.clone(), query.into_inner());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            RequestPage::read(tx, shell, &keys, *request, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

/// A step of a request: done once, then back to its page with a notice.
async fn step(
    me: Me,
    app: web::Data<App>,
    request: SubjectRequestId,
    posted: Posted<Yes>,
    notice: &'static str,
    work: impl Fn(&mut TenantTx<'_>, &App, SubjectRequestId) -> Result<(), AppError> + Send + Sync + 'static,
) -> Reply {
    let portal = app.get_ref().clone();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            policy::is_officer(tx.actor()).map_err(|denied| hidden_or(tx, request, denied.into()))?;
            work(tx, &portal, request)?;
            Ok(Answer::see_other(format!("/privacy/requests/{request}")).with(Flash::done(notice)))
        })
        .await?;
    answer.reply(&me.visit)
}

/// A request that is not there is not found by anybody.
fn hidden_or(tx: &mut TenantTx<'_>, request: SubjectRequestId, denied: AppError) -> AppError {
    match queries::request(tx, request) {
        Ok(_) => denied,
        Err(error) => error.into(),
    }
}

async fn take_on(
    me: Me,
    app: web::Data<App>,
    request: web::Path<SubjectRequestId>,
    posted: Posted<Yes>,
) -> Reply {
    let notice = "Everything is gathered. Decide about each thing.";
    step(me, app, *request, posted, notice, |tx, app, id| {
        actions::take_on(tx, &app.keys, id)
    })
    .await
}

async fn finish(
    me: Me,
    app: web::Data<App>,
    request: web::Path<SubjectRequestId>,
    posted: Posted<Yes>,
) -> Reply {
    let notice = "Reviewed. Another privacy officer can release it now.";
    step(me, app, *request, posted, notice, |tx, _, id| {
        actions::finish(tx, id)
    })
    .await
}

async fn release(
    me: Me,
    app: web::Data<App>,
    request: web::Path<SubjectRequestId>,
    posted: Posted<Yes>,
) -> Reply {
    let notice = "Released. They can read it in the portal; for who has no login, print or save it.";
    step(me, app, *request, posted, notice, |tx, app, id| {
        actions::release(tx, &app.config, id)
    })
    .await
}

async fn send_back(
    me: Me,
    app: web::Data<App>,
    request: web::Path<SubjectRequestId>,
    posted: Posted<Yes>,
) -> Reply {
    let notice = "Sent back. It is gathered anew when somebody takes it on.";
    step(me, app, *request, posted, notice, |tx, _, id| {
        actions::send_back(tx, id)
    })
    .await
}

async fn withdraw(
    me: Me,
    app: web::Data<App>,
    request: web::Path<SubjectRequestId>,
    posted: Posted<Yes>,
) -> Reply {
    let notice = "Withdrawn. What was gathered is gone.";
    step(me, app, *request, posted, notice, |tx, _, id| {
        actions::withdraw(tx, id)
    })
    .await
}

async fn item_page(
    me: &Me,
    app: &App,
    which: (SubjectRequestId, i32),
    typed: Option<DecisionForm>,
    errors: FieldErrors,
) -> Result<ItemPage, AppError> {
    let keys = app.keys.clone();
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        ItemPage::read(tx, shell, &keys, which, typed, errors)
    })
    .await
}

async fn item(me: Me, app: web::Data<App>, path: web::Path<(SubjectRequestId, i32)>) -> Reply {
    let page = item_page(&me, &app, path.into_inner(), None, FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn decide(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(SubjectRequestId, i32)>,
    posted: Posted<DecisionForm>,
) -> Reply {
    let ((request, position), form, keys) = (path.into_inner(), posted.form, app.keys.clone());
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            policy::is_officer(tx.actor()).map_err(|denied| hidden_or(tx, request, denied.into()))?;
            let found = queries::request(tx, request)?;
            policy::may_care(tx.actor(), found.member_id)?;
            actions::decide(tx, &keys, request, position, &form.parse()?)?;
            let after = position.saturating_sub(1);
            Ok(Answer::see_other(format!(
                "/privacy/requests/{request}?after={after}"
            )))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = item_page(&me, &app, (request, position), Some(typed), errors).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn copy_page(me: Me, app: web::Data<App>, request: web::Path<SubjectRequestId>) -> Reply {
    let keys = app.keys.clone();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            CopyPage::read(tx, shell, me, &keys, *request)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn copy_json(me: Me, app: web::Data<App>, request: web::Path<SubjectRequestId>) -> Reply {
    let keys = app.keys.clone();
    let copy = me
        .tenant(move |tx, me| copy::as_json(tx, me, &keys, *request))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header(("Content-Disposition", "attachment; filename=\"my-data.json\""))
        .insert_header(("Cache-Control", "no-store"))
        .json(copy))
}
