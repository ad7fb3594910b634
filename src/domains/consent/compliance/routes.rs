//! `/compliance`.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::consent::policy::{self, KEEPERS};
use crate::domains::consent::{queries as ledger, renewing};
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::platform::audit::Entry;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::pages::{CategoryForm, CompliancePage};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(KEEPERS);
    vec![
        get("/compliance", keepers, Rate::Standard, show),
        post("/compliance/categories", keepers, Rate::Medium, add_category),
        post("/compliance/renewing", keepers, Rate::Medium, renew),
        post(
            "/compliance/categories/{category}/removal",
            keepers,
            Rate::Medium,
            remove_category,
        ),
    ]
}

async fn page(me: &Me, app: &App, typed: (CategoryForm, FieldErrors)) -> Result<CompliancePage, AppError> {
    let keys = app.keys.clone();
    me.tenant(move |tx, me| {
        policy::may_keep(tx.actor())?;
        let shell = me.shell(tx)?;
        CompliancePage::read(tx, shell, &keys, me.zone, typed)
    })
    .await
}

async fn show(me: Me, app: web::Data<App>) -> Reply {
    let page = page(&me, &app, (CategoryForm::default(), FieldErrors::default())).await?;
    me.visit.page(&page)
}

async fn add_category(me: Me, app: web::Data<App>, posted: Posted<CategoryForm>) -> Reply {
    let (form, typed) = (posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let keeping = policy::may_keep(tx.actor())?;
            let category = form.parse()?;
            ledger::store_category(tx, &keeping, &category)?;
            tx.audit(
                Entry::general("consent.category.stored", "message_category")
                    .after(serde_json::json!({ "key": category.key })),
            )?;
            let words = format!("“{}” is on everybody's preferences page.", category.name_en);
            Ok(Answer::see_other("/compliance").with(Flash::done(words)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, &app, (typed, errors)).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// Whether people are asked before it runs out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RenewingForm {
    is_on: String,
}

async fn renew(me: Me, app: web::Data<App>, posted: Posted<RenewingForm>) -> Reply {
    let is_on = posted.form.is_on == "yes";
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let keeping = policy::may_keep(tx.actor())?;
            renewing::switch(tx, &keeping, is_on)?;
            let words = match is_on {
                true => "People are asked 60, 30 and 7 days before it runs out, from the next night on.",
                false => "Nobody is asked any more.",
            };
            Ok(Answer::see_other("/compliance").with(Flash::done(words)))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn remove_category(me: Me, app: web::Data<App>, key: web::Path<String>, posted: Posted<Yes>) -> Reply {
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let keeping = policy::may_keep(tx.actor())?;
            if !ledger::archive_category(tx, &keeping, &key)? {
                return Err(AppError::NotFound);
            }
            tx.audit(
                Entry::general("consent.category.put_away", "message_category")
                    .after(serde_json::json!({ "key": key.as_str() })),
            )?;
            let words =
                "Put away. What people said about it stays in the ledger; add it again to use it again.";
            Ok(Answer::see_other("/compliance").with(Flash::done(words)))
        })
        .await?;
    answer.reply(&me.visit)
}
