//! `/journeys/library/video`, and where Mux reports.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::library::policy::KEEPERS;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::OrgId;
use crate::platform::db::TenantScope;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Visit, Yes, form};
use crate::providers::video::VideoProvider as _;
use crate::providers::video::mux::{read_report, verify_mux};

use super::forms::MuxForm;
use super::pages::{MuxPage, ReportsPage};
use super::{actions, provider, queries};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(KEEPERS);
    vec![
        get("/journeys/library/video", keepers, Rate::Standard, show),
        post("/journeys/library/video", keepers, Rate::Medium, keep),
        post("/journeys/library/video/check", keepers, Rate::Strict, check),
        get(
            "/journeys/library/video/reports",
            keepers,
            Rate::Standard,
            reports,
        ),
        get(
            "/journeys/library/video/removal",
            keepers,
            Rate::Standard,
            ask_to_remove,
        ),
        post("/journeys/library/video/removal", keepers, Rate::Medium, remove),
        post(
            "/hooks/{organization}/video/mux",
            Access::Public,
            Rate::Standard,
            report,
        ),
    ]
}

async fn page(me: &Me, app: &App, typed: Option<(MuxForm, FieldErrors)>) -> Result<MuxPage, AppError> {
    let app = app.clone();
    me.tenant(move |tx, me| {
        actions::may_set_up(tx)?;
        let shell = me.shell(tx)?;
        MuxPage::read(tx, shell, &app, typed)
    })
    .await
}

async fn show(me: Me, app: web::Data<App>) -> Reply {
    let page = page(&me, &app, None).await?;
    me.visit.page(&page)
}

async fn keep(me: Me, app: web::Data<App>, posted: Posted<MuxForm>) -> Reply {
    let (form, typed, keys) = (posted.form.clone(), posted.form, app.keys.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = actions::may_set_up(tx)?;
            let known = queries::account(tx)?;
            let facts = form.parse(&keys, known.as_ref())?;
            actions::keep(tx, by, &facts)?;
            Ok(Answer::see_other("/journeys/library/video").with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, &app, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// Asks Mux whether it lets us in: outside of any transaction.
async fn check(me: Me, app: web::Data<App>, _posted: Posted<Yes>) -> Reply {
    let account = me
        .tenant(|tx, _| {
            actions::may_set_up(tx)?;
            queries::account(tx)?.ok_or(AppError::Conflict("Save the account first.".to_owned()))
        })
        .await?;
    let found = match provider(&app, &account) {
        Ok(mux) => mux.check(app.clock().now()).await,
        Err(why) => crate::providers::Check::Wrong { why },
    };
    let (is_good, said) = me.tenant(move |tx, _| actions::checked(tx, &found)).await?;
    let notice = match is_good {
        true => Flash::done(said),
        false => Flash::problem(said),
    };
    me.visit.go_with("/journeys/library/video", notice)
}

async fn reports(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            actions::may_set_up(tx)?;
            let shell = me.shell(tx)?;
            ReportsPage::read(tx, shell, me.zone)
        })
        .await?;
    me.visit.page(&page)
}

async fn ask_to_remove(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            actions::may_set_up(tx)?;
            let text = match queries::account(tx)?.is_some_and(|account| account.is_in_use()) {
                true => "They are made again as long as Mux is in use. Switch it off first if they are to stay away. Everything stays playable from the portal.",
                false => "Everything stays playable from the portal; titles, captions and what people watched are not touched.",
            };
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: "Remove all copies at Mux?".to_owned(),
                text: text.to_owned(),
                action: "/journeys/library/video/removal".to_owned(),
                verb: "Remove the copies",
                cancel: "/journeys/library/video/reports".to_owned(),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn remove(me: Me, app: web::Data<App>, posted: Posted<Yes>) -> Reply {
    app.db
        .once(&me.scope(), posted.key, |tx| {
            actions::may_set_up(tx)?;
            let words = match actions::remove_all(tx)? {
                0 => "There are no copies at Mux.".to_owned(),
                1 => "The copy is being removed.".to_owned(),
                many => format!("{many} copies are being removed, one after the other."),
            };
            Ok(Answer::see_other("/journeys/library/video/reports").with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}

/// A report of Mux. For whoever cannot prove that they are Mux there is no such address.
async fn report(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    org: web::Path<OrgId>,
    body: web::Payload,
) -> Reply {
    let signature = request.headers().get("mux-signature");
    let signature = signature.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = form::read(&request, body.into_inner()).await?;
    let scope = TenantScope::of_portal(*org, "journeys.mux").correlated(visit.request);
    let portal = app.get_ref().clone();
    let believed = app
        .db
        .tenant(&scope, move |tx| {
            let account = queries::account(tx)?.ok_or(AppError::NotFound)?;
            let Some(secret) = account.webhook_secret(&portal.keys)? else {
                queries::count_refusal(tx, "No secret for reports is set")?;
                return Ok(false);
            };
            if let Err(why) = verify_mux(&secret, signature.as_deref(), &body, tx.now()) {
                tracing::warn!(%why, "a report of Mux was not believed");
                queries::count_refusal(tx, &why.to_string())?;
                return Ok(false);
            }
            let report = read_report(&body).map_err(AppError::BadRequest)?;
            let json =
                serde_json::from_slice(&body).map_err(|cause| AppError::BadRequest(cause.to_string()))?;
            actions::heed(tx, &report, &json)?;
            Ok(true)
        })
        .await?;
    match believed {
        true => Ok(HttpResponse::NoContent().finish()),
        false => Err(AppError::NotFound),
    }
}
