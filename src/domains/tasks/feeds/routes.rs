//! `/tasks/calendar/feeds`, and the addresses made there.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::TaskFeedId;
use crate::platform::crypto;
use crate::platform::db::{SystemTask, TenantScope};
use crate::platform::web::client::Client;
use crate::platform::web::limits::{Caller, Limiter, Rate};
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Visit, Yes, origin};

use super::actions::{self, FeedForm, Titles};
use super::pages::FeedsPage;
use super::{ics, queries};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/tasks/calendar/feeds", Access::Member, Rate::Standard, list),
        post("/tasks/calendar/feeds", Access::Member, Rate::Medium, create),
        post(
            "/tasks/calendar/feeds/{feed}/revocation",
            Access::Member,
            Rate::Medium,
            revoke,
        ),
        get("/feeds/tasks/{token}.ics", Access::Public, Rate::Standard, show),
    ]
}

async fn page(me: &Me, form: FeedForm, errors: FieldErrors, fresh: String) -> Result<FeedsPage, AppError> {
    me.tenant(move |tx, me| FeedsPage::read(tx, me, form, errors, fresh))
        .await
}

async fn list(me: Me) -> Reply {
    let page = page(&me, FeedForm::default(), FieldErrors::default(), String::new()).await?;
    me.visit.confidential_page(200, &page)
}

/// Makes a feed and shows its address, in this answer and never again. The secret follows from the form's key, so that it need not be
/// kept to answer the same form twice.
async fn create(me: Me, app: web::Data<App>, request: HttpRequest, posted: Posted<FeedForm>) -> Reply {
    let form = posted.form;
    let (name, titles) = match form.parse() {
        Ok(wanted) => wanted,
        Err(errors) => {
            let page = page(&me, form, errors, String::new()).await?;
            return me.visit.confidential_page(422, &page);
        }
    };
    let secret = actions::secret(&app.keys, me.member, posted.key.uuid());
    let address = format!("{}/feeds/tasks/{secret}.ics", origin::of(&request));
    let made = secret.clone();
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            actions::create(tx, &made, &name, titles)?;
            Ok(Answer::no_content())
        })
        .await?;
    me.tenant(move |tx, _| actions::expect_works(tx, &secret)).await?;
    let page = page(&me, FeedForm::default(), FieldErrors::default(), address).await?;
    me.visit.confidential_page(201, &page)
}

async fn revoke(me: Me, app: web::Data<App>, feed: web::Path<TaskFeedId>, posted: Posted<Yes>) -> Reply {
    let feed = *feed;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::revoke(tx, feed)?;
            Ok(Answer::see_other("/tasks/calendar/feeds").with(Flash::done("The address no longer works.")))
        })
        .await?;
    answer.reply(&me.visit)
}

/// What a calendar program fetches. Evaluated as the owner sees it now; revoked, unknown and of somebody who may not sign in are all
/// the same: not there.
async fn show(app: web::Data<App>, request: HttpRequest, visit: Visit, token: web::Path<String>) -> Reply {
    let Some((scope, titles, name)) = owner(&app, &visit, &token).await? else {
        return Err(refused(&request));
    };
    let portal = origin::of(&request);
    let events = app
        .db
        .tenant(&scope, move |tx| actions::events(tx, titles, &portal))
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("Content-Disposition", "inline; filename=\"tasks.ics\""))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(ics::calendar(&name, &events)))
}

async fn owner(
    app: &App,
    visit: &Visit,
    token: &str,
) -> Result<Option<(TenantScope, Titles, String)>, AppError> {
    let digest = crypto::digest(token);
    let holder = app
        .db
        .system(SystemTask::SignIn, move |tx| Ok(queries::holder(tx, &digest)?))
        .await?;
    let Some(holder) = holder else { return Ok(None) };
    let known = app.directory.look_up(holder.user, holder.org).await?;
    let titles = match holder.shows_titles {
        true => Titles::OfOwnMatters,
        false => Titles::None,
    };
    Ok(known.filter(|known| !known.must_enrol).map(|known| {
        let scope = TenantScope::of_member(known.member.clone(), visit.request);
        (scope, titles, holder.name)
    }))
}

/// A wrong address is counted strictly for where it comes from, so that nobody tries many.
fn refused(request: &HttpRequest) -> AppError {
    let counted = Caller::Address(Client::of(request).address);
    let verdict = request
        .app_data::<web::Data<Limiter>>()
        .map(|limiter| limiter.count(Rate::Strict, counted));
    match verdict {
        Some(Err(limited)) => limited,
        _ => AppError::NotFound,
    }
}
