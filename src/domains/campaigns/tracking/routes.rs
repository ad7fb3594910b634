//! `/t/{token}`, `/o/{token}` and `/v/{token}`: a link that was followed, the picture that reports an opened mail, and the mail in a
//! browser. A token opens nothing else.

use actix_web::http::Method;
use actix_web::http::header::USER_AGENT;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;

use crate::app::App;
use crate::domains::campaigns::queries as campaigns;
use crate::domains::campaigns::sending::{self, Letters, Reader};
use crate::domains::campaigns::templates::framed;
use crate::domains::campaigns::variants;
use crate::domains::{consent, people};
use crate::kernel::error::AppError;
use crate::platform::db::{TenantScope, TenantTx};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef, Visit};

use super::hits::{Hit, HitKind, Past, Reason, Verdict, judge};
use super::queries::{self, Target};
use super::{Tracked, What};

/// The smallest transparent picture there is (GIF 89a).
const PICTURE: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/t/{token}", Access::Public, Rate::Standard, follow),
        get("/o/{token}", Access::Public, Rate::Standard, open),
        get("/v/{token}", Access::Public, Rate::Standard, online),
    ]
}

/// What a token says, when it is one of ours and for this.
fn read(app: &App, token: &str, is_for: impl Fn(What) -> bool) -> Result<Tracked, AppError> {
    Tracked::read(token, &Tracked::signer(&app.keys))
        .filter(|tracked| is_for(tracked.what))
        .ok_or(AppError::NotFound)
}

fn scope(visit: &Visit, tracked: &Tracked) -> TenantScope {
    TenantScope::of_portal(tracked.org, "campaigns.tracking").correlated(visit.request)
}

/// Who asks, as far as a hit keeps it: not from where, and nothing of it is stored but the verdict.
struct Asking {
    is_head: bool,
    agent: String,
}

impl Asking {
    fn of(request: &HttpRequest) -> Self {
        let agent = request
            .headers()
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok());
        Self {
            is_head: request.method() == Method::HEAD,
            agent: agent.unwrap_or_default().to_owned(),
        }
    }
}

async fn follow(app: web::Data<App>, visit: Visit, request: HttpRequest, token: web::Path<String>) -> Reply {
    let tracked = read(&app, &token, |what| matches!(what, What::Click(_)))?;
    let (portal, asking) = (app.get_ref().clone(), Asking::of(&request));
    let leads_to = app
        .db
        .tenant(&scope(&visit, &tracked), move |tx| {
            let target = queries::target(tx, tracked.bucket, tracked.delivery)?;
            let leads_to = with_reader(
                tx,
                &portal,
                &tracked,
                &target,
                |letters, reader, now| match tracked.what {
                    What::Click(link) => letters.destination(link.into(), reader, now),
                    _ => None,
                },
            )?;
            let leads_to = leads_to.ok_or(AppError::NotFound)?;
            note(tx, &tracked, &target, &asking)?;
            Ok(leads_to)
        })
        .await?;
    Ok(HttpResponse::Found()
        .insert_header(("Location", leads_to))
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("Referrer-Policy", "no-referrer"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .finish())
}

/// Answers with the picture whatever happens: a mail should never show a broken one.
async fn open(app: web::Data<App>, visit: Visit, request: HttpRequest, token: web::Path<String>) -> Reply {
    if let Ok(tracked) = read(&app, &token, |what| what == What::Open) {
        let asking = Asking::of(&request);
        let noted = app
            .db
            .tenant(&scope(&visit, &tracked), move |tx| {
                let target = queries::target(tx, tracked.bucket, tracked.delivery)?;
                note(tx, &tracked, &target, &asking)
            })
            .await;
        if let Err(error) = noted {
            tracing::debug!(error = error.told(), "an opened mail was not noted");
        }
    }
    Ok(HttpResponse::Ok()
        .content_type("image/gif")
        .insert_header(("Cache-Control", "no-store"))
        .body(PICTURE))
}

/// The mail in a browser. Links to leave lead to the page for whoever looks: the address may have been passed on.
async fn online(app: web::Data<App>, visit: Visit, token: web::Path<String>) -> Reply {
    let tracked = read(&app, &token, |what| what == What::Online)?;
    let portal = app.get_ref().clone();
    let html = app
        .db
        .tenant(&scope(&visit, &tracked), move |tx| {
            let target = queries::target(tx, tracked.bucket, tracked.delivery)?;
            let parts = with_reader(tx, &portal, &tracked, &target, |letters, reader, _| {
                letters.looked_at(reader)
            })?;
            let parts = parts.map_err(|_| AppError::NotFound)?;
            parts.html.ok_or(AppError::NotFound)
        })
        .await?;
    Ok(framed::document(html))
}

/// Gives `work` the words of the campaign and the person the message was for, as they are now.
fn with_reader<T>(
    tx: &mut TenantTx<'_>,
    app: &App,
    tracked: &Tracked,
    target: &Target,
    work: impl FnOnce(&Letters, &Reader<'_>, chrono::DateTime<chrono::Utc>) -> T,
) -> Result<T, AppError> {
    let campaign = campaigns::campaign(tx, target.campaign_id)?;
    let letters = variants::letters(tx, app, &campaign, target.told())?;
    let reach = people::reach(tx, target.member_id)?;
    let phone = consent::actions::addresses(tx, target.member_id, consent::model::Channel::Sms)?;
    let address = reach.email.unwrap_or_default();
    let values = sending::values(tx, &[tracked.delivery])?;
    let reader = Reader {
        delivery: tracked.delivery,
        bucket: target.bucket,
        member: target.member_id,
        name: &reach.name,
        address: &address,
        locale: &reach.locale,
        phone: phone.first().map(String::as_str),
        values: values.get(&tracked.delivery),
    };
    Ok(work(&letters, &reader, tx.now()))
}

/// Writes a hit down with what it looks like.
fn note(tx: &mut TenantTx<'_>, tracked: &Tracked, target: &Target, asking: &Asking) -> Result<(), AppError> {
    let now = tx.now();
    let earlier = queries::since(tx, tracked.delivery, now - TimeDelta::seconds(2))?;
    let recent: Vec<Past> = earlier
        .iter()
        .map(|one| Past {
            what: match (one.is_click, one.link) {
                (true, Some(link)) => HitKind::Click(u16::try_from(link).unwrap_or_default()),
                _ => HitKind::Open,
            },
            at: one.at,
        })
        .collect();
    let (kind, what, link) = match tracked.what {
        What::Click(link) => (
            "clicked",
            HitKind::Click(link),
            Some(i16::try_from(link).unwrap_or(i16::MAX)),
        ),
        _ => ("opened", HitKind::Open, None),
    };
    let hit = Hit {
        what,
        at: now,
        method_is_head: asking.is_head,
        user_agent: &asking.agent,
    };
    let (detail, is_machine) = match judge(&hit, target.accepted_at, &recent) {
        Verdict::Human => ("", false),
        Verdict::Machine(reason) => (in_words(reason), true),
    };
    Ok(queries::insert(
        tx,
        tracked.delivery,
        target,
        kind,
        link,
        (detail, is_machine),
    )?)
}

/// What gave a machine away.
const fn in_words(reason: Reason) -> &'static str {
    match reason {
        Reason::Head => "Only asked for the headers, as programs do that check links",
        Reason::Honeypot => "Followed a link that nobody sees",
        Reason::KnownScanner => "Names itself as a scanner, a proxy or a preview",
        Reason::Prefetch => "Loaded in advance by a mail program",
        Reason::TooSoon => "Sooner than anybody could have read it",
        Reason::Burst => "Several links within a second",
    }
}
