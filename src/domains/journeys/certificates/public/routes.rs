//! `/certificates`, for everybody.
//!
//! What is answered is the same for an address that was never given out and for one whose holder was erased.

use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_DISPOSITION, HeaderName, HeaderValue,
};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use crate::app::App;
use crate::domains::journeys::certificates::badge::{Issuer, PLACES};
use crate::domains::journeys::certificates::model::{Certificate, Key, Standing, Token};
use crate::domains::journeys::certificates::{queries, signing};
use crate::kernel::error::AppError;
use crate::kernel::ids::{CertificateKeyId, JourneyId, OrgId};
use crate::platform::db::{TenantScope, TenantTx};
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

async fn show(app: web::Data<App>, visit: Visit, token: web::Path<String>) -> Reply {
    let one = found(&app, &visit, &token).await?.map(|(_, one)| one);
    let now = app.clock().now();
    let standing = one.as_ref().map_or(Standing::Valid, |one| one.standing(now));
    let day = |at: Option<_>| {
        one.as_ref()
            .zip(at)
            .map(|(one, at)| one.day(at))
            .unwrap_or_default()
    };
    let page = PublicPage {
        issued: day(one.as_ref().map(|one| one.issued_at)),
        until: match standing {
            Standing::Revoked(at) => day(Some(at)),
            Standing::Valid | Standing::Expired(_) => day(one.as_ref().and_then(|one| one.expires_at)),
        },
        token: token.into_inner(),
        shell: visit.shell(),
        standing,
        one,
    };
    let status = if page.one.is_some() { 200 } else { 404 };
    let mut reply = visit.confidential_page(status, &page)?;
    let robots = HeaderName::from_static("x-robots-tag");
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
    let (issuer, key) = issuer(app, visit, request, org).await?;
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
    let (issuer, key) = issuer(&app, &visit, &request, *org).await?;
    let public = signing::public_key(&key, &issuer.key_address(key.id));
    json_document(&json!({ "keys": [public] }))
}

async fn key(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    path: web::Path<(OrgId, CertificateKeyId)>,
) -> Reply {
    let (org, id) = *path;
    let (issuer, key) = issuer(&app, &visit, &request, org).await?;
    match key.id == id {
        true => json_document(&signing::public_key(&key, &issuer.key_address(key.id))),
        false => Err(AppError::NotFound),
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
