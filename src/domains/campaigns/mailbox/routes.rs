//! `/providers/mailbox`.

use actix_web::web;

use crate::app::App;
use crate::domains::campaigns::policy::{self, PROVIDER_KEEPERS};
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::forms::MailboxForm;
use super::pages::MailboxPage;
use super::{actions, queries};

const HERE: &str = "/providers/mailbox";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(PROVIDER_KEEPERS);
    vec![
        get("/providers/mailbox", keepers, Rate::Standard, show),
        post("/providers/mailbox", keepers, Rate::Strict, set),
        post("/providers/mailbox/check", keepers, Rate::Strict, check),
        post("/providers/mailbox/switching", keepers, Rate::Medium, switch),
        get(
            "/providers/mailbox/removal",
            keepers,
            Rate::Standard,
            ask_to_remove,
        ),
        post("/providers/mailbox/removal", keepers, Rate::Medium, remove),
    ]
}

async fn page(me: &Me, typed: Option<(MailboxForm, FieldErrors)>) -> Result<MailboxPage, AppError> {
    let zone = me.zone;
    me.tenant(move |tx, me| {
        policy::may_provide(tx.actor())?;
        let shell = me.shell(tx)?;
        MailboxPage::read(tx, shell, zone, typed)
    })
    .await
}

async fn show(me: Me) -> Reply {
    let page = page(&me, None).await?;
    me.visit.confidential_page(200, &page)
}

/// What was typed is tried before it is kept, outside of any transaction: the server may take its time to answer.
async fn set(me: Me, app: web::Data<App>, posted: Posted<MailboxForm>) -> Reply {
    let typed = posted.form.clone();
    match set_when_it_works(&me, &app, posted).await {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, Some((typed, errors))).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn set_when_it_works(me: &Me, app: &App, posted: Posted<MailboxForm>) -> Result<Answer, AppError> {
    let (form, keys) = (posted.form.clone(), app.keys.clone());
    let settings = me
        .tenant(move |tx, _| {
            policy::may_provide(tx.actor())?;
            let known = queries::mailbox(tx)?;
            form.parse(known.as_ref())?.settings(&keys, known.as_ref())
        })
        .await?;
    let folder = actions::try_out(&settings)
        .await
        .map_err(|failure| AppError::field(failure.field(), failure.to_string()))?;
    let (form, keys) = (posted.form, app.keys.clone());
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_provide(tx.actor())?;
            let facts = form.parse(queries::mailbox(tx)?.as_ref())?;
            actions::set(tx, &keys, &by, &facts)?;
            let words = format!("Saved. {}", actions::found(folder));
            Ok(Answer::see_other(HERE).with(Flash::done(words)))
        })
        .await
}

async fn check(me: Me, app: web::Data<App>, posted: Posted<Yes>) -> Reply {
    let keys = app.keys.clone();
    let settings = me
        .tenant(move |tx, _| {
            policy::may_provide(tx.actor())?;
            actions::kept(tx)?.settings(&keys)
        })
        .await?;
    let tried = actions::try_out(&settings).await;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_provide(tx.actor())?;
            actions::note_trial(tx, &by, &tried)?;
            let words = match tried {
                Ok(folder) => actions::found(folder),
                Err(_) => "It does not work yet.".to_owned(),
            };
            Ok(Answer::see_other(HERE).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}

async fn switch(me: Me, app: web::Data<App>, posted: Posted<Yes>) -> Reply {
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_provide(tx.actor())?;
            let words = match actions::switch(tx, &by)? {
                true => "Paused. New messages wait in the mailbox.",
                false => "It is read again.",
            };
            Ok(Answer::see_other(HERE).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}

async fn ask_to_remove(me: Me) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            policy::may_provide(tx.actor())?;
            let mailbox = actions::kept(tx)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Remove {}?", mailbox.address),
                text: "It is no longer read, and its password is forgotten. Bounces go unheard, and nobody can unsubscribe by mail any more; the link in each mail stays. What lies in the mailbox is left as it is.".to_owned(),
                action: "/providers/mailbox/removal".to_owned(),
                verb: "Remove it",
                cancel: HERE.to_owned(),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn remove(me: Me, app: web::Data<App>, posted: Posted<Yes>) -> Reply {
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_provide(tx.actor())?;
            actions::remove(tx, &by)?;
            Ok(Answer::see_other("/providers").with(Flash::done("Removed.")))
        })
        .await?
        .reply(&me.visit)
}
