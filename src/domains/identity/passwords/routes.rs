//! `/forgot-password`, `/reset/{token}`, `/me/password`.

use actix_session::Session;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use crate::app::App;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::validate::Check;
use crate::platform::web::client::Client;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Flash, Posted, Reply, RouteDef, Visit, origin};

use super::super::me::Enrolling;
use super::super::second_factor;
use super::super::session;
use super::super::sign_in::confirm_password;
use super::actions::{self, Cause, LinkState};
use super::pages::{ForgotPage, LinkEndedPage, ResetPage};

/// The routes of passwords.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/forgot-password", Access::Public, Rate::Standard, show_forgot),
        post("/forgot-password", Access::Public, Rate::Strict, send).replayed(),
        get("/reset/{token}", Access::Public, Rate::Medium, show_reset),
        post("/reset/{token}", Access::Public, Rate::Medium, reset).replayed(),
        post("/me/password", Access::Member, Rate::Medium, change).replayed(),
    ]
}

async fn show_forgot(app: web::Data<App>, visit: Visit) -> Reply {
    forgot_page(
        &app,
        &visit,
        200,
        String::new(),
        String::new(),
        FieldErrors::default(),
    )
}

fn forgot_page(
    app: &App,
    visit: &Visit,
    status: u16,
    email: String,
    sent_to: String,
    errors: FieldErrors,
) -> Reply {
    visit.page_with(
        status,
        &ForgotPage {
            shell: visit.shell(),
            email,
            sent_to,
            minutes: app.config.sessions.reset_minutes,
            errors,
        },
    )
}

#[derive(Deserialize)]
struct ForgotForm {
    #[serde(default)]
    email: String,
}

async fn send(app: web::Data<App>, visit: Visit, request: HttpRequest, posted: Posted<ForgotForm>) -> Reply {
    let mut check = Check::default();
    let email = check.email("email", &posted.form.email);
    if let Err(errors) = check.finish(|| ()) {
        return forgot_page(&app, &visit, 422, posted.form.email, String::new(), errors);
    }
    actions::send_reset(&app, email.clone(), origin::of(&request), &Client::of(&request)).await?;
    forgot_page(&app, &visit, 200, String::new(), email, FieldErrors::default())
}

async fn show_reset(app: web::Data<App>, visit: Visit, token: web::Path<String>) -> Reply {
    match actions::look_at(&app, &token).await? {
        LinkState::Usable(_) => visit.page(&ResetPage {
            shell: visit.shell(),
            path: format!("/reset/{token}"),
            errors: FieldErrors::default(),
        }),
        other => ended(&visit, &other),
    }
}

#[derive(Deserialize)]
struct ResetForm {
    #[serde(default)]
    password: String,
}

async fn reset(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    token: web::Path<String>,
    posted: Posted<ResetForm>,
) -> Reply {
    let user = match actions::look_at(&app, &token).await? {
        LinkState::Usable(user) => user,
        other => return ended(&visit, &other),
    };
    let hash = match actions::accepted(&app, user, "password", posted.form.password).await {
        Ok(hash) => hash,
        Err(AppError::Invalid(errors)) => {
            return visit.page_with(
                422,
                &ResetPage {
                    shell: visit.shell(),
                    path: format!("/reset/{token}"),
                    errors,
                },
            );
        }
        Err(error) => return Err(error),
    };
    if !actions::set_by_link(&app, &token, hash, cause(&visit, &request)).await? {
        return ended(&visit, &LinkState::Used);
    }
    visit.go_with(
        "/sign-in",
        Flash::done("Your password is changed. Sign in with the new one."),
    )
}

fn cause(visit: &Visit, request: &HttpRequest) -> Cause {
    Cause {
        base: origin::of(request),
        request: visit.request,
    }
}

fn ended(visit: &Visit, state: &LinkState) -> Reply {
    let (title, text) = match state {
        LinkState::Used => (
            "This link was used",
            "It works only once. If you have just chosen a password, sign in with it; otherwise ask for a new link.",
        ),
        LinkState::Expired => (
            "This link has expired",
            "It was made a while ago and no longer works. Ask for a new one; it takes a minute.",
        ),
        LinkState::Unknown | LinkState::Usable(_) => (
            "This link does not work",
            "It may be incomplete, or a newer one has replaced it. Open the newest mail, or ask for a new link.",
        ),
    };
    let page = LinkEndedPage {
        shell: visit.shell(),
        title,
        text,
        href: "/forgot-password",
        label: "Ask for a new link",
    };
    visit.page_with(410, &page)
}

#[derive(Deserialize)]
struct ChangeForm {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    new_password: String,
}

async fn change(
    me: Enrolling,
    app: web::Data<App>,
    browser: Session,
    request: HttpRequest,
    posted: Posted<ChangeForm>,
) -> Reply {
    let Enrolling(me) = me;
    let ChangeForm {
        current_password,
        new_password,
    } = posted.form;
    if !confirm_password(&app, me.user, current_password).await? {
        let mut errors = FieldErrors::default();
        errors.add("current_password", "That is not your present password.");
        return second_factor::security_page(&app, &me, &browser, 422, errors).await;
    }
    match actions::accepted(&app, me.user, "new_password", new_password).await {
        Ok(hash) => {
            let epoch = actions::set(&app, me.user, hash, cause(&me.visit, &request)).await?;
            session::outlive(&browser, epoch)?;
            me.visit.go_with(
                "/me/security",
                Flash::done("Your password is changed. Every other browser was signed out."),
            )
        }
        Err(AppError::Invalid(errors)) => {
            second_factor::security_page(&app, &me, &browser, 422, errors).await
        }
        Err(error) => Err(error),
    }
}
