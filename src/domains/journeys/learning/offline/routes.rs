//! The page without a network and its worker; what devices take along, and what they send.

use actix_web::http::header::{CACHE_CONTROL, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, NodeKey};
use crate::platform::web::api::json as answered;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, put};
use crate::platform::web::{Access, Answer, Deferred, Reply, RequestKey, RouteDef};

use super::actions;
use super::pages::{Kept, OfflinePage, digest, worker};

/// The routes; before what takes the name of an enrolment in the same place.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/learn/offline", Access::Public, Rate::Unlimited, show),
        get("/learn/worker.js", Access::Public, Rate::Unlimited, script),
        get("/learn/me", Access::Member, Rate::Standard, who),
        get("/learn/{enrolment}/kept", Access::Member, Rate::Standard, kept),
        put(
            "/learn/{enrolment}/lessons/{lesson}/deferred/{intent}",
            Access::Member,
            Rate::Standard,
            take,
        ),
    ]
}

async fn show(request: HttpRequest) -> Reply {
    unchanging(&request, "text/html; charset=utf-8", OfflinePage::text()?)
}

async fn script(request: HttpRequest) -> Reply {
    let mut reply = unchanging(&request, "text/javascript; charset=utf-8", worker()?)?;
    // The list of one's journeys is a level above the script.
    let scope = HeaderName::from_static("service-worker-allowed");
    reply
        .headers_mut()
        .insert(scope, HeaderValue::from_static("/learn"));
    Ok(reply)
}

/// What is the same for everybody until the next version: asked about each time, sent once.
fn unchanging(request: &HttpRequest, kind: &str, text: String) -> Reply {
    let tag = format!("\"{}\"", digest(&text));
    let has_it = request
        .headers()
        .get(IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = match has_it {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    response.insert_header((CACHE_CONTROL, "no-cache"));
    response.insert_header((ETAG, tag));
    Ok(match has_it {
        true => response.finish(),
        false => response.content_type(kind).body(text),
    })
}

/// Who is signed in, with the key that what they keep on their devices is sealed under.
async fn who(me: Me, app: web::Data<App>) -> Reply {
    let key = app
        .keys
        .derive::<32>(&format!("learning/offline/1/{}/{}", me.org, me.member));
    let who = json!({ "member": me.member, "key": URL_SAFE_NO_PAD.encode(key) });
    kept_nowhere(answered(200, &who))
}

async fn kept(me: Me, app: web::Data<App>, id: web::Path<EnrolmentId>) -> Reply {
    let id = *id;
    let kept = me.tenant(move |tx, me| Kept::read(tx, &app, me, id)).await?;
    kept_nowhere(answered(200, &kept))
}

async fn take(
    me: Me,
    app: web::Data<App>,
    request: HttpRequest,
    at: web::Path<(EnrolmentId, NodeKey, Uuid)>,
    sent: Deferred<Value>,
) -> Reply {
    let (enrolment, lesson, intent) = *at;
    let fingerprint = Sha256::digest(format!("{enrolment}/{lesson}/{}", sent.0)).into();
    let key = RequestKey::from_parts(&request, &intent.to_string(), fingerprint)?;
    app.db
        .once(&me.scope(), key, move |tx| {
            actions::take(tx, enrolment, lesson, sent.0)?;
            Answer::json(200, &json!({ "id": intent }))
        })
        .await?
        .reply(&me.visit)
}

fn kept_nowhere(reply: Reply) -> Result<HttpResponse, AppError> {
    let mut response = reply?;
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    Ok(response)
}
