//! `/webhooks`.

use actix_session::Session;
use actix_web::web;
use secrecy::{ExposeSecret, SecretString};

use crate::app::App;
use crate::domains::identity::{Me, hide_secret, show_once, shown_once};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{WebhookId, WebhookNoticeId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};
use crate::providers::webhooks::Unreachable;

use super::forms::WebhookForm;
use super::model::{OVERLAP, secret_of};
use super::pages::{ListPage, WebhookPage};
use super::policy::{self, KEEPERS};
use super::{actions, queries, sending};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(KEEPERS);
    vec![
        get("/webhooks", keepers, Rate::Standard, list),
        post("/webhooks", keepers, Rate::Medium, add),
        get("/webhooks/new", keepers, Rate::Standard, new),
        get("/webhooks/{webhook}", keepers, Rate::Standard, show),
        post("/webhooks/{webhook}", keepers, Rate::Medium, change),
        post("/webhooks/{webhook}/secret", keepers, Rate::Medium, rotate),
        post("/webhooks/{webhook}/seen", keepers, Rate::Medium, hide),
        post("/webhooks/{webhook}/test", keepers, Rate::Strict, test),
        post("/webhooks/{webhook}/switching", keepers, Rate::Medium, switch),
        get(
            "/webhooks/{webhook}/archive",
            keepers,
            Rate::Standard,
            ask_to_archive,
        ),
        post("/webhooks/{webhook}/archive", keepers, Rate::Medium, archive),
        post(
            "/webhooks/{webhook}/notices/{notice}/again",
            keepers,
            Rate::Medium,
            again,
        ),
    ]
}

/// Kind of the secret that is shown once, of one webhook.
fn kind_of_secret(id: WebhookId) -> String {
    format!("webhook/{id}")
}

async fn list(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            policy::may_keep(tx.actor())?;
            let shell = me.shell(tx)?;
            ListPage::read(tx, shell)
        })
        .await?;
    me.visit.page(&page)
}

async fn new_page(me: &Me, form: WebhookForm, errors: FieldErrors) -> Result<WebhookPage, AppError> {
    me.tenant(move |tx, me| {
        policy::may_keep(tx.actor())?;
        Ok(WebhookPage::new(me.shell(tx)?, form, errors))
    })
    .await
}

async fn new(me: Me) -> Reply {
    let page = new_page(&me, WebhookForm::default(), FieldErrors::default()).await?;
    me.visit.page(&page)
}

/// Whether an address may be told anything, found out before any transaction: its name has to be looked up. Asked by admins only.
async fn reached(me: &Me, app: &App, form: &WebhookForm) -> Result<Result<(), Unreachable>, AppError> {
    me.tenant(|tx, _| Ok(policy::may_keep(tx.actor()).map(|_| ())?))
        .await?;
    Ok(sending::reach(&app.config).check(&form.url).await.map(|_| ()))
}

async fn add(me: Me, app: web::Data<App>, browser: Session, posted: Posted<WebhookForm>) -> Reply {
    let (form, typed, keys) = (posted.form.clone(), posted.form, app.keys.clone());
    let reached = reached(&me, &app, &typed).await?;
    let secret = secret_of(&app.keys, me.member, posted.key.uuid());
    let made = secret.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_keep(tx.actor())?;
            let facts = form.parse(reached.as_ref().copied())?;
            let id = actions::add(tx, &keys, &by, &facts, &made)?;
            Answer::json(200, &id)
        })
        .await;
    match outcome {
        Ok(answer) => {
            let id: WebhookId = answer.content()?;
            reveal(&browser, &app, id, &secret)?;
            me.visit.go(&format!("/webhooks/{id}"))
        }
        Err(AppError::Invalid(errors)) => {
            let page = new_page(&me, typed, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

fn reveal(browser: &Session, app: &App, id: WebhookId, secret: &SecretString) -> Result<(), AppError> {
    let text = secret.expose_secret().to_owned();
    show_once(browser, &app.keys, &kind_of_secret(id), text, app.clock().now())
}

async fn kept_page(
    me: &Me,
    app: &App,
    browser: &Session,
    id: WebhookId,
    typed: Option<(WebhookForm, FieldErrors)>,
) -> Result<WebhookPage, AppError> {
    let fresh = shown_once(browser, &app.keys, &kind_of_secret(id), app.clock().now()).unwrap_or_default();
    me.tenant(move |tx, me| {
        policy::may_keep(tx.actor())?;
        let shell = me.shell(tx)?;
        WebhookPage::read(tx, shell, me.zone, id, fresh, typed)
    })
    .await
}

async fn show(me: Me, app: web::Data<App>, browser: Session, id: web::Path<WebhookId>) -> Reply {
    let page = kept_page(&me, &app, &browser, *id, None).await?;
    me.visit.confidential_page(200, &page)
}

async fn change(
    me: Me,
    app: web::Data<App>,
    browser: Session,
    id: web::Path<WebhookId>,
    posted: Posted<WebhookForm>,
) -> Reply {
    let (id, form, typed) = (*id, posted.form.clone(), posted.form);
    let reached = reached(&me, &app, &typed).await?;
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_keep(tx.actor())?;
            queries::webhook(tx, id)?;
            let facts = form.parse(reached.as_ref().copied())?;
            actions::change(tx, &by, id, &facts)?;
            Ok(Answer::see_other(format!("/webhooks/{id}")).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = kept_page(&me, &app, &browser, id, Some((typed, errors))).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn rotate(
    me: Me,
    app: web::Data<App>,
    browser: Session,
    id: web::Path<WebhookId>,
    posted: Posted<Yes>,
) -> Reply {
    let (id, keys) = (*id, app.keys.clone());
    let secret = secret_of(&app.keys, me.member, posted.key.uuid());
    let made = secret.clone();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_keep(tx.actor())?;
            actions::rotate(tx, &keys, &by, id, &made)?;
            let words = format!(
                "For {} hours both secrets sign, so that you can change over.",
                OVERLAP.num_hours()
            );
            Ok(Answer::see_other(format!("/webhooks/{id}")).with(Flash::done(words)))
        })
        .await?;
    reveal(&browser, &app, id, &secret)?;
    answer.reply(&me.visit)
}

async fn hide(me: Me, browser: Session, id: web::Path<WebhookId>, _posted: Posted<Yes>) -> Reply {
    let id = *id;
    me.tenant(move |tx, _| {
        policy::may_keep(tx.actor())?;
        Ok(queries::webhook(tx, id)?)
    })
    .await?;
    hide_secret(&browser);
    me.visit.go(&format!("/webhooks/{id}"))
}

async fn test(me: Me, app: web::Data<App>, id: web::Path<WebhookId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_keep(tx.actor())?;
            actions::test(tx, &by, id)?;
            let words = "A test is on its way. Load this page again to see how it went.";
            Ok(Answer::see_other(format!("/webhooks/{id}")).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}

async fn switch(me: Me, app: web::Data<App>, id: web::Path<WebhookId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_keep(tx.actor())?;
            let words = match actions::switch(tx, &by, id)? {
                true => "Stopped. What happens meanwhile is not told later.",
                false => "In use again.",
            };
            Ok(Answer::see_other(format!("/webhooks/{id}")).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}

async fn ask_to_archive(me: Me, id: web::Path<WebhookId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            policy::may_keep(tx.actor())?;
            let known = queries::webhook(tx, id)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Put “{}” away?", known.name),
                text: "It is told nothing any more, also not what is still waiting, and its secret is forgotten."
                    .to_owned(),
                action: format!("/webhooks/{id}/archive"),
                verb: "Put it away",
                cancel: format!("/webhooks/{id}"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn archive(me: Me, app: web::Data<App>, id: web::Path<WebhookId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_keep(tx.actor())?;
            actions::archive(tx, &by, id)?;
            Ok(Answer::see_other("/webhooks").with(Flash::done("Put away.")))
        })
        .await?
        .reply(&me.visit)
}

async fn again(
    me: Me,
    app: web::Data<App>,
    ids: web::Path<(WebhookId, WebhookNoticeId)>,
    posted: Posted<Yes>,
) -> Reply {
    let (id, notice) = ids.into_inner();
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_keep(tx.actor())?;
            actions::again(tx, &by, id, notice)?;
            Ok(Answer::see_other(format!("/webhooks/{id}")).with(Flash::done("It is sent again.")))
        })
        .await?
        .reply(&me.visit)
}
