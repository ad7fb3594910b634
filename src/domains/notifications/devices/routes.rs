//! `/inbox/devices`: switching push on and off, and trying it; and the worker that browsers run for it.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::domains::consent;
use crate::domains::identity::Me;
use crate::domains::notifications::pages::NotificationsPage;
use crate::domains::notifications::pushing::introducing;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::DeviceId;
use crate::platform::web::client::Client;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post, put};
use crate::platform::web::{Access, Answer, Deferred, Flash, Posted, Reply, RouteDef, Yes};

use super::forms::{DeviceForm, Renewal};
use super::{actions, pages, policy};

/// Where devices are shown.
const PAGE: &str = "/inbox/notifications";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/push-worker.js", Access::Public, Rate::Unlimited, script),
        get(
            "/inbox/app.webmanifest",
            Access::Public,
            Rate::Unlimited,
            describe,
        ),
        post("/inbox/devices", Access::Member, Rate::Medium, add),
        put("/inbox/devices/renewal", Access::Member, Rate::Medium, renew),
        post(
            "/inbox/devices/{device}/removal",
            Access::Member,
            Rate::Medium,
            remove,
        ),
        post("/inbox/devices/{device}/test", Access::Member, Rate::Strict, test),
    ]
}

async fn script(app: web::Data<App>) -> Reply {
    fresh("text/javascript; charset=utf-8", pages::worker(&app.keys)?)
}

async fn describe() -> Reply {
    fresh("application/manifest+json", pages::manifest())
}

/// Asked for anew each time a browser looks whether it has changed.
fn fresh(kind: &str, text: String) -> Reply {
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("Cache-Control", "no-cache"))
        .body(text))
}

async fn add(me: Me, app: web::Data<App>, request: HttpRequest, posted: Posted<DeviceForm>) -> Reply {
    let (form, typed, keys) = (posted.form.clone(), posted.form, app.keys.clone());
    let (hosts, seen) = (introducing::hosts(&app.config), consent::seen_by(&request));
    let usual = Client::of(&request).device;
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::owns(tx.actor())?;
            let facts = form.parse(&usual, &hosts)?;
            actions::switch_on(tx, &keys, &by, &facts, &seen)?;
            let words = "Push is on in this browser. Send a test to see how it looks.";
            Ok(Answer::see_other(PAGE).with(Flash::done(words)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => refused(&me, &app, typed, errors).await,
        Err(error) => Err(error),
    }
}

async fn refused(me: &Me, app: &App, typed: DeviceForm, errors: FieldErrors) -> Reply {
    let portal = app.clone();
    let page = me
        .tenant(move |tx, me| NotificationsPage::read(tx, &portal, me, None, Some((typed, errors))))
        .await?;
    me.visit.confidential_page(422, &page)
}

/// From the worker, which has no page and so no token: see [`Deferred`].
async fn renew(me: Me, app: web::Data<App>, renewal: Deferred<Renewal>) -> Reply {
    let (keys, hosts) = (app.keys.clone(), introducing::hosts(&app.config));
    me.tenant(move |tx, _| {
        let by = policy::owns(tx.actor())?;
        actions::renew(tx, &keys, &by, &renewal.0, &hosts)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn remove(me: Me, app: web::Data<App>, id: web::Path<DeviceId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::owns(tx.actor())?;
            actions::remove(tx, &by, id)?;
            Ok(Answer::see_other(PAGE).with(Flash::done("Push is off on that device.")))
        })
        .await?
        .reply(&me.visit)
}

async fn test(me: Me, app: web::Data<App>, id: web::Path<DeviceId>, posted: Posted<Yes>) -> Reply {
    let (id, keys, hosts) = (*id, app.keys.clone(), introducing::hosts(&app.config));
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::owns(tx.actor())?;
            actions::test(tx, &keys, &by, id, &hosts)?;
            let words =
                "A test is on its way. If nothing shows within a minute, load this page again to read why.";
            Ok(Answer::see_other(PAGE).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}
