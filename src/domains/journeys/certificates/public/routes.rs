//! `/certificates`, for everybody.
//!
//! What is answered is the same for an address that was never given out and for one whose holder was erased.

use actix_web::http::header::{
    ACCEPT_LANGUAGE, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_DISPOSITION, HeaderName,
    HeaderValue, VARY,
};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::domains::journeys::certificates::badge::{Issuer, PLACES};
use crate::domains::journeys::certificates::model::{Certificate, Key, Standing, Token};
use crate::domains::journeys::certificates::words::Words;
use crate::domains::journeys::certificates::{queries, signing};
use crate::kernel::error::AppError;
use crate::kernel::ids::{CertificateKeyId, JourneyId, OrgId};
use crate::platform::db::{TenantScope, TenantTx};
use crate::platform::mail::Locale;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef, Visit, origin};

use super::pages::PublicPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get(
            "/certificates/issuers/{organization}",
            Access::Public,
            Rate::Medium,
            profile,
        ),
        get(
            "/certificates/issuers/{organization}/keys",
            Access::Public,
            Rate::Medium,
            keys,
        ),
        get(
            "/certificates/issuers/{organization}/keys/{key}",
            Access::Public,
            Rate::Medium,
            key,
        ),
        get(
            "/certificates/issuers/{organization}/status/{list}",
            Access::Public,
            Rate::Medium,
            status,
        ),
        get(
            "/certificates/issuers/{organization}/achievements/{journey}",
            Access::Public,
            Rate::Medium,
            achievement,
        ),
        get("/certificates/{token}", Access::Public, Rate::Medium, show),
        get(
            "/certificates/{token}/credential.json",
            Access::Public,
            Rate::Medium,
            credential,
        ),
        get(
            "/certificates/{token}/credential.jwt",
            Access::Public,
            Rate::Medium,
            signed,
        ),
    ]
}

fn scope(org: OrgId, visit: &Visit) -> TenantScope {
    TenantScope::of_portal(org, "journeys.certificates").correlated(visit.request)
}

async fn found(app: &App, visit: &Visit, token: &str) -> Result<Option<(OrgId, Certificate)>, AppError> {
    let Some(token) = Token::read(token) else {
        return Ok(None);
    };
    let one = app
        .db
        .tenant(&scope(token.org, visit), move |tx| {
            Ok(queries::public(tx, token.certificate)?)
        })
        .await?;
    Ok(one.map(|one| (token.org, one)))
}

/// In which language the page is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tongue {
    lang: String,
}

/// The language that was chosen on the page; else the first one of ours that the browser asks for; else the certificate's.
fn tongue(chosen: &str, request: &HttpRequest, one: Option<&Certificate>) -> Locale {
    let known = |tag: &str| match tag.trim().get(..2) {
        Some("fr") => Some(Locale::French),
        Some("en") => Some(Locale::English),
        _ => None,
    };
    let asked = request.headers().get(ACCEPT_LANGUAGE);
    let asked = asked.and_then(|value| value.to_str().ok()).unwrap_or_default();
    known(chosen)
        .or_else(|| asked.split(',').find_map(known))
        .or_else(|| one.map(|one| one.words().0))
        .unwrap_or(Locale::English)
}

async fn show(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    token: web::Path<String>,
    query: web::Query<Tongue>,
) -> Reply {
    let one = found(&app, &visit, &token).await?.map(|(_, one)| one);
    let now = app.clock().now();
    let standing = one.as_ref().map_or(Standing::Valid, |one| one.standing(now));
    let words = Words(tongue(&query.lang, &request, one.as_ref()));
    let told = |say: &dyn Fn(&Certificate) -> String| one.as_ref().map(say).unwrap_or_default();
    let mut shell = visit.shell();
    shell.lang = words.lang();
    let page = PublicPage {
        issued: told(&|one| words.day(one, one.issued_at)),
        until: told(&|one| words.until(one, standing)),
        token: token.into_inner(),
        other: match words.0 {
            Locale::English => ("fr", "Français"),
            Locale::French => ("en", "English"),
        },
        shell,
        words,
        standing,
        one,
    };
    let status = if page.one.is_some() { 200 } else { 404 };
    let mut reply = visit.confidential_page(status, &page)?;
    let robots = HeaderName::from_static("x-robots-tag");
    let by_language = HeaderValue::from_static("Accept-Language");
    reply.headers_mut().append(VARY, by_language);
    reply
        .headers_mut()
        .insert(robots, HeaderValue::from_static("noindex"));
    Ok(reply)
}

/// A public document. Programs of any website may read it: it holds nothing that depends on who asks.
fn document(kind: &'static str, name: Option<String>, body: String) -> Reply {
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(kind)
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header(("X-Robots-Tag", "noindex"));
    if let Some(name) = name {
        answer.insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    }
    Ok(answer.body(body))
}

/// The credential of a certificate that was not taken back, and what it is signed with.
async fn made(
    app: &App,
    visit: &Visit,
    request: &HttpRequest,
    token: &str,
) -> Result<(Certificate, Issuer, Key), AppError> {
    let (org, one) = found(app, visit, token).await?.ok_or(AppError::NotFound)?;
    if one.revoked_at.is_some() {
        return Err(AppError::Gone);
    }
    let (portal, id) = (origin::of(request), one.key_id);
    let (issuer, key) = app
        .db
        .tenant(&scope(org, visit), move |tx| {
            let (issuer, _) = read_issuer(tx, portal, org)?;
            Ok((issuer, queries::key_called(tx, id)?))
        })
        .await?;
    Ok((one, issuer, key))
}

async fn credential(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    token: web::Path<String>,
) -> Reply {
    let (one, issuer, _) = made(&app, &visit, &request, &token).await?;
    let name = format!("certificate-{}.json", one.number);
    document(
        "application/json",
        Some(name),
        issuer.credential(&one).to_string(),
    )
}

async fn signed(app: web::Data<App>, visit: Visit, request: HttpRequest, token: web::Path<String>) -> Reply {
    let (one, issuer, key) = made(&app, &visit, &request, &token).await?;
    let address = issuer.key_address(key.id);
    let claims = issuer.credential(&one);
    // Open Badges 3.0, 8.2.4.1: the type, when there is one, is JWT.
    let written = signing::token(&app.keys, &key, &address, "JWT", &claims)?;
    let name = format!("certificate-{}.jwt", one.number);
    document("application/vc+jwt", Some(name), written)
}

/// Who an organization is as an issuer, with its key; those that never issued anything are not there.
async fn issuer(
    app: &App,
    visit: &Visit,
    request: &HttpRequest,
    org: OrgId,
) -> Result<(Issuer, Key), AppError> {
    let portal = origin::of(request);
    app.db
        .tenant(&scope(org, visit), move |tx| read_issuer(tx, portal, org))
        .await
}

fn read_issuer(tx: &mut TenantTx<'_>, portal: String, org: OrgId) -> Result<(Issuer, Key), AppError> {
    let key = queries::key(tx)?.ok_or(AppError::NotFound)?;
    let name = queries::organization_name(tx)?;
    Ok((Issuer { portal, org, name }, key))
}

fn json_document(body: &Value) -> Reply {
    document("application/json", None, body.to_string())
}

async fn profile(app: web::Data<App>, visit: Visit, request: HttpRequest, org: web::Path<OrgId>) -> Reply {
    let (issuer, _) = issuer(&app, &visit, &request, *org).await?;
    json_document(&issuer.document())
}

async fn keys(app: web::Data<App>, visit: Visit, request: HttpRequest, org: web::Path<OrgId>) -> Reply {
    let (org, portal) = (*org, origin::of(&request));
    let (issuer, all) = app
        .db
        .tenant(&scope(org, &visit), move |tx| {
            let (issuer, _) = read_issuer(tx, portal, org)?;
            Ok((issuer, queries::keys(tx)?))
        })
        .await?;
    // What signed before stays, so that it can be checked; what was withdrawn vouches for nothing.
    let published = all.iter().filter(|key| key.withdrawn_at.is_none());
    let public = published.map(|key| signing::public_key(key, &issuer.key_address(key.id)));
    json_document(&json!({ "keys": public.collect::<Vec<Value>>() }))
}

async fn key(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    path: web::Path<(OrgId, CertificateKeyId)>,
) -> Reply {
    let (org, id) = *path;
    let portal = origin::of(&request);
    let (issuer, key) = app
        .db
        .tenant(&scope(org, &visit), move |tx| {
            let (issuer, _) = read_issuer(tx, portal, org)?;
            Ok((issuer, queries::key_called(tx, id)?))
        })
        .await?;
    match key.withdrawn_at {
        None => json_document(&signing::public_key(&key, &issuer.key_address(key.id))),
        Some(_) => Err(AppError::Gone),
    }
}

async fn status(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    path: web::Path<(OrgId, u32)>,
) -> Reply {
    let (org, list) = *path;
    let first = i64::from(list) * PLACES;
    let portal = origin::of(&request);
    let (issuer, key, revoked) = app
        .db
        .tenant(&scope(org, &visit), move |tx| {
            let (issuer, key) = read_issuer(tx, portal, org)?;
            let revoked = queries::revoked(tx, first, PLACES)?;
            Ok((issuer, key, revoked))
        })
        .await?;
    let address = issuer.key_address(key.id);
    let claims = issuer.status_list(i64::from(list), key.created_at, &revoked);
    let written = signing::token(&app.keys, &key, &address, "vc+jwt", &claims)?;
    document("application/vc+jwt", None, written)
}

async fn achievement(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    path: web::Path<(OrgId, JourneyId)>,
) -> Reply {
    let (org, journey) = *path;
    let portal = origin::of(&request);
    let written = app
        .db
        .tenant(&scope(org, &visit), move |tx| {
            let (issuer, _) = read_issuer(tx, portal, org)?;
            let award = queries::award(tx, journey)?.ok_or(AppError::NotFound)?;
            Ok(issuer.achievement(journey, &award))
        })
        .await?;
    json_document(&written)
}
