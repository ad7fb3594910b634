//! `/me/tokens`.

use actix_session::Session;
use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::me::Me;
use crate::domains::identity::model::TokenId;
use crate::domains::identity::session;
use crate::kernel::error::FieldErrors;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::actions;
use super::forms::TokenForm;
use super::pages::TokensPage;

/// The routes of tokens.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/me/tokens", Access::Member, Rate::Standard, list),
        post("/me/tokens", Access::Member, Rate::Medium, create),
        post("/me/tokens/seen", Access::Member, Rate::Medium, hide),
        post(
            "/me/tokens/{token}/revocation",
            Access::Member,
            Rate::Medium,
            revoke,
        ),
    ]
}

/// Kind of the secret shown once.
const TOKEN: &str = "api-token";

async fn list(me: Me, app: web::Data<App>, browser: Session) -> Reply {
    let fresh = session::shown(&browser, &app.keys, TOKEN, app.clock().now()).unwrap_or_default();
    let form = TokenForm {
        days: "90".to_owned(),
        ..TokenForm::default()
    };
    let page = me
        .tenant(move |tx, me| TokensPage::new(tx, me, form, FieldErrors::default(), fresh))
        .await?;
    me.visit.page(&page)
}

async fn create(me: Me, app: web::Data<App>, browser: Session, posted: Posted<TokenForm>) -> Reply {
    let form = posted.form;
    let wanted = match form.parse() {
        Ok(wanted) => wanted,
        Err(errors) => {
            let page = me
                .tenant(move |tx, me| TokensPage::new(tx, me, form, errors, String::new()))
                .await?;
            return me.visit.page_with(422, &page);
        }
    };
    let secret = actions::secret(&app.keys, me.member, posted.key.uuid());
    let made = secret.clone();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::create(tx, &made, &wanted)?;
            Ok(Answer::see_other("/me/tokens"))
        })
        .await?;
    session::show_once(&browser, &app.keys, TOKEN, secret, app.clock().now())?;
    answer.reply(&me.visit)
}

#[derive(Deserialize)]
struct Nothing {}

async fn hide(me: Me, browser: Session, _posted: Posted<Nothing>) -> Reply {
    session::hide(&browser);
    me.visit.go("/me/tokens")
}

async fn revoke(me: Me, app: web::Data<App>, id: web::Path<TokenId>, posted: Posted<Nothing>) -> Reply {
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::revoke(tx, *id)?;
            Ok(Answer::see_other("/me/tokens").with(Flash::done("The token no longer works.")))
        })
        .await;
    app.directory.forget_all();
    answer?.reply(&me.visit)
}
