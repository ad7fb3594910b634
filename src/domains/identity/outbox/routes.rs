//! `/outbox`.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::app::App;
use crate::domains::identity::me::Me;
use crate::kernel::error::AppError;
use crate::kernel::time;
use crate::platform::db::SystemTask;
use crate::platform::mail::{self, mime};
use crate::platform::web::framed;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef, Visit};

use super::admitting::admit;
use super::pages::{MailLine, MailPage, OutboxPage, Showing, Tab};

/// The routes of the outbox.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/outbox", Access::Public, Rate::Standard, list),
        get("/outbox/{mail}", Access::Public, Rate::Standard, show),
        get("/outbox/{mail}/look", Access::Public, Rate::Standard, look),
        get("/outbox/{mail}/raw", Access::Public, Rate::Standard, raw),
    ]
}

#[derive(Deserialize)]
struct Position {
    before: Option<Uuid>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ShowQuery {
    show: String,
}

const PAGE: usize = 50;

async fn list(
    app: web::Data<App>,
    visit: Visit,
    me: Option<Me>,
    request: HttpRequest,
    position: web::Query<Position>,
) -> Reply {
    admit(&app, &request, me.as_ref())?;
    let (before, now) = (position.before, app.clock().now());
    let mut lines = app
        .db
        .system(SystemTask::SignIn, move |tx| {
            Ok(mail::newest(tx, before, PAGE as i64 + 1)?)
        })
        .await?;
    let has_more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let older = lines
        .last()
        .filter(|_| has_more)
        .map(|line| format!("/outbox?before={}", line.id))
        .unwrap_or_default();
    let newer = if before.is_some() {
        "/outbox".to_owned()
    } else {
        String::new()
    };
    let mails = lines.into_iter().map(|line| MailLine {
        fate: fate(&line, now),
        is_text: mail::is_number(&line.recipient),
        id: line.id.to_string(),
        recipient: line.recipient,
        subject: line.subject,
        at: time::machine(line.created_at),
        ago: time::ago(line.created_at, now),
    });
    visit.page(&OutboxPage {
        shell: visit.shell(),
        mails: mails.collect(),
        older,
        newer,
    })
}

fn fate(line: &mail::Line, now: DateTime<Utc>) -> String {
    match (line.left_at, line.leaves_at, line.trouble.as_str()) {
        (Some(at), _, _) => format!("left through {} {}", line.left_through, time::ago(at, now)),
        (None, Some(_), "") => "about to leave".to_owned(),
        (None, Some(_), why) => format!("will be tried again: {why}"),
        (None, None, "") => String::new(),
        (None, None, why) => format!("was not sent: {why}"),
    }
}

async fn kept(app: &App, request: &HttpRequest, me: Option<Me>, id: Uuid) -> Result<mail::Kept, AppError> {
    admit(app, request, me.as_ref())?;
    app.db
        .system(SystemTask::SignIn, move |tx| Ok(mail::kept(tx, id)?))
        .await
}

async fn show(
    app: web::Data<App>,
    visit: Visit,
    me: Option<Me>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    query: web::Query<ShowQuery>,
) -> Reply {
    let mail = kept(&app, &request, me, *id).await?;
    let opened = mime::open(&mail.mime);
    let show = Showing::of(&query.show, &opened);
    let text = opened.part("text/plain").unwrap_or_default().to_owned();
    let links = text
        .split_whitespace()
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .map(str::to_owned)
        .collect();
    let mut page = visit.page(&MailPage {
        shell: visit.shell(),
        tabs: tabs(*id, &opened, show),
        show,
        text: text.clone(),
        id: mail.id.to_string(),
        subject: mail.subject,
        is_forgotten: mail.mime.is_empty(),
        opened,
        links,
    })?;
    if show == Showing::Mail {
        framed::allow_frames(&mut page);
    }
    Ok(page)
}

/// The ways in which this mail can be looked at.
fn tabs(id: Uuid, opened: &mime::Opened, show: Showing) -> Vec<Tab> {
    let place = format!("/outbox/{id}");
    [
        (Showing::Mail, "The mail", place.clone()),
        (Showing::Text, "As text", format!("{place}?show=text")),
        (Showing::Source, "Its source", format!("{place}?show=source")),
    ]
    .into_iter()
    .filter(|(way, ..)| match way {
        Showing::Mail => opened.part("text/html").is_some(),
        Showing::Text => opened.part("text/plain").is_some(),
        Showing::Source => true,
    })
    .map(|(way, label, href)| Tab {
        href,
        label,
        is_current: way == show,
    })
    .collect()
}

/// The mail itself, for the frame of its page.
async fn look(app: web::Data<App>, me: Option<Me>, request: HttpRequest, id: web::Path<Uuid>) -> Reply {
    let mail = kept(&app, &request, me, *id).await?;
    let opened = mime::open(&mail.mime);
    let html = opened.part("text/html").ok_or(AppError::NotFound)?;
    Ok(framed::document(html.to_owned()))
}

async fn raw(app: web::Data<App>, me: Option<Me>, request: HttpRequest, id: web::Path<Uuid>) -> Reply {
    let mail = kept(&app, &request, me, *id).await?;
    let name = format!("attachment; filename=\"{}.eml\"", mail.id);
    Ok(HttpResponse::Ok()
        .content_type("message/rfc822")
        .insert_header(("Content-Disposition", name))
        .body(mail.mime))
}
