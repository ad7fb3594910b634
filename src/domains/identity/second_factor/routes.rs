//! `/me/security`: password and second factor.

use actix_session::Session;
use actix_web::{HttpRequest, web};
use anyhow::anyhow;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::me::{Enrolling, Me};
use crate::domains::identity::passwords::Cause;
use crate::domains::identity::session;
use crate::domains::identity::sign_in::confirm_password;
use crate::kernel::error::{AppError, FieldErrors};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Flash, Posted, Reply, RouteDef, origin};

use super::actions::{self, Standing};
use super::pages::{CodesPage, FactorView, SecurityPage};
use super::qr;

/// The routes of security settings.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/me/security", Access::Member, Rate::Standard, show),
        post("/me/security/secret", Access::Member, Rate::Medium, begin).replayed(),
        post("/me/security/factor", Access::Member, Rate::Medium, confirm).replayed(),
        post(
            "/me/security/factor/removal",
            Access::Member,
            Rate::Medium,
            remove,
        )
        .replayed(),
        get("/me/security/codes", Access::Member, Rate::Standard, show_codes),
        post("/me/security/codes", Access::Member, Rate::Medium, renew_codes).replayed(),
        post(
            "/me/security/codes/seen",
            Access::Member,
            Rate::Medium,
            hide_codes,
        ),
    ]
}

/// Kind of the secret shown once.
const CODES: &str = "recovery-codes";

async fn show(me: Enrolling, app: web::Data<App>, browser: Session) -> Reply {
    security_page(&app, &me.0, &browser, 200, FieldErrors::default()).await
}

/// The page, also after a form on it came back.
///
/// # Errors
/// When the database is away.
pub async fn security_page(
    app: &App,
    me: &Me,
    _browser: &Session,
    status: u16,
    errors: FieldErrors,
) -> Reply {
    let factor = match actions::standing(app, me.user).await? {
        Standing::Off => FactorView::Off,
        Standing::On { codes_left } => FactorView::On { codes_left },
        Standing::SettingUp(totp) => {
            let address = totp
                .to_url()
                .map_err(|cause| AppError::Unexpected(anyhow!("a one-time password address: {cause}")))?;
            FactorView::SettingUp {
                drawing: qr::draw(&address)?,
                key: in_fours(&totp.secret().to_base32()),
            }
        }
    };
    let page = me
        .tenant(move |tx, me| {
            let is_required = super::queries::is_required(tx)?;
            Ok(SecurityPage {
                shell: me.shell(tx)?,
                errors,
                email: me.email().to_owned(),
                must_enrol: me.must_enrol(),
                is_required,
                factor,
            })
        })
        .await?;
    me.visit.page_with(status, &page)
}

/// `ABCD EFGH …`: easier to type.
fn in_fours(key: &str) -> String {
    let signs: Vec<char> = key.chars().collect();
    signs
        .chunks(4)
        .map(|four| four.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}

#[derive(Deserialize)]
struct Nothing {}

async fn begin(me: Enrolling, app: web::Data<App>, _posted: Posted<Nothing>) -> Reply {
    actions::begin(&app, me.0.user).await?;
    me.0.visit.go("/me/security#second-factor")
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    code: String,
}

async fn confirm(
    me: Enrolling,
    app: web::Data<App>,
    browser: Session,
    request: HttpRequest,
    posted: Posted<CodeForm>,
) -> Reply {
    let Enrolling(me) = me;
    if me.has_second_factor() {
        return me.visit.go("/me/security");
    }
    match actions::confirm(&app, me.user, &posted.form.code, cause(&me, &request)).await? {
        Some(codes) => {
            session::show_once(&browser, &app.keys, CODES, codes.join(" "), app.clock().now())?;
            browser.renew();
            me.visit
                .go_with("/me/security/codes", Flash::done("Your second factor is on."))
        }
        None => {
            let mut errors = FieldErrors::default();
            errors.add("code", "That code is not right. Check that the clock of your phone is, and enter the code it shows now.");
            security_page(&app, &me, &browser, 422, errors).await
        }
    }
}

fn cause(me: &Me, request: &HttpRequest) -> Cause {
    Cause {
        base: origin::of(request),
        request: me.visit.request,
    }
}

#[derive(Deserialize)]
struct PasswordForm {
    #[serde(default)]
    factor_password: String,
}

/// Asks for the password again; `None` when it is right, else the page with the problem.
async fn refused(
    app: &App,
    me: &Me,
    browser: &Session,
    password: String,
) -> Result<Option<actix_web::HttpResponse>, AppError> {
    if confirm_password(app, me.user, password).await? {
        return Ok(None);
    }
    let mut errors = FieldErrors::default();
    errors.add("factor_password", "That is not your password.");
    security_page(app, me, browser, 422, errors).await.map(Some)
}

async fn remove(
    me: Enrolling,
    app: web::Data<App>,
    browser: Session,
    request: HttpRequest,
    posted: Posted<PasswordForm>,
) -> Reply {
    let Enrolling(me) = me;
    if let Some(page) = refused(&app, &me, &browser, posted.form.factor_password).await? {
        return Ok(page);
    }
    actions::remove(&app, me.user, cause(&me, &request)).await?;
    session::hide(&browser);
    browser.renew();
    me.visit
        .go_with("/me/security", Flash::done("Your second factor is off."))
}

async fn renew_codes(
    me: Enrolling,
    app: web::Data<App>,
    browser: Session,
    posted: Posted<PasswordForm>,
) -> Reply {
    let Enrolling(me) = me;
    if let Some(page) = refused(&app, &me, &browser, posted.form.factor_password).await? {
        return Ok(page);
    }
    if !me.has_second_factor() {
        return Err(AppError::Conflict("Turn the second factor on first.".to_owned()));
    }
    let codes = actions::renew_codes(&app, me.user, me.visit.request).await?;
    session::show_once(&browser, &app.keys, CODES, codes.join(" "), app.clock().now())?;
    me.visit.go_with(
        "/me/security/codes",
        Flash::done("These are your new recovery codes. The old ones no longer work."),
    )
}

async fn show_codes(me: Enrolling, app: web::Data<App>, browser: Session) -> Reply {
    let Enrolling(me) = me;
    let Some(text) = session::shown(&browser, &app.keys, CODES, app.clock().now()) else {
        return me.visit.go("/me/security");
    };
    let codes: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let page = me
        .tenant(move |tx, me| {
            Ok(CodesPage {
                shell: me.shell(tx)?,
                codes,
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn hide_codes(me: Enrolling, browser: Session, _posted: Posted<Nothing>) -> Reply {
    session::hide(&browser);
    me.0.visit.go("/me/security")
}
