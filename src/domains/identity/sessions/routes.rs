//! `/me/sessions`.

use actix_session::Session;
use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::me::Enrolling;
use crate::domains::identity::model::SessionId;
use crate::domains::identity::sign_in::tell_organizations;
use crate::domains::identity::{queries as logins, session};
use crate::kernel::error::AppError;
use crate::platform::audit::Entry;
use crate::platform::db::SystemTask;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Flash, Posted, Reply, RouteDef};

use super::pages::{SessionLine, SessionsPage};
use super::queries;

/// The routes of sessions.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/me/sessions", Access::Member, Rate::Standard, list),
        post(
            "/me/sessions/revocation",
            Access::Member,
            Rate::Medium,
            end_others,
        )
        .replayed(),
        post(
            "/me/sessions/{session}/revocation",
            Access::Member,
            Rate::Medium,
            end_one,
        )
        .replayed(),
    ]
}

#[derive(Deserialize)]
struct Nothing {}

async fn list(me: Enrolling, app: web::Data<App>, browser: Session) -> Reply {
    let Enrolling(me) = me;
    let (user, now, this) = (me.user, app.clock().now(), session::mark(&browser));
    let rows = app
        .db
        .system(SystemTask::SignIn, move |tx| Ok(queries::live(tx, user)?))
        .await?;
    let page = me
        .tenant(move |tx, me| {
            let sessions: Vec<_> = rows
                .into_iter()
                .map(|row| SessionLine::new(row, this.as_deref(), now, me.zone))
                .collect();
            Ok(SessionsPage {
                shell: me.shell(tx)?,
                has_others: sessions.iter().any(|session| !session.is_this),
                sessions,
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn end_one(
    me: Enrolling,
    app: web::Data<App>,
    id: web::Path<SessionId>,
    _posted: Posted<Nothing>,
) -> Reply {
    let Enrolling(me) = me;
    let (user, request) = (me.user, me.visit.request);
    app.db
        .system(SystemTask::SignIn, move |tx| {
            if !queries::end(tx, user, *id)? {
                return Err(AppError::NotFound);
            }
            tell_organizations(tx, user, request, |tx, scope, member| {
                tx.audit(scope, Entry::of("identity.session.ended", "member", member))
            })?;
            Ok(logins::tell_access_changed(tx, user)?)
        })
        .await?;
    app.sessions.forget_all();
    me.visit
        .go_with("/me/sessions", Flash::done("That browser is signed out."))
}

async fn end_others(me: Enrolling, app: web::Data<App>, browser: Session, _posted: Posted<Nothing>) -> Reply {
    let Enrolling(me) = me;
    let (user, request) = (me.user, me.visit.request);
    let epoch = app
        .db
        .system(SystemTask::SignIn, move |tx| {
            tell_organizations(tx, user, request, |tx, scope, member| {
                tx.audit(scope, Entry::of("identity.sessions.ended", "member", member))
            })?;
            Ok(logins::move_epoch(tx, user)?)
        })
        .await?;
    app.sessions.forget_all();
    app.directory.forget_all();
    session::outlive(&browser, epoch)?;
    me.visit
        .go_with("/me/sessions", Flash::done("Every other browser is signed out."))
}
