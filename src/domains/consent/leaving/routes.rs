//! `/u/{link}` and `/y/{link}`.
//!
//! Looking at a page changes nothing: programs that check the links in mail fetch them all. Only a POST does, be it from the page or
//! from a mail program (RFC 8058), which sends neither cookies nor anything else than `List-Unsubscribe=One-Click`.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::domains::consent::links::{Link, Opens};
use crate::domains::consent::model::{Action, Basis, Category, Channel, Method, Record};
use crate::domains::consent::pages::{ended, in_tongue};
use crate::domains::consent::queries::{self, Evidence, Said};
use crate::domains::consent::texts::{self, Wording};
use crate::domains::consent::{actions, policy, scope_of, seen_by};
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::mail::Locale;
use crate::platform::web::form;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Posted, Reply, RouteDef, Shell, Visit, Yes};

use super::actions::{has_left, opened, said, withdraw};
use super::pages::{ConfirmingPage, LeavingPage, Stage, Step, category_name};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/u/{link}", Access::Public, Rate::Medium, show),
        post("/u/{link}", Access::Public, Rate::Medium, leave),
        post("/u/{link}/undo", Access::Public, Rate::Medium, undo).replayed(),
        get("/y/{link}", Access::Public, Rate::Medium, show_confirming),
        post("/y/{link}", Access::Public, Rate::Medium, confirm).replayed(),
    ]
}

/// A link that opens leaving, and what it leaves.
fn leaving(app: &App, text: &str) -> Result<(Link, Channel, String), crate::domains::consent::links::Broken> {
    opened(Link::read(&app.keys, text, app.clock().now())?)
}

fn tongued(visit: &Visit, locale: Locale) -> Shell {
    let mut shell = visit.shell();
    shell.lang = locale.as_str();
    shell
}

async fn leaving_page(
    app: &App,
    visit: &Visit,
    text: &str,
    wanted: Option<Step>,
) -> Result<LeavingPage, AppError> {
    let (link, channel, category) = leaving(app, text).map_err(|_| AppError::NotFound)?;
    let (visitor, path) = (visit.clone(), format!("/u/{text}"));
    app.db
        .tenant(&scope_of(&link, visit.request), move |tx| {
            let locale = texts::locale_of(tx, link.member)?;
            let records = queries::records(tx, link.member)?;
            let has_left = has_left(&records, channel, &category);
            let step = wanted.unwrap_or(if has_left { Step::Left } else { Step::Ask });
            LeavingPage::read(
                tx,
                tongued(&visitor, locale),
                locale,
                path,
                (channel, &category),
                step,
            )
        })
        .await
}

async fn show(app: web::Data<App>, visit: Visit, request: HttpRequest, path: web::Path<String>) -> Reply {
    if let Err(broken) = leaving(&app, &path) {
        return ended(&visit, in_tongue(&request), broken);
    }
    let page = leaving_page(&app, &visit, &path, None).await?;
    visit.confidential_page(200, &page)
}

/// From the page or from a mail program. It needs no token of a form: whoever has the link may do this, from wherever (RFC 8058, 3.2).
async fn leave(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    path: web::Path<String>,
    body: web::Payload,
) -> Reply {
    let (link, channel, category) = match leaving(&app, &path) {
        Ok(found) => found,
        Err(broken) => return ended(&visit, in_tongue(&request), broken),
    };
    let body = form::read(&request, body.into_inner()).await?;
    let is_one_click = form::fields(&body)?
        .iter()
        .any(|(name, value)| name == "List-Unsubscribe" && value == "One-Click");
    let method = match is_one_click {
        true => Method::OneClick,
        false => Method::UnsubscribePage,
    };
    let (portal, seen) = (app.get_ref().clone(), seen_by(&request));
    app.db
        .tenant(&scope_of(&link, visit.request), move |tx| {
            withdraw(tx, &portal, &link, (channel, &category), method, seen)
        })
        .await?;
    match is_one_click {
        // No redirect and nothing to read: a program asked (RFC 8058, 3.1).
        true => Ok(HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body("Unsubscribed.\n")),
        false => {
            let page = leaving_page(&app, &visit, &path, Some(Step::Left)).await?;
            visit.confidential_page(200, &page)
        }
    }
}

async fn undo(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    path: web::Path<String>,
    _posted: Posted<Yes>,
) -> Reply {
    let (link, channel, category) = match leaving(&app, &path) {
        Ok(found) => found,
        Err(broken) => return ended(&visit, in_tongue(&request), broken),
    };
    let (keys, seen) = (app.keys.clone(), seen_by(&request));
    app.db
        .tenant(&scope_of(&link, visit.request), move |tx| {
            let locale = texts::locale_of(tx, link.member)?;
            let about = (channel, category.as_str());
            let said = said(tx, &link, locale, about, seen, ("undo", "undo-text"))?;
            actions::undo(tx, &keys, &policy::by_link(&link), channel, &category, said)
        })
        .await?;
    let page = leaving_page(&app, &visit, &path, Some(Step::Undone)).await?;
    visit.confidential_page(200, &page)
}

/// A link that opens confirming, and what is confirmed.
fn confirming(
    app: &App,
    text: &str,
) -> Result<(Link, Channel, String), crate::domains::consent::links::Broken> {
    let link = Link::read(&app.keys, text, app.clock().now())?;
    match link.opens.clone() {
        Opens::Confirming { channel, category } => Ok((link, channel, category)),
        _ => Err(crate::domains::consent::links::Broken::Unknown),
    }
}

/// The last that was written down about this.
fn latest<'a>(records: &'a [Record], channel: Channel, category: &str) -> Option<&'a Record> {
    let of = |record: &&Record| record.channel == channel && record.category == category;
    records.iter().rev().find(of)
}

/// The request that nobody confirmed yet and that no later word outweighs.
fn open_request<'a>(records: &'a [Record], channel: Channel, category: &str) -> Option<&'a Record> {
    latest(records, channel, category).filter(|latest| latest.action == Action::Request)
}

/// Whether somebody looks at the page or has pressed its button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    ToLook,
    FromTheButton,
}

async fn confirming_page(
    app: &App,
    visit: &Visit,
    text: &str,
    came: Came,
) -> Result<ConfirmingPage, AppError> {
    let (link, channel, category) = confirming(app, text).map_err(|_| AppError::NotFound)?;
    let (visitor, path) = (visit.clone(), format!("/y/{text}"));
    app.db
        .tenant(&scope_of(&link, visit.request), move |tx| {
            let locale = texts::locale_of(tx, link.member)?;
            let records = queries::records(tx, link.member)?;
            let stage = match latest(&records, channel, &category).map(|latest| latest.action) {
                Some(Action::Request) => Stage::Ask,
                Some(Action::Confirm) if came == Came::FromTheButton => Stage::Thanked,
                _ => Stage::Over,
            };
            Ok(ConfirmingPage {
                shell: tongued(&visitor, locale),
                locale,
                path,
                organization: queries::asker(tx)?.name,
                category: category_name(tx, locale, &category)?,
                channel: texts::channel_name(locale, channel),
                wording: wording(tx, locale, channel, &category)?.body,
                stage,
            })
        })
        .await
}

fn wording(
    tx: &mut TenantTx<'_>,
    locale: Locale,
    channel: Channel,
    category: &str,
) -> Result<Wording, AppError> {
    let known = texts::categories(tx, locale)?;
    let category = known
        .into_iter()
        .find(|known| known.key == category)
        .unwrap_or_else(|| Category {
            key: category.to_owned(),
            name: category.to_owned(),
            about: String::new(),
        });
    let statement = texts::statement_of_button(tx, locale)?;
    Ok(Wording::of_box(
        "confirmation",
        locale,
        &statement,
        &category,
        channel,
    ))
}

async fn show_confirming(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    path: web::Path<String>,
) -> Reply {
    if let Err(broken) = confirming(&app, &path) {
        return ended(&visit, in_tongue(&request), broken);
    }
    let page = confirming_page(&app, &visit, &path, Came::ToLook).await?;
    visit.confidential_page(200, &page)
}

async fn confirm(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    path: web::Path<String>,
    _posted: Posted<Yes>,
) -> Reply {
    let (link, channel, category) = match confirming(&app, &path) {
        Ok(found) => found,
        Err(broken) => return ended(&visit, in_tongue(&request), broken),
    };
    let (keys, seen) = (app.keys.clone(), seen_by(&request));
    app.db
        .tenant(&scope_of(&link, visit.request), move |tx| {
            queries::lock(tx, link.member)?;
            let records = queries::records(tx, link.member)?;
            let Some(request) = open_request(&records, channel, &category) else {
                return Ok(());
            };
            let locale = texts::locale_of(tx, link.member)?;
            let text = wording(tx, locale, channel, &category)?.kept(tx)?;
            let address = actions::addresses(tx, link.member, channel)?
                .into_iter()
                .next()
                .unwrap_or_default();
            let said = Said {
                channel,
                category: category.clone(),
                action: Action::Confirm,
                basis: Some(Basis::Express),
                method: Method::Confirmation,
                text: Some(text),
                effective_at: tx.now(),
                expires_at: None,
                answers: Some(request.id),
                evidence: Evidence { address, ..seen },
            };
            let deciding = policy::by_link(&link);
            actions::write_down(tx, &deciding, &[said])?;
            actions::come_back(tx, &keys, &deciding, channel)
        })
        .await?;
    let page = confirming_page(&app, &visit, &path, Came::FromTheButton).await?;
    visit.confidential_page(200, &page)
}
