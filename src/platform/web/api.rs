//! JSON bodies under `/api`, and what documents them.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::kernel::error::{AppError, FieldErrors};

use super::idempotency::RequestKey;
use super::{Reply, form};

/// A JSON body, with the request's idempotency key.
pub struct Json<T> {
    /// What was sent.
    pub body: T,
    /// Key and fingerprint.
    pub key: RequestKey,
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = form::read(&request, payload).await?;
            let body = serde_json::from_slice(if bytes.is_empty() { b"{}" } else { &bytes })
                .map_err(|cause| unreadable(&cause))?;
            let fingerprint = Sha256::new()
                .chain_update(request.method().as_str())
                .chain_update(request.path())
                .chain_update(&bytes)
                .finalize();
            Ok(Self {
                body,
                key: RequestKey::from_parts(&request, "", fingerprint.into())?,
            })
        })
    }
}

/// Wrong shapes are 422 with the field where serde names it; broken JSON is 400.
pub(super) fn unreadable(cause: &serde_json::Error) -> AppError {
    if !cause.is_data() {
        return AppError::BadRequest(format!("The body is not valid JSON: {cause}."));
    }
    let text = cause.to_string();
    let field = text.split('`').nth(1).unwrap_or("body").to_owned();
    let mut errors = FieldErrors::default();
    errors.add(&field, text);
    AppError::Invalid(errors)
}

/// A JSON answer.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn json(status: u16, value: &impl Serialize) -> Reply {
    let body = serde_json::to_string(value).map_err(|cause| AppError::Unexpected(cause.into()))?;
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or(actix_web::http::StatusCode::OK);
    Ok(HttpResponse::build(status)
        .content_type("application/json")
        .body(body))
}

/// The schema of a type, for [`super::routes::ApiDoc`].
pub fn schema<T: JsonSchema>() -> Schema {
    schemars::schema_for!(T)
}

/// One page of a list, with the address part that asks for the next.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Listing")]
pub struct Listing<T> {
    /// The entries.
    pub data: Vec<T>,
    /// Pass this as `cursor` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T> Listing<T> {
    /// The page of `limit` entries out of what was found with one entry more, which tells whether there is another page. `cursor`
    /// names an entry.
    pub fn of<Row>(
        mut found: Vec<Row>,
        limit: i64,
        cursor: impl Fn(&Row) -> String,
        shown: impl FnMut(Row) -> T,
    ) -> Self {
        let length = usize::try_from(limit).unwrap_or_default();
        let has_more = found.len() > length;
        found.truncate(length);
        let next_cursor = found.last().filter(|_| has_more).map(cursor);
        Self {
            data: found.into_iter().map(shown).collect(),
            next_cursor,
        }
    }
}
