//! A copy of what is kept about somebody's messages and consent, for themselves. A link from a message does not hand it out, since
//! messages are forwarded: it has it sent to the address it is about.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::domains::consent::links::{Link, Opens};
use crate::domains::consent::pages::{WordsPage, ended, in_tongue};
use crate::domains::consent::{policy, proof, scope_of, texts};
use crate::domains::identity::Me;
use crate::domains::people;
use crate::kernel::error::AppError;
use crate::platform::mail::{self, Letter, Locale, Mailbox, say};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Posted, Reply, RouteDef, Visit, Yes};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get(
            "/preferences/data.json",
            Access::Member,
            Rate::Medium,
            download_own,
        ),
        post("/p/{link}/copy", Access::Public, Rate::Strict, send).replayed(),
        get("/c/{link}", Access::Public, Rate::Medium, download),
    ]
}

fn file(copy: proof::Bundle) -> Reply {
    Ok(HttpResponse::Ok()
        .insert_header(("Content-Disposition", "attachment; filename=\"my-messages.json\""))
        .insert_header(("Cache-Control", "no-store"))
        .json(copy))
}

async fn download_own(me: Me) -> Reply {
    let copy = me.tenant(|tx, me| proof::bundle(tx, me.member)).await?;
    file(copy)
}

async fn send(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    path: web::Path<String>,
    _posted: Posted<Yes>,
) -> Reply {
    let link = match Link::read(&app.keys, &path, app.clock().now()) {
        Ok(link) => link,
        Err(broken) => return ended(&visit, in_tongue(&request), broken),
    };
    let (portal, of) = (app.get_ref().clone(), link.clone());
    let locale = app
        .db
        .tenant(&scope_of(&link, visit.request), move |tx| {
            policy::opens_preferences(&of)?;
            let locale = texts::locale_of(tx, of.member)?;
            let reach = people::reach(tx, of.member)?;
            let Some(email) = reach.email else {
                return Ok(locale);
            };
            let copy = Link {
                opens: Opens::Copy,
                ..of
            };
            let address = format!(
                "{}/c/{}",
                portal.config.public_url,
                copy.written(&portal.keys, tx.now())
            );
            let to = Mailbox {
                name: reach.name,
                email,
            };
            let letter = Letter::new(to, locale, "copy", &[]).action("copy-action", address);
            mail::post(tx, &portal.config, &letter)?;
            Ok(locale)
        })
        .await?;
    sent(&visit, locale, &path)
}

fn sent(visit: &Visit, locale: Locale, link: &str) -> Reply {
    let mut shell = visit.shell();
    shell.lang = locale.as_str();
    let page = WordsPage {
        shell,
        title: say(locale, "copy-sent-title", &[]),
        text: say(locale, "copy-sent-text", &[]),
        link: (format!("/p/{link}"), say(locale, "back-to-preferences", &[])),
    };
    visit.confidential_page(200, &page)
}

async fn download(app: web::Data<App>, visit: Visit, request: HttpRequest, path: web::Path<String>) -> Reply {
    let link = match Link::read(&app.keys, &path, app.clock().now()) {
        Ok(link) => link,
        Err(broken) => return ended(&visit, in_tongue(&request), broken),
    };
    let copy = app
        .db
        .tenant(&scope_of(&link, visit.request), move |tx| match link.opens {
            Opens::Copy => proof::bundle(tx, link.member),
            _ => Err(AppError::NotFound),
        })
        .await?;
    file(copy)
}
