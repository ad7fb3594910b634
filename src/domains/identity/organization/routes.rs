//! `/admin/organization`.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::events::OrganizationChanged;
use crate::domains::identity::me::Me;
use crate::domains::identity::policy::{HasFactor, may_administer, may_require_second_factor};
use crate::domains::identity::{queries as logins, second_factor};
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::pages::{OrganizationForm, OrganizationPage};
use super::queries;

/// The routes of organization settings.
pub fn routes() -> Vec<RouteDef> {
    let admins = Access::Roles(&[Role::Admin]);
    vec![
        get("/admin/organization", admins, Rate::Standard, show),
        post("/admin/organization", admins, Rate::Medium, change),
    ]
}

async fn show(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            may_administer(me)?;
            let form = OrganizationForm::now(queries::settings(tx)?, second_factor::is_required(tx)?);
            OrganizationPage::new(tx, me, form, FieldErrors::default())
        })
        .await?;
    me.visit.page(&page)
}

async fn change(me: Me, app: web::Data<App>, posted: Posted<OrganizationForm>) -> Reply {
    may_administer(&me)?;
    let (form, wanted) = (posted.form.clone(), posted.form);
    let asker = if me.has_second_factor() {
        HasFactor::Yes
    } else {
        HasFactor::No
    };
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| store(tx, &wanted, asker))
        .await;
    match outcome {
        Ok(answer) => {
            app.directory.forget_all();
            answer.reply(&me.visit)
        }
        Err(AppError::Invalid(errors)) => {
            let page = me
                .tenant(move |tx, me| OrganizationPage::new(tx, me, form, errors))
                .await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

fn store(tx: &mut TenantTx<'_>, wanted: &OrganizationForm, asker: HasFactor) -> Result<Answer, AppError> {
    let admin = may_administer(tx.me()?)?;
    let settings = wanted.parse()?;
    let (before, was_required) = (queries::settings(tx)?, second_factor::is_required(tx)?);
    queries::store(tx, admin, &settings)?;
    match (was_required, wanted.requires()) {
        (false, true) => {
            let proof = may_require_second_factor(admin, asker)
                .map_err(|denied| AppError::field("second_factor", denied.0))?;
            queries::require_second_factor(tx, proof)?;
        }
        (true, false) => queries::release_second_factor(tx, admin)?,
        _ => {}
    }
    logins::tell_my_access_changed(tx)?;
    let org = tx.org();
    let state = |settings: &queries::Settings, is_required: bool| serde_json::json!({ "settings": settings, "second_factor_required": is_required });
    let entry = Entry::of("identity.organization.changed", "organization", org);
    tx.audit(
        entry
            .before(state(&before, was_required))
            .after(state(&settings, wanted.requires())),
    )?;
    tx.emit(&OrganizationChanged { org })?;
    Ok(Answer::see_other("/admin/organization").with(Flash::done("The settings are saved.")))
}
