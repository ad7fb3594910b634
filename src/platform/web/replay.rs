//! A form sent twice by someone who is not (or not only) a member: the second hears the first answer, cookies and all.
//!
//! Changes of logins and sessions end the very session they were sent from, so their answers cannot be kept with a member as
//! [`super::idempotency`] does. They are kept for minutes under a digest of browser, key and contents, sealed, since they may
//! hold a session cookie. Only good answers are kept: a corrected form may use its key again.

use std::collections::HashSet;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, LOCATION, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::anyhow;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::kernel::error::AppError;
use crate::platform::crypto::KeyRing;
use crate::platform::db::schema::visitor_answers;
use crate::platform::db::{Db, SystemTask, SystemTx};

use super::routes::RouteInfo;
use super::{csrf, form};

/// How long an answer is repeated.
const KEPT: TimeDelta = TimeDelta::minutes(10);
/// After this long without an answer, the first sender is taken for dead.
const ABANDONED: TimeDelta = TimeDelta::seconds(20);
/// How often the second sender looks whether the first has its answer.
const LOOK: Duration = Duration::from_millis(100);
/// How often in all: longer than a password takes to hash on a busy machine.
const LOOKS: usize = 100;
/// What travels with an answer.
const HEADERS: [HeaderName; 3] = [LOCATION, CONTENT_TYPE, SET_COOKIE];

/// The routes whose answers are repeated, and what is needed for it.
pub struct Replays {
    db: Db,
    keys: KeyRing,
    routes: HashSet<&'static str>,
}

impl Replays {
    /// For the routes that ask for it.
    pub fn new(db: &Db, keys: &KeyRing, routes: &[RouteInfo]) -> Self {
        Self {
            db: db.clone(),
            keys: keys.clone(),
            routes: routes
                .iter()
                .filter(|route| route.is_replayed)
                .map(|route| route.path)
                .collect(),
        }
    }

    fn concerns(&self, request: &ServiceRequest) -> bool {
        request.method() == actix_web::http::Method::POST
            && request
                .match_pattern()
                .is_some_and(|pattern| self.routes.contains(pattern.as_str()))
    }

    /// The first answer to `id`; none when the caller is the first, who then has to say how it went.
    async fn reserve(&self, id: &[u8]) -> Result<Option<Answer>, AppError> {
        for _ in 0..LOOKS {
            let id = id.to_vec();
            let found = self
                .db
                .system(SystemTask::SignIn, move |tx| Ok(look(tx, &id)?))
                .await?;
            match found {
                Found::Nothing => return Ok(None),
                Found::Answer(sealed) => {
                    let plain = self.keys.open("visitor-answer", &sealed)?;
                    return Ok(serde_json::from_slice(&plain).ok());
                }
                Found::Pending => tokio::time::sleep(LOOK).await,
            }
        }
        Err(AppError::Conflict(
            "This form was already sent and is still being worked on.".to_owned(),
        ))
    }

    /// Keeps a good answer, and forgets the reservation of any other.
    async fn settle(&self, id: Vec<u8>, answer: Option<&Answer>) -> Result<(), AppError> {
        let plain = answer.map(serde_json::to_vec).transpose();
        let plain = plain.map_err(|cause| AppError::Unexpected(cause.into()))?;
        let sealed = plain
            .map(|plain| self.keys.seal("visitor-answer", &plain))
            .transpose()?;
        self.db
            .system(SystemTask::SignIn, move |tx| Ok(keep(tx, &id, sealed)?))
            .await
    }
}

enum Found {
    /// Nobody was here before; the place is ours now.
    Nothing,
    /// The first sender is still at work.
    Pending,
    /// The answer, sealed.
    Answer(Vec<u8>),
}

fn look(tx: &mut SystemTx<'_>, id: &[u8]) -> QueryResult<Found> {
    let now = tx.now();
    diesel::delete(visitor_answers::table.filter(visitor_answers::created_at.lt(now - KEPT)))
        .execute(tx.conn())?;
    let row = (visitor_answers::id.eq(id), visitor_answers::created_at.eq(now));
    let inserted = diesel::insert_into(visitor_answers::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    if inserted == 1 {
        return Ok(Found::Nothing);
    }
    let stored: Option<(Option<Vec<u8>>, DateTime<Utc>)> = visitor_answers::table
        .find(id)
        .select((visitor_answers::answer, visitor_answers::created_at))
        .first(tx.conn())
        .optional()?;
    match stored {
        Some((Some(sealed), _)) => Ok(Found::Answer(sealed)),
        Some((None, at)) if at < now - ABANDONED => take_over(tx, id, at),
        _ => Ok(Found::Pending),
    }
}

fn take_over(tx: &mut SystemTx<'_>, id: &[u8], abandoned_at: DateTime<Utc>) -> QueryResult<Found> {
    let now = tx.now();
    let abandoned = visitor_answers::table
        .find(id)
        .filter(visitor_answers::created_at.eq(abandoned_at));
    let taken = diesel::update(abandoned)
        .set(visitor_answers::created_at.eq(now))
        .execute(tx.conn())?;
    Ok(if taken == 1 {
        Found::Nothing
    } else {
        Found::Pending
    })
}

fn keep(tx: &mut SystemTx<'_>, id: &[u8], sealed: Option<Vec<u8>>) -> QueryResult<()> {
    let row = visitor_answers::table.find(id);
    let changed = match sealed {
        Some(sealed) => diesel::update(row)
            .set(visitor_answers::answer.eq(sealed))
            .execute(tx.conn()),
        None => diesel::delete(row).execute(tx.conn()),
    };
    changed.map(|_| ())
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn of(response: &HttpResponse<()>, body: &[u8]) -> Option<Self> {
        let status = response.status();
        if !(status.is_success() || status.is_redirection()) {
            return None;
        }
        let kept = response
            .headers()
            .iter()
            .filter(|(name, _)| HEADERS.contains(name));
        let text = |(name, value): (&HeaderName, &actix_web::http::header::HeaderValue)| {
            Some((name.to_string(), value.to_str().ok()?.to_owned()))
        };
        Some(Self {
            status: status.as_u16(),
            headers: kept.filter_map(text).collect(),
            body: String::from_utf8(body.to_vec()).ok()?,
        })
    }

    fn again(self) -> HttpResponse {
        let mut response = HttpResponse::build(StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK));
        for header in self.headers {
            response.append_header(header);
        }
        response.body(self.body)
    }
}

/// Answers a form of such a route once.
///
/// # Errors
/// Passes on what the inner service answers; refusals are answers.
pub async fn enforce<B: MessageBody + 'static>(
    replays: web::Data<Replays>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let known_as = csrf::binding(request.request()).filter(|_| replays.concerns(&request));
    let Some(browser) = known_as else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let (request, payload) = request.into_parts();
    let body = match form::read(&request, payload).await {
        Ok(body) => body,
        Err(refusal) => return Ok(ServiceResponse::from_err(refusal, request)),
    };
    let id = identity(&request, &browser, &body);
    let again = ServiceRequest::from_parts(request, Payload::from(Bytes::from(body)));
    let Some(id) = id else {
        return Ok(next.call(again).await?.map_into_boxed_body());
    };
    match replays.reserve(&id).await {
        Ok(None) => first(&replays, id, again, next).await,
        Ok(Some(answer)) => Ok(again.into_response(answer.again())),
        Err(refusal) => Ok(again.error_response(refusal)),
    }
}

async fn first<B: MessageBody + 'static>(
    replays: &Replays,
    id: Vec<u8>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = match next.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => {
            replays.settle(id, None).await?;
            return Err(error);
        }
    };
    if response.response().error().is_some() {
        replays.settle(id, None).await?;
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let body = to_bytes(body)
        .await
        .map_err(|cause| AppError::Unexpected(anyhow!("an answer could not be read: {cause}")))?;
    replays.settle(id, Answer::of(&head, &body).as_ref()).await?;
    Ok(ServiceResponse::new(request, head.set_body(BoxBody::new(body))))
}

/// What a form is known by; none when it carries no key.
fn identity(request: &HttpRequest, browser: &str, body: &[u8]) -> Option<Vec<u8>> {
    let fields = form::fields(body).ok()?;
    let (_, key) = fields
        .iter()
        .find(|(name, value)| name == "_key" && !value.is_empty())?;
    let mut hash = Sha256::new();
    hash.update(browser);
    hash.update(key);
    hash.update(form::fingerprint(request, &fields));
    Some(hash.finalize().to_vec())
}
