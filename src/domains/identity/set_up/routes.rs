//! `/set-up`: the first run. Once there is an organization, the page is gone.

use actix_session::Session;
use actix_web::{HttpRequest, web};
use uuid::Uuid;

use crate::app::App;
use crate::domains::tenancy::events::MemberJoined;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::validate::handle_from;
use crate::platform::audit::Entry;
use crate::platform::db::{SystemTask, SystemTx};
use crate::platform::web::client::Client;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Flash, Posted, Reply, RouteDef, Visit};

use super::super::queries::{self as logins, locks};
use super::super::session;
use super::super::sign_in::tell_organizations;
use super::actions::{Founded, NewAdmin, NewOrganization, create_organization_with_admin};
use super::forms::{SetUp, SetUpForm};
use super::pages::SetUpPage;

/// The routes of the first run.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/set-up", Access::Public, Rate::Standard, show),
        post("/set-up", Access::Public, Rate::Strict, set_up).replayed(),
    ]
}

async fn show(app: web::Data<App>, visit: Visit) -> Reply {
    if app.directory.is_set_up().await? {
        return Err(AppError::NotFound);
    }
    visit.page(&SetUpPage::new(
        visit.shell(),
        SetUpForm::default(),
        FieldErrors::default(),
    ))
}

async fn set_up(
    app: web::Data<App>,
    visit: Visit,
    browser: Session,
    request: HttpRequest,
    posted: Posted<SetUpForm>,
) -> Reply {
    if app.directory.is_set_up().await? {
        return Err(AppError::NotFound);
    }
    let wanted = match posted.form.parse() {
        Ok(wanted) => wanted,
        Err(errors) => return visit.page_with(422, &SetUpPage::new(visit.shell(), posted.form, errors)),
    };
    let (hash, cause) = (app.passwords.hash(wanted.password.clone()).await?, visit.request);
    let founded = app
        .db
        .system(SystemTask::SetUp, move |tx| {
            let founded = found(tx, &wanted, &hash)?;
            tell(tx, founded, cause)?;
            Ok(founded)
        })
        .await?;
    session::begin(
        &browser,
        founded.user,
        0,
        Some(founded.org),
        &Client::of(&request),
    )?;
    visit.go_with(
        "/",
        Flash::done("Your organization is ready. Here is what to do first."),
    )
}

/// Under a lock, so that of two people who set up at the same moment one is told that it is done.
fn found(tx: &mut SystemTx<'_>, wanted: &SetUp, hash: &str) -> Result<Founded, AppError> {
    logins::lock(tx, locks::SET_UP)?;
    if logins::has_organization(tx)? {
        return Err(AppError::NotFound);
    }
    let slug = handle_from(&wanted.organization).replace('.', "-");
    let organization = NewOrganization {
        name: &wanted.organization,
        slug: &slug,
        time_zone: &wanted.time_zone,
        locale: wanted.locale,
    };
    let admin = NewAdmin {
        email: &wanted.email,
        name: &wanted.name,
        password_hash: hash,
    };
    create_organization_with_admin(tx, &organization, &admin)
}

fn tell(tx: &mut SystemTx<'_>, founded: Founded, cause: Uuid) -> Result<(), AppError> {
    tell_organizations(tx, founded.user, cause, |tx, scope, member| {
        let entry = Entry::of("identity.organization.set_up", "organization", founded.org);
        tx.audit(scope, entry)?;
        tx.emit(scope, &MemberJoined { member }).map(|_| ())
    })
}
