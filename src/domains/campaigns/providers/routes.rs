//! `/providers`.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::campaigns::policy::{self, PROVIDER_KEEPERS};
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::ProviderId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::forms::{LimitsForm, ProviderForm};
use super::model::Kind;
use super::pages::{ListPage, ProviderPage};
use super::{actions, queries};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(PROVIDER_KEEPERS);
    vec![
        get("/providers", keepers, Rate::Standard, list),
        post("/providers", keepers, Rate::Medium, add),
        get("/providers/new", keepers, Rate::Standard, new),
        post("/providers/limits", keepers, Rate::Medium, limits),
        get("/providers/{provider}", keepers, Rate::Standard, show),
        post("/providers/{provider}", keepers, Rate::Medium, change),
        post("/providers/{provider}/check", keepers, Rate::Strict, check),
        post("/providers/{provider}/switching", keepers, Rate::Medium, switch),
        get(
            "/providers/{provider}/archive",
            keepers,
            Rate::Standard,
            ask_to_archive,
        ),
        post("/providers/{provider}/archive", keepers, Rate::Medium, archive),
    ]
}

async fn list_page(
    me: &Me,
    app: &App,
    typed: Option<(LimitsForm, FieldErrors)>,
) -> Result<ListPage, AppError> {
    let outbox = app.config.mail.outbox_page;
    me.tenant(move |tx, me| {
        policy::may_provide(tx.actor())?;
        let shell = me.shell(tx)?;
        ListPage::read(tx, shell, outbox, typed)
    })
    .await
}

async fn list(me: Me, app: web::Data<App>) -> Reply {
    let page = list_page(&me, &app, None).await?;
    me.visit.page(&page)
}

async fn limits(me: Me, app: web::Data<App>, posted: Posted<LimitsForm>) -> Reply {
    let (form, typed) = (posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_provide(tx.actor())?;
            let limits = form.parse()?;
            actions::set_limits(tx, &by, limits)?;
            Ok(Answer::see_other("/providers").with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = list_page(&me, &app, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct NewQuery {
    kind: String,
}

async fn new_page(
    me: &Me,
    kind: Kind,
    form: ProviderForm,
    errors: FieldErrors,
) -> Result<ProviderPage, AppError> {
    me.tenant(move |tx, me| {
        policy::may_provide(tx.actor())?;
        let shell = me.shell(tx)?;
        Ok(ProviderPage::fresh(shell, kind, form, errors))
    })
    .await
}

async fn new(me: Me, query: web::Query<NewQuery>) -> Reply {
    let kind = query.kind.parse().unwrap_or(Kind::Smtp);
    let page = new_page(&me, kind, ProviderForm::fresh(kind), FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn add(me: Me, app: web::Data<App>, posted: Posted<ProviderForm>) -> Reply {
    let (form, typed, keys) = (posted.form.clone(), posted.form, app.keys.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_provide(tx.actor())?;
            let facts = form.parse(&keys, None)?;
            let id = actions::add(tx, &by, &facts)?;
            let words = "Added. Check it before the next campaign.";
            Ok(Answer::see_other(format!("/providers/{id}")).with(Flash::done(words)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let kind = typed.kind.parse().unwrap_or(Kind::Smtp);
            let page = new_page(&me, kind, typed, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn kept_page(
    me: &Me,
    app: &App,
    id: ProviderId,
    typed: Option<(ProviderForm, FieldErrors)>,
) -> Result<ProviderPage, AppError> {
    let portal = app.config.public_url.trim_end_matches('/').to_owned();
    me.tenant(move |tx, me| {
        policy::may_provide(tx.actor())?;
        let shell = me.shell(tx)?;
        ProviderPage::read(tx, shell, (me.zone, &portal), id, typed)
    })
    .await
}

async fn show(me: Me, app: web::Data<App>, id: web::Path<ProviderId>) -> Reply {
    let page = kept_page(&me, &app, *id, None).await?;
    me.visit.confidential_page(200, &page)
}

async fn change(
    me: Me,
    app: web::Data<App>,
    id: web::Path<ProviderId>,
    posted: Posted<ProviderForm>,
) -> Reply {
    let (id, form, typed, keys) = (*id, posted.form.clone(), posted.form, app.keys.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_provide(tx.actor())?;
            let known = queries::provider(tx, id)?;
            let facts = form.parse(&keys, Some(&known))?;
            actions::change(tx, &by, id, &facts)?;
            Ok(Answer::see_other(format!("/providers/{id}")).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = kept_page(&me, &app, id, Some((typed, errors))).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// Asks the provider outside of any transaction: it may take its time to answer.
async fn check(me: Me, app: web::Data<App>, id: web::Path<ProviderId>, posted: Posted<Yes>) -> Reply {
    let (id, portal) = (*id, app.get_ref().clone());
    let carrier = me
        .tenant(move |tx, _| {
            policy::may_provide(tx.actor())?;
            let known = queries::provider(tx, id)?;
            Ok(super::carrier(&portal, &known))
        })
        .await?;
    let (is_good, said) = match carrier {
        Ok(carrier) => actions::check(&carrier, app.clock().now()).await,
        Err(why) => (false, why),
    };
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            policy::may_provide(tx.actor())?;
            actions::note_check(tx, id, is_good, &said)?;
            let flash = match is_good {
                true => Flash::done("It works."),
                false => Flash::problem("It does not work yet."),
            };
            Ok(Answer::see_other(format!("/providers/{id}")).with(flash))
        })
        .await?
        .reply(&me.visit)
}

async fn switch(me: Me, app: web::Data<App>, id: web::Path<ProviderId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_provide(tx.actor())?;
            let words = match actions::switch(tx, &by, id)? {
                true => "Stopped. Others are asked instead, if there are any.",
                false => "In use again.",
            };
            Ok(Answer::see_other(format!("/providers/{id}")).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}

async fn ask_to_archive(me: Me, id: web::Path<ProviderId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            policy::may_provide(tx.actor())?;
            let known = queries::provider(tx, id)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Put “{}” away?", known.name),
                text: "Nothing leaves through it any more, and its password or key is forgotten. Without another provider messages stay in this portal’s outbox.".to_owned(),
                action: format!("/providers/{id}/archive"),
                verb: "Put it away",
                cancel: format!("/providers/{id}"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn archive(me: Me, app: web::Data<App>, id: web::Path<ProviderId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_provide(tx.actor())?;
            actions::archive(tx, &by, id)?;
            Ok(Answer::see_other("/providers").with(Flash::done("Put away.")))
        })
        .await?
        .reply(&me.visit)
}
