//! `/me`.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::events::ProfileChanged;
use crate::domains::identity::me::Me;
use crate::domains::identity::{onboarding, queries as logins};
use crate::kernel::error::{AppError, FieldErrors};
use crate::platform::audit::Entry;
use crate::platform::db::{SystemTask, TenantTx};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::forms::{Profile, ProfileForm};
use super::pages::ProfilePage;
use super::queries;

/// The routes of the profile.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/me", Access::Member, Rate::Standard, show),
        post("/me", Access::Member, Rate::Medium, change),
        post(
            "/onboarding/{step}/dismissal",
            Access::Member,
            Rate::Medium,
            dismiss,
        ),
    ]
}

async fn show(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            let profile = queries::mine(tx)?;
            ProfilePage::new(tx, me, profile.into(), FieldErrors::default())
        })
        .await?;
    me.visit.page(&page)
}

async fn change(me: Me, app: web::Data<App>, posted: Posted<ProfileForm>) -> Reply {
    let (form, user) = (posted.form, me.user);
    let outcome = match form.parse() {
        Ok(profile) => {
            let locale = profile.locale.clone();
            let answer = app
                .db
                .once(&me.scope(), posted.key, move |tx| store(tx, &profile))
                .await;
            if answer.is_ok() {
                app.db
                    .system(SystemTask::SignIn, move |tx| {
                        Ok(queries::store_locale(tx, user, &locale)?)
                    })
                    .await?;
                app.directory.forget_all();
            }
            answer
        }
        Err(errors) => Err(errors.into()),
    };
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = me
                .tenant(move |tx, me| ProfilePage::new(tx, me, form, errors))
                .await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

fn store(tx: &mut TenantTx<'_>, profile: &Profile) -> Result<Answer, AppError> {
    let (org, me) = (tx.org(), tx.my_id()?);
    if !logins::handle_is_free(tx.conn(), org, &profile.handle, me)? {
        return Err(AppError::field(
            "handle",
            "Somebody else has that handle. Choose another.",
        ));
    }
    let before = queries::mine(tx)?;
    if before != *profile {
        queries::store(tx, profile)?;
        tx.audit(
            Entry::of("identity.profile.changed", "member", me)
                .before(&before)
                .after(profile),
        )?;
        tx.emit(&ProfileChanged { member: me })?;
    }
    Ok(Answer::see_other("/me").with(Flash::done("Your profile is saved.")))
}

#[derive(Deserialize)]
struct Nothing {}

/// Hides one of the first steps on the start page.
async fn dismiss(me: Me, app: web::Data<App>, step: web::Path<String>, posted: Posted<Nothing>) -> Reply {
    let step = onboarding::WORDS
        .iter()
        .copied()
        .find(|word| *word == step.as_str())
        .ok_or(AppError::NotFound)?;
    let scope = me.scope();
    let answer = app.db.once(&scope, posted.key, move |tx| {
        logins::dismiss_step(tx, step)?;
        let member = tx.my_id()?;
        tx.audit(Entry::of("identity.onboarding.dismissed", "member", member).after(step))?;
        Ok(Answer::see_other("/"))
    });
    answer.await?.reply(&me.visit)
}
