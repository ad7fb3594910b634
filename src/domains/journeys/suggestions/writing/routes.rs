//! `/journeys/suggestions/settings`.

use actix_web::web;
use serde_json::json;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::suggestions::events::WritingChanged;
use crate::domains::journeys::suggestions::policy::{self, DECIDERS, Keeping};
use crate::domains::journeys::suggestions::queries::{self, Wanted};
use crate::kernel::error::{AppError, FieldErrors};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};
use crate::providers::Check;
use crate::providers::writing::Writer as _;

use super::forms::WritingForm;
use super::pages::WritingPage;
use super::writer;

const HERE: &str = "/journeys/suggestions/settings";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let deciders = Access::Roles(DECIDERS);
    vec![
        get(HERE, deciders, Rate::Standard, show),
        post(HERE, deciders, Rate::Medium, keep),
        post(
            "/journeys/suggestions/settings/check",
            deciders,
            Rate::Strict,
            check,
        ),
    ]
}

async fn page(me: &Me, typed: Option<(WritingForm, FieldErrors)>) -> Result<WritingPage, AppError> {
    me.tenant(move |tx, me| {
        policy::may_set_up(tx.actor())?;
        let shell = me.shell(tx)?;
        WritingPage::read(tx, shell, typed)
    })
    .await
}

async fn show(me: Me) -> Reply {
    let page = page(&me, None).await?;
    me.visit.page(&page)
}

fn kept(tx: &mut TenantTx<'_>, by: &Keeping, wanted: &Wanted) -> Result<(), AppError> {
    queries::keep_settings(tx, by, wanted)?;
    let what = json!({
        "is_on": wanted.is_on, "uses_model": wanted.uses_model, "base_url": wanted.base_url, "model": wanted.model,
        "key_changed": wanted.key != queries::Key::Kept,
    });
    tx.audit(Entry::general("journeys.suggestion.settings_changed", "suggestion").after(what))?;
    tx.emit(&WritingChanged { by: by.by() })?;
    Ok(())
}

async fn keep(me: Me, app: web::Data<App>, posted: Posted<WritingForm>) -> Reply {
    let (form, typed, portal) = (posted.form.clone(), posted.form, app.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_set_up(tx.actor())?;
            let known = queries::settings(tx)?;
            let wanted = form.parse(&portal.keys, &portal.config, &known)?;
            kept(tx, &by, &wanted)?;
            Ok(Answer::see_other(HERE).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// Asks the service for a sentence: outside of any transaction, and about nobody.
async fn check(me: Me, app: web::Data<App>, _posted: Posted<Yes>) -> Reply {
    let settings = me
        .tenant(|tx, _| {
            policy::may_set_up(tx.actor())?;
            let settings = queries::settings(tx)?;
            match settings.base_url.is_empty() || settings.model.is_empty() {
                true => Err(AppError::Conflict(
                    "Save the address and the model first.".to_owned(),
                )),
                false => Ok(settings),
            }
        })
        .await?;
    let found = match writer(&app, &settings)? {
        Ok(writer) => writer.check().await,
        Err(why) => Check::Wrong { why },
    };
    let (is_good, said) = match found {
        Check::Good { note } => (true, format!("It works. It said: {}", note.unwrap_or_default())),
        Check::Wrong { why } => (false, why),
        Check::Unknown { why } => (false, format!("It could not be found out now. {why}")),
    };
    let words: String = said.chars().take(400).collect();
    let noted = words.clone();
    me.tenant(move |tx, _| {
        policy::may_set_up(tx.actor())?;
        Ok(queries::note_check(tx, &noted)?)
    })
    .await?;
    let notice = match is_good {
        true => Flash::done(words),
        false => Flash::problem(words),
    };
    me.visit.go_with(HERE, notice)
}
