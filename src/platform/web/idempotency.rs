//! Every write is done once per client-made key: a double click, a retry or a second tab hears the first answer again.
//!
//! The key is written first, in the transaction of the change; a second request with the same key waits for the first to
//! end and then reads its answer. Refusals (4xx) are rolled back with the key, so a corrected form may use it again.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::kernel::error::AppError;
use crate::kernel::ids::{EventId, fresh};
use crate::platform::db::schema::idempotency_keys;
use crate::platform::db::{Db, TenantScope, TenantTx, kept};

use super::shell::Flash;
use super::visit::Visit;
use super::{Reply, flash};

/// Header that API clients put their key into.
pub const HEADER: &str = "Idempotency-Key";

/// A key and what it was used for.
#[derive(Debug, Clone, Copy)]
pub struct RequestKey {
    key: Uuid,
    fingerprint: [u8; 32],
}

impl RequestKey {
    /// The key in the header, else `field`, else a fresh one when neither is there.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] when the key is not a UUID.
    pub fn from_parts(request: &HttpRequest, field: &str, fingerprint: [u8; 32]) -> Result<Self, AppError> {
        let header = request
            .headers()
            .get(HEADER)
            .map(|value| value.to_str().unwrap_or("unreadable"));
        let key = match header.unwrap_or(field).trim() {
            "" => fresh::<EventId>().0,
            text => text
                .parse()
                .map_err(|_| AppError::BadRequest("The idempotency key must be a UUID.".to_owned()))?,
        };
        Ok(Self { key, fingerprint })
    }

    /// The key itself: also serves as the id of what it creates.
    pub fn uuid(&self) -> Uuid {
        self.key
    }
}

/// A good answer that can be stored and repeated.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    location: Option<String>,
    content_type: Option<&'static str>,
    body: Option<String>,
    notice: Option<Flash>,
}

impl Answer {
    /// Go there next.
    pub fn see_other(location: impl Into<String>) -> Self {
        Self {
            status: 303,
            location: Some(location.into()),
            content_type: None,
            body: None,
            notice: None,
        }
    }

    /// A fragment of a page.
    pub fn fragment(html: String) -> Self {
        Self {
            status: 200,
            location: None,
            content_type: Some("text/html; charset=utf-8"),
            body: Some(html),
            notice: None,
        }
    }

    /// A JSON value.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn json(status: u16, value: &impl Serialize) -> Result<Self, AppError> {
        let body = serde_json::to_string(value).map_err(|cause| AppError::Unexpected(cause.into()))?;
        Ok(Self {
            status,
            location: None,
            content_type: Some("application/json"),
            body: Some(body),
            notice: None,
        })
    }

    /// What a JSON answer says, first or again: where it keeps only an id, the thing itself is read anew each time, by whoever may
    /// still see it.
    ///
    /// # Errors
    /// When it says something else.
    pub fn content<T: DeserializeOwned>(&self) -> Result<T, AppError> {
        let body = self.body.as_deref().unwrap_or_default();
        serde_json::from_str(body).map_err(|cause| AppError::Unexpected(cause.into()))
    }

    /// Nothing to say.
    pub fn no_content() -> Self {
        Self {
            status: 204,
            location: None,
            content_type: None,
            body: None,
            notice: None,
        }
    }

    /// Shows this sentence on the next page.
    #[must_use]
    pub fn with(self, notice: Flash) -> Self {
        Self {
            notice: Some(notice),
            ..self
        }
    }

    /// The answer for this visit: a redirect becomes `HX-Redirect` for fragments.
    ///
    /// # Errors
    /// None today; a `Reply` so that handlers can end with it.
    pub fn reply(self, visit: &Visit) -> Reply {
        let mut response = match (&self.location, visit.partial) {
            (Some(location), true) => HttpResponse::Ok()
                .insert_header(("HX-Redirect", location.as_str()))
                .finish(),
            (Some(location), false) => HttpResponse::SeeOther()
                .insert_header(("Location", location.as_str()))
                .finish(),
            (None, _) => {
                let mut builder =
                    HttpResponse::build(StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK));
                if let Some(kind) = self.content_type {
                    builder.content_type(kind);
                }
                builder.body(self.body.unwrap_or_default())
            }
        };
        if let Some(notice) = &self.notice {
            flash::put(&mut response, notice, visit.https);
        }
        Ok(response)
    }
}

#[derive(HasQuery)]
#[diesel(table_name = idempotency_keys)]
struct Stored {
    fingerprint: Vec<u8>,
    status: Option<i16>,
    location: Option<String>,
    content_type: Option<String>,
    body: Option<String>,
}

impl Db {
    /// Runs `work` once per key of the acting member, and answers the first answer to any repetition.
    ///
    /// # Errors
    /// What `work` answers; [`AppError::Conflict`] when the key was used for something else.
    pub async fn once(
        &self,
        scope: &TenantScope,
        key: RequestKey,
        work: impl FnOnce(&mut TenantTx<'_>) -> Result<Answer, AppError> + Send + 'static,
    ) -> Result<Answer, AppError> {
        self.tenant(scope, move |tx| {
            if let Some(first) = reserve(tx, key)? {
                return Ok(first);
            }
            let answer = work(tx)?;
            keep(tx, key, &answer)?;
            Ok(answer)
        })
        .await
    }
}

/// Writes the key; answers the stored answer when it was there.
fn reserve(tx: &mut TenantTx<'_>, key: RequestKey) -> Result<Option<Answer>, AppError> {
    let (member, now) = (tx.my_id()?, tx.now());
    let row = (
        idempotency_keys::member_id.eq(member),
        idempotency_keys::key.eq(key.key),
        idempotency_keys::fingerprint.eq(key.fingerprint.to_vec()),
        idempotency_keys::created_at.eq(now),
    );
    let written = diesel::insert_into(idempotency_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .returning(idempotency_keys::key);
    if kept(written).get_result::<Uuid>(tx.conn()).optional()?.is_some() {
        return Ok(None);
    }
    let stored = idempotency_keys::table
        .filter(idempotency_keys::member_id.eq(member))
        .filter(idempotency_keys::key.eq(key.key));
    let stored: Stored = stored.select(Stored::as_select()).first(tx.conn())?;
    if stored.fingerprint != key.fingerprint {
        return Err(AppError::Conflict(
            "This form was already sent with other contents. Reload the page and send it again.".to_owned(),
        ));
    }
    Ok(Some(Answer {
        status: stored
            .status
            .and_then(|status| u16::try_from(status).ok())
            .unwrap_or(204),
        location: stored.location,
        content_type: stored.content_type.map(|kind| {
            if kind.starts_with("application/json") {
                "application/json"
            } else {
                "text/html; charset=utf-8"
            }
        }),
        body: stored.body,
        notice: None,
    }))
}

fn keep(tx: &mut TenantTx<'_>, key: RequestKey, answer: &Answer) -> Result<(), AppError> {
    let member = tx.my_id()?;
    let row = idempotency_keys::table
        .filter(idempotency_keys::member_id.eq(member))
        .filter(idempotency_keys::key.eq(key.key));
    let written = diesel::update(row)
        .set((
            idempotency_keys::status.eq(i16::try_from(answer.status).ok()),
            idempotency_keys::location.eq(&answer.location),
            idempotency_keys::content_type.eq(answer.content_type),
            idempotency_keys::body.eq(&answer.body),
        ))
        .returning(idempotency_keys::key);
    kept(written).get_result::<Uuid>(tx.conn())?;
    Ok(())
}
