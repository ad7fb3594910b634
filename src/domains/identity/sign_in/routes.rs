//! `/sign-in`, `/sign-in/code`, `/sign-out`, `/organization`, `/theme`.

use actix_session::Session;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use crate::app::App;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::OrgId;
use crate::kernel::time::waiting_time;
use crate::platform::db::SystemTask;
use crate::platform::web::client::Client;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::shell::OrganizationChoice;
use crate::platform::web::visit::THEME_COOKIE;
use crate::platform::web::{Access, Flash, Posted, Reply, RouteDef, Visit, origin};

use super::super::me::Login;
use super::super::{queries, second_factor, session};
use super::actions::{self, Checked};
use super::pages::{ChoosePage, CodePage, SignInPage};

/// The routes of signing in and out.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/sign-in", Access::Public, Rate::Standard, show),
        post("/sign-in", Access::Public, Rate::Medium, sign_in),
        get("/sign-in/code", Access::Public, Rate::Standard, show_code),
        post("/sign-in/code", Access::Public, Rate::Medium, check_code).replayed(),
        post("/sign-out", Access::Public, Rate::Medium, sign_out),
        get("/organization", Access::User, Rate::Standard, show_organizations),
        post("/organization", Access::User, Rate::Medium, enter_organization).replayed(),
        post("/theme", Access::Public, Rate::Medium, choose_theme),
    ]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct SignInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

async fn show(app: web::Data<App>, visit: Visit, login: Option<Login>, asked: web::Query<Asked>) -> Reply {
    if !app.directory.is_set_up().await? {
        return visit.go("/set-up");
    }
    match login {
        Some(login) if asked.next.is_empty() => visit.go(home(&app, &login).await?),
        _ => {
            let next = asked.into_inner().next;
            visit.page(&SignInPage {
                shell: visit.shell(),
                email: String::new(),
                next,
                problem: String::new(),
            })
        }
    }
}

/// Where someone belongs who is signed in already: the start page, when they are a member where their session is.
async fn home(app: &App, login: &Login) -> Result<&'static str, AppError> {
    let known = match login.org {
        Some(org) => app.directory.look_up(login.user, org).await?,
        None => None,
    };
    Ok(if known.is_some() { "/" } else { "/organization" })
}

/// One text for a wrong password and an unknown account.
const WRONG: &str = "That e-mail address and password don't belong together. Check both and try again.";

async fn sign_in(
    app: web::Data<App>,
    visit: Visit,
    browser: Session,
    request: HttpRequest,
    posted: Posted<SignInForm>,
) -> Reply {
    let SignInForm {
        email,
        password,
        next,
    } = posted.form;
    let (client, email) = (Client::of(&request), email.trim().to_lowercase());
    match actions::check_password(&app, &email, password, &client).await {
        Ok(Checked::Wrong) => visit.page_with(
            422,
            &SignInPage {
                shell: visit.shell(),
                email,
                next,
                problem: WRONG.to_owned(),
            },
        ),
        Ok(Checked::Right { login, failures }) if login.totp_confirmed_at.is_some() => {
            session::wait_for_code(&browser, login.id, &next, failures, app.clock().now())?;
            visit.go("/sign-in/code")
        }
        Ok(Checked::Right { login, failures }) => {
            let arrival = actions::arrive(&app, login.id, failures, &client, visit.request).await?;
            session::begin(&browser, login.id, arrival.epoch, arrival.org, &client)?;
            visit.go(destination(&next, &arrival))
        }
        Err(AppError::RateLimited { retry_after }) => too_many(&visit, email, next, retry_after),
        Err(error) => Err(error),
    }
}

fn too_many(visit: &Visit, email: String, next: String, retry_after: u64) -> Reply {
    let wait = waiting_time(retry_after);
    let problem =
        format!("There were too many attempts. Wait {wait} and try again, or choose a new password.");
    let mut response = visit.page_with(
        429,
        &SignInPage {
            shell: visit.shell(),
            email,
            next,
            problem,
        },
    )?;
    if let Ok(value) = retry_after.to_string().parse() {
        response.headers_mut().insert(RETRY_AFTER, value);
    }
    Ok(response)
}

/// Where they wanted to go, when that is here; else the start page, or the choice of an organization.
fn destination<'a>(next: &'a str, arrival: &actions::Arrival) -> &'a str {
    match arrival.org {
        Some(_) => origin::local_path(next).unwrap_or("/"),
        None => "/organization",
    }
}

async fn show_code(app: web::Data<App>, visit: Visit, browser: Session) -> Reply {
    match session::pending(&browser, app.clock().now()) {
        Some(_) => visit.page(&CodePage {
            shell: visit.shell(),
            errors: FieldErrors::default(),
        }),
        None => visit.go("/sign-in"),
    }
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    code: String,
}

async fn check_code(
    app: web::Data<App>,
    visit: Visit,
    browser: Session,
    request: HttpRequest,
    posted: Posted<CodeForm>,
) -> Reply {
    let Some(pending) = session::pending(&browser, app.clock().now()) else {
        browser.purge();
        return visit.go_with(
            "/sign-in",
            Flash::problem("The code came too late. Sign in again."),
        );
    };
    if !second_factor::check(&app, pending.user, &posted.form.code).await? {
        let mut errors = FieldErrors::default();
        errors.add(
            "code",
            "That code is not right, or was used already. Wait for the next one, or use a recovery code.",
        );
        return visit.page_with(
            422,
            &CodePage {
                shell: visit.shell(),
                errors,
            },
        );
    }
    let client = Client::of(&request);
    let arrival = actions::arrive(&app, pending.user, pending.failures, &client, visit.request).await?;
    session::begin(&browser, pending.user, arrival.epoch, arrival.org, &client)?;
    visit.go(destination(&pending.next, &arrival))
}

#[derive(Deserialize)]
struct Nothing {}

async fn sign_out(visit: Visit, browser: Session, _posted: Posted<Nothing>) -> Reply {
    browser.purge();
    visit.go_with("/sign-in", Flash::done("You are signed out."))
}

async fn show_organizations(app: web::Data<App>, login: Login) -> Reply {
    let user = login.user;
    let places = app
        .db
        .system(SystemTask::SignIn, move |tx| {
            Ok(queries::organizations_of(tx, user)?)
        })
        .await?;
    let current = login.org;
    let organizations = places
        .into_iter()
        .map(|place| OrganizationChoice {
            id: place.org.to_string(),
            current: current == Some(place.org),
            name: place.name,
        })
        .collect();
    login.visit.page(&ChoosePage {
        shell: login.visit.shell(),
        email: login.email,
        organizations,
    })
}

#[derive(Deserialize)]
struct OrganizationForm {
    organization: OrgId,
}

async fn enter_organization(
    app: web::Data<App>,
    login: Login,
    browser: Session,
    posted: Posted<OrganizationForm>,
) -> Reply {
    let (user, org) = (login.user, posted.form.organization);
    app.db
        .system(SystemTask::SignIn, move |tx| {
            let place = queries::organizations_of(tx, user)?
                .into_iter()
                .find(|place| place.org == org)
                .ok_or(AppError::NotFound)?;
            Ok(queries::went_to(tx, user, place.org)?)
        })
        .await?;
    session::enter(&browser, org)?;
    login.visit.go("/")
}

#[derive(Deserialize)]
struct ThemeForm {
    theme: String,
    #[serde(default)]
    return_to: String,
}

async fn choose_theme(app: web::Data<App>, visit: Visit, posted: Posted<ThemeForm>) -> Reply {
    let back = origin::local_path(&posted.form.return_to).unwrap_or("/");
    let mut response = visit.go(back)?;
    let mut cookie = Cookie::build(THEME_COOKIE, "")
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.is_https())
        .max_age(Duration::days(365))
        .finish();
    match ["light", "dark"]
        .into_iter()
        .find(|theme| *theme == posted.form.theme)
    {
        Some(theme) => cookie.set_value(theme),
        None => cookie.make_removal(),
    }
    response
        .add_cookie(&cookie)
        .map_err(|cause| AppError::Unexpected(cause.into()))?;
    Ok(response)
}
